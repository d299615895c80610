//! The site that `scripts/publish` lays out, and what it refuses.

use std::fs;
use std::path::Path;

use crate::site::{URL, fresh_dir, publish, repository, sh, site};
use crate::world::World;

/// Publishes the stand-ins into a folder, with these arguments besides or instead.
fn publish_to(out: &Path, change: impl Fn(&mut Vec<String>)) -> Result<String, String> {
    let site = site();
    let mut args: Vec<String> = [
        "--policy",
        site.policy.to_str().unwrap(),
        "--url",
        URL,
        "--out",
        out.to_str().unwrap(),
        "--sign",
        site.key.to_str().unwrap(),
        "--binaries",
        site.binaries.to_str().unwrap(),
        "--allow-dirty",
    ]
    .map(str::to_owned)
    .to_vec();
    change(&mut args);
    let result = publish(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let said = String::from_utf8_lossy(&result.stderr).into_owned();
    if result.status.success() { Ok(said) } else { Err(said) }
}

fn set(args: &mut [String], option: &str, value: &str) {
    let at = args.iter().position(|a| a == option).unwrap();
    value.clone_into(&mut args[at + 1]);
}

#[track_caller]
fn refused(says: &str, change: impl Fn(&mut Vec<String>)) {
    let out = fresh_dir("refused");
    let said = publish_to(&out, change).unwrap_err();
    assert!(said.contains(says), "{said}");
    assert!(
        !out.join("install.sh").exists() && !out.join("v").exists(),
        "nothing may be published"
    );
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0, "nothing may be left");
}

#[test]
fn refusals() {
    let dir = fresh_dir("refusals");
    for bad in [
        "http://support.example.test",
        "https://",
        "https://a b",
        "https://x/$(id)",
        "https://x/?q",
        "ftp://x",
    ] {
        refused("https://HOST", |args| set(args, "--url", bad));
    }
    refused("--sign is needed", |args| {
        let at = args.iter().position(|a| a == "--sign").unwrap();
        args.drain(at..at + 2);
    });
    sh(&format!(
        "cd {}; ssh-keygen -q -t rsa -N '' -f rsa; ssh-keygen -q -t ecdsa -b 384 -N '' -f p384",
        dir.display()
    ));
    for key in ["rsa", "p384"] {
        let key = dir.join(key);
        refused("not an Ed25519 or ECDSA P-256", |args| set(args, "--sign", key.to_str().unwrap()));
    }
    let secret = dir.join("secret.toml");
    fs::copy(&site().key, &secret).unwrap();
    refused("holds a private key", |args| set(args, "--policy", secret.to_str().unwrap()));
    refused("no such policy", |args| set(args, "--policy", "/nonexistent"));

    let binaries = dir.join("dynamic");
    fs::create_dir(&binaries).unwrap();
    for cpu in ["x86_64", "aarch64"] {
        fs::copy("/usr/bin/true", binaries.join(format!("support-access-{cpu}"))).unwrap();
    }
    refused("is not static", |args| set(args, "--binaries", binaries.to_str().unwrap()));
    for (cpu, other) in [("x86_64", "aarch64"), ("aarch64", "x86_64")] {
        fs::copy(
            site().binaries.join(format!("support-access-{other}")),
            binaries.join(format!("support-access-{cpu}")),
        )
        .unwrap();
    }
    refused("is not for x86_64", |args| set(args, "--binaries", binaries.to_str().unwrap()));
}

/// The same again changes no byte; other bytes under the same version are refused.
#[test]
fn versions_are_write_once() {
    let out = fresh_dir("twice");
    let list = || sh(&format!("cd {}; find . -type f | sort | xargs sha256sum", out.display()));
    publish_to(&out, |_| {}).unwrap();
    let first = list();
    publish_to(&out, |_| {}).unwrap();
    assert_eq!(first, list());

    let binaries = fresh_dir("other-binaries");
    sh(&format!(
        "cp {}/* {}; echo >>{}/support-access-x86_64",
        site().binaries.display(),
        binaries.display(),
        binaries.display()
    ));
    let said =
        publish_to(&out, |args| set(args, "--binaries", binaries.to_str().unwrap())).unwrap_err();
    assert!(said.contains("write-once"), "{said}");
    assert_eq!(first, list());
}

