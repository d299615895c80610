//! `--json`: one document, schema 1, and the fields that programs read.

use lab::Output;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::support::{CUSTOMER, ENGINEER, Server, document};

fn read(output: &Output, result: &str) -> Value {
    let value = document(output).unwrap_or_else(|why| panic!("{why}\n{output}"));
    assert_eq!(value["result"], result, "{output}");
    assert_eq!(output.stderr, "", "{output}");
    value
}

/// What a grant's document says of the grant, whatever the run did.
fn judge_grant(value: &Value, server: &Server) {
    assert_eq!(value["account"], "cafe24");
    let text = value["expires_at"].as_str().unwrap();
    assert!(text.ends_with('Z'), "{text}");
    let ends = OffsetDateTime::parse(text, &Rfc3339).unwrap();
    let left = (ends - OffsetDateTime::now_utc()).whole_minutes();
    assert!((100..=120).contains(&left), "{text}");
    assert_eq!(value["keys"][0]["fingerprint"], server.key.fingerprint());
    assert_eq!(value["keys"].as_array().unwrap().len(), 1);
    assert_eq!(value["from"], json!([ENGINEER]));
    assert_eq!(value["endpoints"], json!([format!("{CUSTOMER}:22")]));
    let known = server.host.ok("for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done");
    let host_keys = value["host_keys"].as_array().unwrap();
    assert_eq!(host_keys.len(), known.lines().count());
    for key in host_keys {
        assert!(known.contains(key["fingerprint"].as_str().unwrap()), "{key}");
        let line = key["known_hosts"][0].as_str().unwrap();
        assert!(
            line.starts_with(&format!("{CUSTOMER} {} AAAA", key["type"].as_str().unwrap())),
            "{line}"
        );
    }
}

fn judge_changes(value: &Value) {
    let changes = value["changes"].as_array().unwrap();
    assert!(changes.len() > 5, "{value}");
    for change in changes {
        assert!(change["summary"].as_str().is_some_and(|it| !it.is_empty()), "{change}");
        let kind = change["kind"].as_str().unwrap();
        assert!(["write", "run", "folder", "remove", "end-processes"].contains(&kind), "{change}");
    }
}

#[test]
fn every_verb_prints_one_document() {
    let server = Server::boot();
    let run = |words: &str| server.program(&format!("{words} --json")).run();
    let open = Server::opening();

    assert_eq!(read(&run("audit"), "ok")["state"], "none");
    read(&run("delete"), "nothing-to-delete");
    let dry = read(&run(&format!("{open} --dry-run")), "dry-run");
    judge_grant(&dry, &server);
    judge_changes(&dry);
    assert_eq!(dry["proof"], "none");

    let granted = read(&run(&open), "granted");
    judge_grant(&granted, &server);
    judge_changes(&granted);
    assert_eq!(granted["proof"], "full");
    assert_eq!(granted["error"], Value::Null);

    let again = read(&run(&open), "unchanged");
    judge_grant(&again, &server);
    assert_eq!(again["expires_at"], granted["expires_at"]);
    assert_eq!(again["proof"], "full");
    let audit = read(&run("--audit"), "ok");
    judge_grant(&audit, &server);
    assert_eq!(audit["state"], "open");

    judge_changes(&read(&run("delete --dry-run"), "dry-run"));
    let deleted = read(&run("delete"), "deleted");
    judge_changes(&deleted);
    assert_eq!(deleted["account"], "cafe24");

    for (words, code, id) in [
        ("--no-such", 2, "unknown-option"),
        ("--key /none", 4, "not-found"),
        ("--from 192.0.2.7", 4, "no-key"),
    ] {
        let output = run(words);
        let value = read(&output, if code == 2 { "failed" } else { "refused" });
        assert_eq!((output.code, &value["error"]["code"]), (code, &json!(code)), "{output}");
        assert_eq!(value["error"]["id"], id, "{output}");
        assert!(!value["error"]["message"].as_str().unwrap().is_empty(), "{output}");
    }
}
