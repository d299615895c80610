//! Promise 1: a dry run writes nothing, and says exactly what the real run would do.
#![allow(clippy::expect_used, reason = "what tests share fails as tests do")]

mod common;

use common::{ACCOUNT, JOURNAL, KEY_FILE, SUDOERS, Server};
use lab::{Snapshot, Suite};
use serde_json::Value;

#[test]
fn on_debian_12() {
    on(Suite::Bookworm);
}

#[test]
fn on_debian_13() {
    on(Suite::Trixie);
}

/// Not on the disk, where only systemd's journal may grow, and not in memory: no lock file, no
/// `/run/sshd`, no temporary file. Asked are also the folders' times.
#[track_caller]
fn assert_nothing(server: &Server, before: &Snapshot, why: &str) {
    let changes = server.host.changes_since(before);
    let changes = changes
        .except("/var/log/journal")
        .except("/run/log/journal")
        // Where sh/enter and systemd-journald note which processes there are.
        .except("/run/systemd/journal");
    assert!(changes.is_empty(), "{why}:\n{changes}");
}

fn on(suite: Suite) {
    let server = Server::new(suite);
    let before = server.host.snapshot();

    // Before the account exists.
    let ran = server.grant("--dry-run").is("dry-run", 0);
    assert_nothing(&server, &before, "grant --dry-run");
    let ran = ran
        .says("create file /usr/local/sbin/support-access (mode 0755, owner root)")
        .says("/10:")
        .says("systemctl --root=/ enable --quiet support-access-expire.timer")
        .says("useradd --create-home --skel /var/empty/support-access --home-dir /home/cafe24")
        .says("--expiredate 1 --inactive -1")
        .says(&format!("create file {KEY_FILE} (mode 0600, owner {ACCOUNT})"))
        .says("+restrict,pty,from=\"192.0.2.7\",expiry-time=\"")
        .says("run: /usr/sbin/usermod --expiredate ")
        .does_not_say("sudoers");
    assert_ne!(ran.details["changes"], "0");

    server
        .grant("--dry-run --sudo full")
        .is("dry-run", 0)
        .says(&format!("create file {SUDOERS} (mode 0440, owner root)"))
        .says("its content is first checked with: /usr/sbin/visudo -c -q -f")
        .says("+cafe24 ALL=(ALL:ALL) NOTAFTER=");
    server.run("delete --dry-run").is("dry-run", 0);
    let planned = server.grant("--dry-run --sudo full --json").json("dry-run", 0);
    assert_nothing(&server, &before, "dry runs where no grant is");

    // What was said is what is done.
    let done = server.grant("--sudo full --json").json("granted", 0);
    assert_eq!(outline(&planned), outline(&done));

    // With a live grant.
    server.host.ok(&format!("echo '# of the customer' >>{KEY_FILE}"));
    server.host.hold_timer("support-access-expire.timer");
    // systemd tidies up after the proof's session for ten seconds.
    server.host.ok(
        "until [ ! -e /run/user/60578 ] && [ ! -e /run/systemd/users/60578 ]; do sleep 0.2; done",
    );
    let live = server.host.snapshot();
    server.grant("--dry-run --sudo full").is("dry-run", 0).says("nothing would be done");
    let ran = server.grant("--dry-run --sudo full --extend 24h").is("dry-run", 0);
    let ran =
        ran.says("-restrict,pty,from=").says("+restrict,pty,from=").says(" # of the customer");
    ran.says("-OnCalendar=").says("run: /usr/sbin/usermod --expiredate ").says("-cafe24 ALL=");
    server.grant("--dry-run --sudo none").is("dry-run", 0).says(&format!("remove file {SUDOERS}"));
    server.grant("--dry-run --extend 90d").is("refused", 4);
    server.grant("--dry-run --account another").is("refused", 4);
    server
        .run("delete --dry-run")
        .is("dry-run", 0)
        .says(&format!("remove file {KEY_FILE}"))
        .says("run: /usr/sbin/usermod --expiredate 1 cafe24")
        .says("run: /usr/sbin/userdel cafe24")
        .says("remove folder /home/cafe24 with everything in it")
        .says("systemctl stop support-access-expire.timer")
        .says("systemctl --root=/ disable --quiet support-access-expire.timer")
        .says(&format!("remove file {JOURNAL}"))
        .says("  | # of the customer");
    let planned = server.run("delete --dry-run --json").json("dry-run", 0);
    assert_nothing(&server, &live, "dry runs with a live grant");

    let done = server.run("delete --json").json("deleted", 0);
    assert_eq!(outline(&planned), outline(&done));
}

/// Where the real run is refused, the dry run is refused as well, in the same words.
#[test]
fn exits_as_the_real_run_would() {
    let server = Server::new(Suite::Bookworm);
    server.host.ok("useradd cafe24");
    let before = server.host.snapshot();
    let dry = server.grant("--dry-run").is("refused", 4);
    assert_nothing(&server, &before, "a refused dry run");
    let real = server.grant("").is("refused", 4);
    assert_eq!(dry.output.stdout, real.output.stdout);
    server.assert_untouched(&before, "a refused run");
    server.host.ok("userdel cafe24");

    for words in
        ["--extend 1h", "--port 2222", "--policy /run/test/nothing", "--key /run/test/nothing"]
    {
        let before = server.host.snapshot();
        let dry = server.grant(&format!("--dry-run {words}"));
        assert_nothing(&server, &before, words);
        let real = server.grant(words).is(&dry.word, dry.output.code);
        assert_eq!((&*real.word, real.output.code), ("refused", 4), "{real}");
        server.assert_untouched(&before, words);
    }
}

/// Each change's step, kind, path and command, without what differs from run to run: a grant's id
/// and moments, and which processes run just now.
fn outline(document: &Value) -> Vec<String> {
    let changes = document["changes"].as_array().expect("changes are a list");
    assert!(!changes.is_empty());
    let outline = |change: &Value| {
        let command = change["command"].as_str().unwrap_or_default();
        let id = document["id"].as_str().unwrap_or("no id");
        let command = command.replace(id, "ID");
        format!("{} {} {} {command}", change["step"], change["kind"], change["path"])
    };
    // Whether the home needs another mode is useradd's own doing: Debian 13 makes it 0700.
    let home = "\"home\" \"folder\" \"/home/cafe24\" ";
    // What the search notes while it runs, which is made and removed within the same run.
    let note = "null \"remove\" \"/var/lib/support-access/swept\" ";
    changes.iter().map(outline).filter(|change| change != home && change != note).collect()
}
