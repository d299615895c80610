//! Paths, units, exit codes and last words.

use std::time::Duration;

use lab::{Changes, What};

use crate::support::{ACCOUNT, CUSTOMER, Server, result_word, without_journald};

/// Everything that an open grant adds to the disk, apart from the account's home.
const STANDS: [(&str, &str); 11] = [
    ("/etc/sudoers.d/zz-support-access-cafe24", "440 root:root"),
    ("/etc/systemd/system/support-access-expire.service", "644 root:root"),
    ("/etc/systemd/system/support-access-expire.timer", "644 root:root"),
    ("/etc/systemd/system/timers.target.wants/support-access-expire.timer", "777 root:root"),
    ("/usr/local/sbin/support-access", "755 root:root"),
    ("/var/lib/support-access", "700 root:root"),
    ("/var/lib/support-access/journal", "600 root:root"),
    ("/var/lib/support-access/policy.toml", "600 root:root"),
    ("/var/lib/support-access/support-access", "700 root:root"),
    ("/var/lib/systemd/timers/stamp-support-access-expire.timer", "644 root:root"),
    ("/var/log/support-access.log", "600 root:root"),
];

/// Copies that the system's account tools keep, and the last logins that sessions leave.
const OF_TOOLS: [&str; 7] = [
    "/etc/passwd-",
    "/etc/shadow-",
    "/etc/group-",
    "/etc/gshadow-",
    "/etc/subuid-",
    "/etc/subgid-",
    "/var/log/wtmp",
];

fn created(changes: Changes) -> Vec<String> {
    let changes = OF_TOOLS.iter().fold(changes.on_disk(), |all, path| all.except(path));
    let changes = without_journald(changes).except("/home/cafe24");
    // systemd makes this folder for the first timer that is to survive a reboot.
    changes
        .iter()
        .filter(|change| change.what == What::Created)
        .map(|change| change.path.display().to_string())
        .filter(|path| path != "/var/lib/systemd/timers")
        .collect()
}

#[test]
fn paths_and_units_are_fixed() {
    let server = Server::boot();
    let host = &server.host;
    let before = host.snapshot();
    server.grant("--sudo full --no-verify");

    assert_eq!(created(host.changes_since(&before)), STANDS.map(|(path, _)| path));
    for (path, expected) in STANDS {
        assert_eq!(
            host.ok(&format!("stat -c '%a %U:%G' {path}")),
            format!("{expected}\n"),
            "{path}"
        );
    }
    assert_eq!(host.ok("systemctl is-active support-access-expire.timer"), "active\n");
    assert_eq!(host.ok("systemctl is-enabled support-access-expire.timer"), "enabled\n");
    assert!(
        host.ok("systemctl cat support-access-expire.service")
            .contains("/var/lib/support-access/support-access expire")
    );
    for line in host.read("/var/log/support-access.log").lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["account"], "cafe24", "{line}");
    }
    assert!(host.ok("journalctl --no-pager -t support-access").contains("cafe24"));

    server.delete();
    assert_eq!(created(host.changes_since(&before)), ["/var/log/support-access.log"]);
    assert!(!host.exists("/run/support-access.lock"));
}

/// Every last word and every exit code, each by the shortest way to it. Number 5 and 7 need a
/// server of their own: they stand in the tests of what is left behind, and of the lock.
#[test]
fn last_words_and_exit_codes_are_fixed() {
    let server = Server::boot();
    let host = &server.host;
    let open = Server::opening();
    let over = "sed -i -E 's/\"deadline\":[0-9]+/\"deadline\":1/' /var/lib/support-access/journal;
        /var/lib/support-access/support-access expire";
    let sa = crate::support::PROGRAM;
    let lines = [
        (format!("{sa} delete"), 0, "nothing-to-delete"),
        (format!("{sa} audit"), 0, "ok"),
        (format!("{sa} {open} --dry-run"), 0, "dry-run"),
        (format!("{sa} {open} --no-verify"), 0, "granted"),
        (format!("{sa} {open}"), 0, "unchanged"),
        (format!("{sa} {open} --ticket T-1"), 0, "updated"),
        (format!("{sa} --extend 1h"), 0, "extended"),
        (format!("{sa} audit"), 0, "ok"),
        (format!("rm /usr/local/sbin/support-access; {sa} audit"), 6, "problems"),
        (format!("{sa} delete --dry-run"), 0, "dry-run"),
        ("/var/lib/support-access/support-access delete".to_owned(), 0, "deleted"),
        (format!("{sa} {open} --no-verify; {over}"), 0, "expired"),
        (format!("{sa} --no-such"), 2, "failed"),
        (format!("setpriv --reuid nobody --clear-groups {sa} {open}"), 3, "failed"),
        (format!("{sa} --key /none"), 4, "refused"),
        (format!("mount -t tmpfs -o size=64k tmpfs /usr/local/sbin; {sa} {open}"), 1, "failed"),
    ];
    for (line, code, word) in lines {
        let output = host.run(&line);
        assert_eq!(output.code, code, "{output}");
        let last = output.last_line().strip_prefix("RESULT: ").and_then(|it| it.split(' ').next());
        assert_eq!(last, Some(word), "{output}");
        if !line.contains(';') {
            assert_eq!(result_word(&output.stdout), Ok(word), "{output}");
        }
    }
    host.ok("umount /usr/local/sbin");
}

#[test]
fn a_grant_without_proof_says_so_in_its_last_line() {
    let server = Server::boot();
    let said = server.grant("--no-verify");
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("RESULT: granted account=cafe24 expires=20"), "{last}");
    assert!(last.ends_with("Z proof=none"), "{last}");
    server.delete();
    let said = server.grant("");
    assert!(said.lines().last().unwrap().ends_with("Z proof=full"), "{said}");
}

/// While the engineer is at work, with `/tmp` and logind's own folder disks of their own.
#[test]
fn a_dry_run_of_delete_ends_as_the_delete_does() {
    let server = Server::boot();
    let host = &server.host;
    let engineer = server.engineer();
    host.ok("mount -t tmpfs -o mode=1777 tmpfs /tmp");
    server.grant("");
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    let mut session = engineer.ssh(&server.key, &to).open_session();
    session.does("echo x >/tmp/mine");

    host.hold_timer("support-access-expire.timer");
    let before = host.snapshot();
    let dry = server.program("delete --dry-run").run();
    assert_eq!((dry.code, result_word(&dry.stdout)), (0, Ok("dry-run")), "{dry}");
    assert!(dry.stdout.contains("/tmp/mine"), "{dry}");
    let changes = without_journald(host.changes_since(&before));
    assert!(changes.is_empty(), "{changes}");
    assert!(session.is_open());

    assert_eq!(result_word(&server.delete()), Ok("deleted"));
    assert!(session.is_cut_within(Duration::from_secs(30)));
    assert!(!host.exists("/tmp/mine"));
}
