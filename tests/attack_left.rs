//! Promise 4, by kind of trace: whatever the engineer or the system left in the account's name is
//! gone, or no longer the account's and named, and nobody else's is touched.
#![allow(clippy::unwrap_used, reason = "what the cases share fails as tests do")]

mod common;
mod leftovers;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use common::tracer::Kill;
use common::{ACCOUNT, CUSTOMER, JOURNAL, Server};
use lab::{Cases, Suite};
use leftovers::{BEFORE, FILES, Kind, RECORDS};

/// What the last grant's part of the quarantine is.
const QUARANTINE: &str = "/var/lib/support-access-quarantine/*";

#[test]
fn every_kind_of_trace_is_gone_or_named() {
    let server = Server::new(Suite::Bookworm);
    let (host, engineer) = (&server.host, server.engineer());
    host.ok(BEFORE);
    let before = host.snapshot();
    server.grant("--sudo full --no-verify").is("granted", 0);
    let uid = host.ok("id -u cafe24").trim_end().to_owned();
    assert_eq!(uid, "60578", "older files are made for this uid");

    let mut script = String::from("cd /tmp\n");
    for (name, make, _) in RECORDS {
        writeln!(script, "( set -e; {make} ) || echo \"not made: {name}\"").unwrap();
    }
    for (path, make, _) in FILES {
        let make = make.replace("PATH", path);
        writeln!(script, "( set -e; {make} ) || echo \"not made: {path}\"").unwrap();
    }
    host.put("/run/test/make.sh", script, 0o755);
    host.ok("chmod 755 /run/test");
    let made = engineer.ssh(&server.key, &format!("{ACCOUNT}@{CUSTOMER}"));
    let made = made.command("sh /run/test/make.sh").run();
    assert!(!made.stdout.contains("not made"), "{made}");

    let dry = server.run("delete --dry-run --json").json("dry-run", 5);
    let document = server.run("delete --json").json("deleted", 5);
    let listed = |document: &serde_json::Value| -> BTreeMap<String, String> {
        let all = document["elsewhere"].as_array().unwrap().iter();
        all.map(|it| (it["path"].as_str().unwrap().into(), it["done"].as_str().unwrap().into()))
            .collect()
    };
    let (dry, real) = (listed(&dry), listed(&document));

    let cases = Cases::new("nothing left");
    for (name, _, check) in RECORDS {
        cases.case(name, || {
            let gone = host.run(&format!("U={uid}; {check}"));
            assert!(gone.succeeded() && gone.stdout.is_empty(), "{gone}");
        });
    }
    for (path, _, kind) in FILES {
        cases.case(path, || {
            let word = real.get(*path).map(String::as_str);
            let there = host.run(&format!("stat -c '%U:%G %a' '{path}'"));
            let now = there.stdout.trim_end();
            match kind {
                Kind::Gone => assert_eq!((word, now), (None, "")),
                Kind::Orders => {
                    assert_eq!((word, now), (Some("quarantine"), ""));
                    let kept = format!("stat -c '%U' {QUARANTINE}'{path}'");
                    assert_eq!(host.ok(&kept), "root\n");
                }
                Kind::Vanishes => assert_eq!((word, now), (Some("quarantine"), "")),
                Kind::Work(state) => assert_eq!((word, now), (Some("root"), *state)),
                Kind::Kept => {
                    assert_eq!((word, now.split(':').next()), (Some("kept"), Some("UNKNOWN")));
                }
                Kind::Others(state) => assert_eq!((word, now), (None, *state)),
            }
            // It can't tell that others' files are in it before his own have gone.
            if *path == "/etc/conf.d" {
                return;
            }
            let foretold = dry.get(*path).map(String::as_str);
            assert_eq!(foretold, word, "the dry run said something else");
        });
    }
    cases.case("no access list or capability is left", || {
        let lists = host.ok("getfacl -Rps /srv; getcap -r /srv");
        assert_eq!(lists, "");
    });
    cases.case("the quarantine can be entered by root only", || {
        let modes =
            host.ok("find /var/lib/support-access-quarantine -type d -printf '%U %m\\n' | sort -u");
        assert_eq!(modes, "0 700\n");
        assert_eq!(
            host.ok(&format!("cat {QUARANTINE}/etc/cron.d/engineer")),
            "* * * * * root id\n"
        );
        assert_eq!(host.ok(&format!("cat {QUARANTINE}/run/other-disk")), "content\n");
    });
    cases.case("no file of the uid anywhere but those named", || {
        let found = host.ok(&format!(
            "find / /run /tmp /dev/shm /mnt/disk -xdev \\( -uid {uid} -o -gid {uid} \\) -print"
        ));
        for path in found.lines() {
            assert_eq!(real.get(path).map(String::as_str), Some("kept"), "{path}");
        }
    });
    cases.case("nothing else has changed", || {
        let changes =
            ["/srv", "/mnt", "/home", "/var/lib/support-access-quarantine", "/var/lib/docker"]
                .iter()
                .fold(server.left_since(&before), |changes, path| changes.except(path));
        let changes = changes.except("/etc/conf.d").except("/etc/systemd/system/ssh.service.d");
        let changes = changes.except("/var/spool/cron/atjobs/.SEQ");
        assert!(changes.is_empty(), "{changes}");
    });
    cases.case("the log tells the same", || {
        let log = host.read("/var/log/support-access.log");
        let line: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        assert_eq!(listed(&line), real);
    });
    cases.finish(60);
}

#[test]
fn an_ending_that_was_cut_off_in_the_search_is_finished_and_reported_whole() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let cases = Cases::new("nothing left");
    server.grant("--sudo full --no-verify").is("granted", 0);
    host.ok("mkdir -p /srv/many; cd /srv/many; seq -f 'f%04g' 900 | xargs touch; \
        seq -f '/etc/cron.d/o%03g' 50 | xargs touch; chown -R cafe24 /srv/many /etc/cron.d/o*");
    cases.case("killed while it searches", || {
        let noted = Kill::After(100, "write", "/var/lib/support-access/swept");
        let cut = server.trace(noted, "delete");
        assert!(cut.killed, "{}", cut.ran);
        let left = host.ok("find /srv/many /etc/cron.d -uid +60577 | wc -l");
        assert_ne!(left, "0\n", "it was cut off too late");
        let document = server.run("delete --json").json("deleted", 5);
        assert_eq!(document["elsewhere"].as_array().unwrap().len(), 951);
        assert_eq!(host.ok("find / -xdev -uid +60577 -uid -61184"), "");
        assert_eq!(host.ok("find /etc/cron.d -name 'o*'"), "");
        assert!(!host.exists("/var/lib/support-access"));
    });
    cases.case("an ending that is blocked searches no disk", || {
        server.grant("--no-verify").is("granted", 0);
        host.ok("install -o cafe24 /dev/null /srv/later; mkdir /home/cafe24/disk; \
            mount -t tmpfs none /home/cafe24/disk");
        server.run("delete").is("failed", 5).does_not_say("/srv/later");
        assert_eq!(host.ok("stat -c %u /srv/later"), "60578\n");
        host.ok("umount /home/cafe24/disk");
        server.run("delete").is("deleted", 5).says("to root: /srv/later");
        assert!(!host.exists(JOURNAL));
    });
    cases.finish(2);
}
