//! Promise 6: running it again changes nothing; what other inputs do stands in docs/rerun.md.
#![allow(clippy::expect_used, reason = "what tests share fails as tests do")]

mod common;

use common::{ALLOWED, COPY, INSTALLED, JOURNAL, KEY_FILE, SUDOERS, Server};
use lab::{Host, Key, KeyKind, Suite};

const TIMER: &str = "/etc/systemd/system/support-access-expire.timer";
const SERVICE: &str = "/etc/systemd/system/support-access-expire.service";
const HOUR: u64 = 3600;

#[test]
fn on_debian_12() {
    on(Suite::Bookworm);
}

#[test]
fn on_debian_13() {
    on(Suite::Trixie);
}

fn on(suite: Suite) {
    let server = Server::new(suite);
    let first = server.grant("--sudo full --ticket A-1").is("granted", 0);
    let before = server.host.snapshot();

    for words in ["--sudo full --ticket A-1", "--sudo full", "--sudo full --no-verify"] {
        let again = server.grant(words).is("unchanged", 0);
        assert_eq!(again.details, first.details, "{again}");
    }
    let later = server.grant("--sudo full --expires 1h").is("unchanged", 0);
    assert_eq!(later.details["expires"], first.details["expires"]);
    later.says("The time does not change; to extend it, use --extend.");
    // A customer who is his own publisher need not name everything again.
    server.run("grant").is("unchanged", 0);
    server.run("audit").is("ok", 0);
    server.assert_untouched(&before, "the same once more");
    // But for times, as the lock came and went in /run.
    let memory = server.host.changes_since(&before).in_memory().ignoring_times();
    let memory = memory.except("/run/log").except("/run/systemd").except("/run/user");
    assert!(memory.is_empty(), "{memory}");

    for words in ["--extend 90d", "--account another", "--port 2222"] {
        server.grant(&format!("--sudo full {words}")).is("refused", 4);
    }
    server.grant("--extend 24h --expires 24h").is("failed", 2);
    let policy = OTHER_PROVIDER.replace("KEY", server.key.public().trim_end());
    server.host.put("/run/test/other.toml", policy, 0o644);
    server
        .run(&format!("grant --policy /run/test/other.toml --from {ALLOWED}"))
        .is("refused", 4)
        .says("support access for Cafe24 is open until")
        .says(&format!("{INSTALLED} delete"));
    server.assert_untouched(&before, "refusals");
}

const OTHER_PROVIDER: &str = r#"
schema = 1
serial = 7
provider = "Example Hosting"
language = "en"
site = "https://support.example"
account = "helper"
from = ["192.0.2.0/24"]
port = 22
lifetime = "1h"
longest = "2h"
sudo = "none"
keys = ["KEY"]
"#;

/// What other inputs do, and what they leave alone.
#[test]
fn other_inputs_amend() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let first = server.grant("").is("granted", 0);
    assert!(!host.exists(SUDOERS));
    let account = host.ok("getent passwd cafe24; stat -c %Y:%i /home/cafe24");

    // Another key takes the place of the first.
    let other = Key::generate(KeyKind::Ecdsa);
    let other_file = server.put_key("other", &other);
    let ran = server.run(&format!("grant --key {other_file} --from {ALLOWED}"));
    let ran = ran.is("updated", 0);
    assert_eq!(ran.details, first.details, "{ran}");
    let lines = host.read(KEY_FILE);
    assert!(lines.contains(body(&other)) && !lines.contains(body(&server.key)), "{lines}");
    server.grant("").is("updated", 0);

    // Rights are given and taken.
    server.grant("--sudo full").is("updated", 0);
    assert!(host.exists(SUDOERS));
    server.grant("--sudo none").is("updated", 0);
    assert!(!host.exists(SUDOERS));
    server.run(&format!("grant --from {ALLOWED},192.0.2.64/26")).is("updated", 0);
    assert!(host.read(KEY_FILE).contains("from=\"192.0.2.7,192.0.2.64/26\""));
    let record = "nothing on the server would change; the grant's own record would";
    server.grant("--ticket B-2").is("updated", 0).says("B-2");
    server.grant("--ticket C-3 --dry-run").is("dry-run", 0).says(record);
    server.grant("--ticket B-2 --dry-run").is("dry-run", 0).says("nothing would be done");

    // A new program takes the old one's place.
    let size = |path| host.ok(&format!("stat -c %s {path}"));
    assert_eq!(size(COPY), size(INSTALLED));

    assert_eq!(host.ok("getent passwd cafe24; stat -c %Y:%i /home/cafe24"), account);
    server.run("audit").is("ok", 0);
    server.run("delete").is("deleted", 0);
}

fn body(key: &Key) -> &str {
    key.public().split(' ').nth(1).expect("type, key, comment")
}

