//! The terms of the arithmetic in docs/scale.md: how often a server with a grant asks its provider's
//! site, and what that costs on the wire, by the real child against a real nginx.

use lab::Suite;

use crate::common::COPY;
use crate::scene::Scene;

/// As many servers as ask here; a million is the page's own arithmetic.
const ASKS: u64 = 60;

/// The bytes of one ask on the wire, both ways, frames of TCP and TLS included: what the page says at
/// most. A certificate chain of one site differs from another's by some kilobytes.
const MOST_BYTES_304: u64 = 3_500;
const MOST_BYTES_200: u64 = 4_500;

/// What a host has sent and received until now.
fn wire(scene: &Scene) -> u64 {
    let folder = "/sys/class/net/eth0/statistics";
    let text = scene.server.host.ok(&format!("cat {folder}/rx_bytes {folder}/tx_bytes"));
    text.lines().map(|line| line.parse::<u64>().unwrap()).sum()
}

#[test]
fn what_an_ask_costs() {
    let scene = Scene::open(Suite::Bookworm);
    let host = &scene.server.host;
    // What the timer asks when it has looked once, and what it asks at first.
    scene.look();
    let seen = scene.seen();
    let journal = host.read(crate::common::JOURNAL);
    let facts: serde_json::Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
    let mut question = serde_json::json!({
        "url": facts["facts"]["policy"], "signers": facts["facts"]["signers"],
        "keys": [scene.ann.fingerprint(), scene.bob.fingerprint()], "serial": 5,
        "last": seen["confirmed"], "now": seen["at"],
    });
    let mut ask = |name: &str, last: bool| {
        if !last {
            question["last"] = serde_json::Value::Null;
        }
        host.put("/run/test/question", question.to_string(), 0o600);
        let (requests, before) = (scene.site.access_log().lines().count(), wire(&scene));
        let answers = host.ok(&format!(
            "seq {ASKS} | xargs -P 4 -I N sh -c 'echo \"$({COPY} __newer </run/test/question)\"'"
        ));
        let each = (wire(&scene) - before) / ASKS;
        let answers: Vec<serde_json::Value> =
            answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(answers.len() as u64, ASKS);
        for answer in answers {
            assert!(answer["problem"].is_null() && answer["confirmed"].is_object(), "{answer}");
        }
        let log = scene.site.access_log();
        let asked: Vec<&str> = log.lines().skip(requests).collect();
        assert_eq!(asked.len() as u64, ASKS, "one request for each ask");
        eprintln!("{name}: {each} bytes on the wire for each of {ASKS} asks");
        (each, asked.iter().filter(|line| line.contains("\" 304 0 ")).count() as u64)
    };
    let (bytes, unchanged) = ask("304", true);
    assert_eq!(unchanged, ASKS, "all are told that nothing has changed, in no bytes");
    assert!(bytes <= MOST_BYTES_304, "{bytes} bytes: docs/scale.md says {MOST_BYTES_304}");
    let (bytes, unchanged) = ask("200", false);
    assert_eq!(unchanged, 0);
    assert!(bytes <= MOST_BYTES_200, "{bytes} bytes: docs/scale.md says {MOST_BYTES_200}");
    let page = include_str!("../../docs/scale.md");
    for number in [MOST_BYTES_304, MOST_BYTES_200] {
        let shown = format!("{},{:03}", number / 1000, number % 1000);
        assert!(page.contains(&shown), "docs/scale.md does not say {shown}");
    }
}