/// A reader needs nothing but sed and ssh-keygen; either kind of key signs.
#[test]
fn the_policy_is_signed() {
    let dir = fresh_dir("signed");
    sh(&format!("cd {}; ssh-keygen -q -t ecdsa -b 256 -N '' -f p256", dir.display()));
    for key in [site().key.clone(), dir.join("p256")] {
        let out = dir.join("site");
        publish_to(&out, |args| set(args, "--sign", key.to_str().unwrap())).unwrap();
        let verify = format!(
            "cd {}; printf 'support-access %s\\n' \"$(cat {}.pub)\" >signers; p=site/policy.toml
            sed -n '/^# -----BEGIN SSH SIG/,$s/^# //p' $p >sig
            sed '/^# -----BEGIN SSH SIG/,$d' $p | ssh-keygen -Y verify -f signers -I support-access -n support-access -s sig",
            dir.display(),
            key.display()
        );
        sh(&verify);
        let published = fs::read_to_string(out.join("policy.toml")).unwrap();
        assert!(published.starts_with(&fs::read_to_string(&site().policy).unwrap()));
        // What was published may be published again: the old signature makes way.
        let again = dir.join("again.toml");
        fs::write(&again, &published).unwrap();
        publish_to(&out, |args| {
            set(args, "--sign", key.to_str().unwrap());
            set(args, "--policy", again.to_str().unwrap());
        })
        .unwrap();
        sh(&verify);
        assert_eq!(
            fs::read_to_string(out.join("policy.toml")).unwrap().matches("BEGIN SSH").count(),
            1
        );
        fs::remove_dir_all(&out).unwrap();
    }
}

/// The contract's terms, as a client sees them.
#[test]
fn nginx_serves_the_contract() {
    let version = sh(&format!("ls {}/v", site().root.display()));
    let version = version.trim();
    let run = World::default().run(&format!(
        "for path in / /install.sh /policy.toml /v/{version}/support-access-x86_64.gz /guide/; do
            echo PATH $path; curl -sS --compressed -D - -o /run/body {URL}$path | tr -d '\\r'; sha256sum </run/body; done
         echo PATH cached; curl -sS -o /dev/null -w '%{{http_code}}\\n' -H \"If-None-Match: $(
            curl -sSI {URL}/policy.toml | tr -d '\\r' | sed -n 's/^ETag: //p')\" {URL}/policy.toml
         echo PATH old; curl -sS --http1.1 --tls-max 1.2 --ciphers ECDHE-RSA-AES128-GCM-SHA256 {URL} | sha256sum
         echo PATH hidden; curl -sS -o /dev/null -w '%{{http_code}}\\n' {URL}/.publish-x"
    ));
    let parts: Vec<(&str, &str)> =
        run.stdout.split("PATH ").filter_map(|p| p.split_once('\n')).collect();
    let part = |path: &str| parts.iter().find(|(p, _)| *p == path).unwrap().1;
    let sum = |file: &str| sh(&format!("sha256sum <{}/{file}", site().root.display()));
    for path in ["/", "/install.sh"] {
        let said = part(path);
        assert!(said.starts_with("HTTP/1.1 200 OK"), "{said}");
        assert!(said.contains("Content-Type: text/plain; charset=utf-8\n"), "{said}");
        assert!(said.contains("max-age=300"), "{said}");
        assert!(said.ends_with(&sum("install.sh")), "{said}");
    }
    assert!(
        part("/policy.toml").contains("max-age=300") && part("/policy.toml").contains("ETag: "),
        "{run:#?}"
    );
    assert_eq!(part("cached"), "304\n");
    assert_eq!(part("hidden"), "404\n");
    assert_eq!(part("old"), sum("install.sh"));
    let binary = parts.iter().find(|(p, _)| p.starts_with("/v/")).unwrap().1;
    assert!(binary.contains("Content-Type: application/octet-stream\n"), "{binary}");
    assert!(binary.contains("immutable") && !binary.contains("Content-Encoding"), "{binary}");
    assert!(binary.ends_with(&sum(&format!("v/{version}/support-access-x86_64.gz"))), "{binary}");
    assert!(part("/guide/").contains("Content-Type: text/html; charset=utf-8\n"), "{run:#?}");
}

/// The page for people tells what the policy says, and no placeholder remains anywhere.
#[test]
fn guide_and_leftovers() {
    let guide = fs::read_to_string(site().root.join("guide/index.html")).unwrap();
    // Around words of a command that are not to be broken.
    let guide = guide.replace("<span>", "").replace("</span>", "");
    for text in [
        "Example &amp; Co",
        "<td>22</td><td><code>198.51.100.0/24</code></td>",
        "<code>helper</code>",
        "curl -sLf https://support.example.test | sh -",
    ] {
        assert!(guide.contains(text), "{text}");
    }
    let script = fs::read_to_string(site().root.join("install.sh")).unwrap();
    assert_eq!(script, fs::read_to_string(site().root.join("index.html")).unwrap());
    assert!(!script.contains(repository().to_str().unwrap()));
    assert!(!script.contains("shellcheck"));
}