/// An extension moves the end in every layer that knows it, and in nothing else.
#[test]
fn extending_moves_every_layer() {
    let server = Server::new(Suite::Bookworm);
    let first = server.grant("--sudo full --expires 24h").is("granted", 0);
    let old = first.details["expires"].clone();
    assert_deadline(&server.host, &old);

    let ran = server.run("grant --extend 72h").is("extended", 0);
    let new = ran.details["expires"].clone();
    assert_eq!(moment(&server.host, &new) - moment(&server.host, &old), 72 * HOUR);
    assert_deadline(&server.host, &new);
    server.run("audit").is("ok", 0);

    // 90 days from the first opening are the most; what is asked beyond is refused, not cut.
    let before = server.host.snapshot();
    server.run("grant --extend 2065h").is("refused", 4);
    server.assert_untouched(&before, "too long an extension");
    let ran = server.run("grant --extend 2064h").is("extended", 0);
    assert_deadline(&server.host, &ran.details["expires"]);
    server.run("delete").is("deleted", 0);

    // A provider's policy may say less.
    let policy = OTHER_PROVIDER.replace("KEY", server.key.public().trim_end());
    server.host.put("/run/test/other.toml", policy, 0o644);
    let grant = "grant --policy /run/test/other.toml --no-verify";
    server.run(grant).is("granted", 0);
    server.run(&format!("{grant} --extend 61m")).is("refused", 4);
    server.run(&format!("{grant} --extend 60m")).is("extended", 0);
    server.run(&format!("{grant} --extend 5m")).is("refused", 4);
}

/// Seconds since 1970, as the host's own `date` reads it.
fn moment(host: &Host, utc: &str) -> u64 {
    host.ok(&format!("date -d {utc} +%s")).trim_end().parse().expect("a number")
}

/// Every layer's own form of the deadline (RFC 3339, UTC).
fn assert_deadline(host: &Host, deadline: &str) {
    let digits: String = deadline.chars().filter(char::is_ascii_digit).collect();
    let keys = host.read(KEY_FILE);
    assert!(keys.contains(&format!("expiry-time=\"{digits}Z\"")), "{deadline}: {keys}");
    let rule = host.read(SUDOERS);
    assert!(rule.contains(&format!("NOTAFTER={digits}Z ")), "{deadline}: {rule}");
    // pam_unix refuses from the beginning of that day on.
    let day = (moment(host, deadline) / (24 * HOUR) + 1).to_string();
    assert_eq!(host.ok("getent shadow cafe24 | cut -d: -f8").trim_end(), day, "{deadline}");
    let timer = host.read(TIMER);
    let utc = deadline.replace('T', " ").replace('Z', " UTC");
    assert!(timer.contains(&format!("OnCalendar={utc}\n")), "{deadline}: {timer}");
    // systemd has read it: the next look is at the ten minutes or at the deadline.
    let next = host.ok("systemctl show -p TimersCalendar support-access-expire.timer");
    assert!(next.contains(&utc), "{deadline}: {next}");
}

/// What was changed by hand is found by audit and repaired by the same command; what is the
/// customer's own is left alone.
#[test]
fn what_was_changed_by_hand_is_repaired() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let first = server.grant("--sudo full").is("granted", 0);
    let whole = state(host);

    let damages = [
        format!("rm {TIMER}; systemctl daemon-reload"),
        format!("rm {SERVICE}; systemctl daemon-reload"),
        "systemctl disable --now support-access-expire.timer".to_owned(),
        "systemctl stop support-access-expire.timer".to_owned(),
        format!("sed -i 's,^OnCalendar=[*].*,OnCalendar=*:0/59,' {TIMER}"),
        format!("rm {SUDOERS}"),
        format!("chmod 444 {SUDOERS}"),
        format!("rm {KEY_FILE}"),
        "rm -r /home/cafe24/.ssh".to_owned(),
        format!("sed -i s/192.0.2.7/192.0.2.8/ {KEY_FILE}"),
        format!("chmod 644 {KEY_FILE}"),
        "chmod 755 /home/cafe24".to_owned(),
        "usermod --expiredate 1 cafe24".to_owned(),
        "usermod --expiredate '' cafe24".to_owned(),
        format!("rm {INSTALLED} {COPY}"),
    ];
    for damage in damages {
        host.ok(&damage);
        let audit = server.run("audit").is("problems", 6);
        let ran = server.grant("--sudo full --no-verify");
        let ran = ran.is("updated", 0);
        assert_eq!(ran.details["expires"], first.details["expires"], "{damage}: {audit}");
        assert_eq!(state(host), whole, "{damage}");
        server.run("audit").is("ok", 0);
    }
    server.grant("--sudo full").is("unchanged", 0);
    assert!(host.exists(JOURNAL));
    server.run("delete").is("deleted", 0);
}

/// All that a grant is made of, as text.
fn state(host: &Host) -> String {
    host.ok(&format!(
        "cd /; for file in {TIMER} {SERVICE} {SUDOERS} {KEY_FILE}; do stat -c '%n %a %U:%G' $file; \
             cat $file; done; stat -c '%n %a %U:%G' /home/cafe24 /home/cafe24/.ssh; \
         sha256sum {INSTALLED} {COPY}; getent passwd cafe24; getent shadow cafe24; \
         systemctl is-enabled support-access-expire.timer; \
         systemctl is-active support-access-expire.timer; systemctl is-failed systemd-logind || :"
    ))
}
