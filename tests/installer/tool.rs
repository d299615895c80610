//! Each tool that install.sh can make do with, alone.

use crate::site::{URL, repository, site};
use crate::world::{Outcome, World};
use crate::{SHELLS, line};

const HASHERS: [&str; 6] = ["sha256sum", "busybox", "shasum", "openssl", "python3", "perl"];

#[track_caller]
fn assert_ran(run: &Outcome) {
    assert_eq!((run.code, run.last()), (0, "RESULT: ok"), "{run:#?}");
    run.assert_clean();
}

fn world_with_hasher(only: &str) -> World {
    // shasum is written in perl, so it needs perl without perl's own module being tried first.
    let keep = |name: &&&str| **name != only && !(only == "shasum" && **name == "perl");
    let hidden: Vec<_> = HASHERS.iter().filter(keep).copied().collect();
    World::default().without(&hidden)
}

#[test]
fn each_hash_tool_alone() {
    for tool in HASHERS {
        assert_ran(&world_with_hasher(tool).run(&line("dash", "")));
    }
}

#[test]
fn no_hash_tool() {
    let run = World::default().without(&HASHERS).run(&line("dash", ""));
    run.assert_failed(24, "no-hash-tool");
    assert!(!run.requests.contains("/v/"), "{run:#?}");
}

/// A tool that answers nonsense is passed over.
#[test]
fn a_lying_hash_tool() {
    let run = World::default()
        .put("usr/bin/sha256sum", "#!/bin/sh\necho 0123 -\n")
        .run(&line("dash", ""));
    assert_ran(&run);
}

#[test]
fn no_gzip() {
    let run = World::default().without(&["gzip"]).run(&line("dash", ""));
    assert_ran(&run);
    assert!(!run.requests.contains(".gz "), "{run:#?}");
}

#[test]
fn wget_alone() {
    for shell in SHELLS {
        let run = World::default()
            .without(&["curl"])
            .run(&format!("wget -qO- {URL}/install.sh | {shell}"));
        assert_ran(&run);
    }
}

/// The wget of `BusyBox` knows few flags and checks no certificate: the hash decides.
#[test]
fn busybox_wget_alone() {
    let run = World::default()
        .without(&["curl"])
        .put("usr/bin/wget", "#!/bin/sh\nexec busybox wget \"$@\"\n")
        .run(&format!("busybox wget -qO- {URL}/install.sh | dash"));
    assert_ran(&run);
    assert!(run.stderr.contains("fewer flags"), "{run:#?}");
}

#[test]
fn neither_curl_nor_wget() {
    let script = std::fs::read_to_string(site().root.join("install.sh")).unwrap();
    let run = World::default()
        .without(&["curl", "wget"])
        .put("srv/install.sh", &script)
        .run("dash </srv/install.sh");
    run.assert_failed(20, "no-downloader");
}

/// A tool that says this code to a flag which it doesn't know.
fn lacking(tool: &str, flag: &str, code: u8) -> String {
    format!(
        "#!/bin/sh\nfor a; do case $a in {flag} | {flag}=*) echo \"{tool}: unknown: $a\" >&2; exit {code} ;; esac; done\n\
         exec /usr/bin/{tool} \"$@\"\n"
    )
}

/// curl says 2 to a flag that it doesn't know, and 4 to one that it was built without.
#[test]
fn an_old_curl() {
    for (flag, code) in [("--proto", 2), ("--tlsv1.2", 2), ("--tlsv1.2", 4), ("-L", 2)] {
        let old = lacking("curl", flag, code);
        let run = World::default().put("usr/sbin/curl", &old).run(&line("dash", ""));
        assert_ran(&run);
        assert!(run.stderr.contains("fewer flags"), "{run:#?}");
    }
    // What every curl since 7.10 knows has no second way, and is not left out in silence.
    for flag in ["-fsS", "--connect-timeout", "--max-time", "--speed-limit", "--speed-time", "-o"] {
        let old = lacking("curl", flag, 2);
        let run = World::default().hasty().put("usr/sbin/curl", &old).run(&line("dash", ""));
        run.assert_failed(21, "download");
    }
}

/// GNU wget says 2 as well.
#[test]
fn an_old_wget() {
    for flag in ["--secure-protocol", "--max-redirect", "--tries", "--timeout"] {
        let run = World::default()
            .without(&["curl"])
            .put("usr/sbin/wget", &lacking("wget", flag, 2))
            .run(&format!("wget -qO- {URL}/install.sh | dash"));
        assert_ran(&run);
        assert!(run.stderr.contains("fewer flags"), "{run:#?}");
    }
}

/// In the dialects of both small shells; that of `BusyBox` needs `ShellCheck` 0.10.
#[test]
fn shellcheck_finds_nothing() {
    let check = |dialect: &str| {
        let out = std::process::Command::new("shellcheck")
            .args(["-s", dialect])
            .arg(repository().join("install.sh"))
            .output()
            .expect("shellcheck is missing; scripts/test installs it");
        (
            out.status.success(),
            String::from_utf8_lossy(&out.stdout).into_owned()
                + &String::from_utf8_lossy(&out.stderr),
        )
    };
    let (clean, found) = check("dash");
    assert!(clean, "{found}");
    let (clean, found) = check("busybox");
    if found.contains("Unknown shell: busybox") {
        eprintln!("skipped: this ShellCheck is older than 0.10 and has no busybox dialect");
    } else {
        assert!(clean, "{found}");
    }
}
