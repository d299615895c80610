//! Promise 5: access ends by itself, also after a reboot and with no network.
#![allow(clippy::expect_used, reason = "what tests share fails as tests do")]

mod common;

use std::time::Duration;

use common::{ACCOUNT, CUSTOMER, INSTALLED, JOURNAL, KEY_FILE, SYNC, Server};
use lab::{Host, Suite};

const TIMER: &str = "support-access-expire.timer";
/// The built-in policy's lifetime, in seconds.
const LIFETIME: i64 = 72 * 3600;

#[track_caller]
fn assert_ended(server: &Server, before: &lab::Snapshot, why: &str) {
    let host = &server.host;
    assert!(!host.run("getent passwd cafe24 || getent group cafe24").succeeded(), "{why}");
    assert!(!host.exists(INSTALLED) && !host.exists("/var/lib/support-access"), "{why}");
    let left = server.left_over_boots_since(before);
    assert!(left.is_empty(), "{why}:\n{left}");
    let log = host.read("/var/log/support-access.log");
    let last = log.lines().last().unwrap_or_default();
    let line: serde_json::Value =
        serde_json::from_str(last).expect("the log is JSON, line by line");
    assert_eq!((&line["action"], &line["clean"]), (&"expired".into(), &true.into()), "{log}");
}

fn wait_until_ended(host: &Host) {
    let line = "while [ -e /var/lib/support-access ]; do sleep 0.1; done";
    host.command(line).deadline(Duration::from_mins(2)).ok();
}

#[test]
fn at_its_time_on_debian_12() {
    at_its_time(Suite::Bookworm);
}

#[test]
fn at_its_time_on_debian_13() {
    at_its_time(Suite::Trixie);
}

fn at_its_time(suite: Suite) {
    let server = Server::new(suite);
    let engineer = server.engineer();
    let before = server.host.snapshot();
    server.grant("--sudo full").is("granted", 0);
    let mut session = engineer.ssh(&server.key, &format!("{ACCOUNT}@{CUSTOMER}")).open_session();
    session.wait_for("$");

    // Before its time the timer looks, and does nothing.
    let live = server.host.snapshot();
    server.expire();
    let changes = server.disk_changes(&live);
    assert!(changes.is_empty(), "{changes}");
    assert!(session.is_open());

    server.let_end_in(120);
    server.expire();
    assert!(session.is_open(), "before its time");
    server.run("audit").is("problems", 6);
    server.let_end_in(-1);
    server.run("audit").is("problems", 6).says("The time of this support access is over");
    server.expire();
    assert!(session.is_cut_within(Duration::from_secs(15)));
    assert_ended(&server, &before, "at its time");
    let said = server
        .host
        .ok(&format!("{SYNC}; journalctl -o cat --no-pager -u support-access-expire.service"));
    assert!(said.contains("RESULT: expired"), "{said}");
    assert_eq!(server.host.ok("systemctl list-units --all --no-legend 'support-access*'"), "");
}

/// A server that was off at the deadline ends it when it comes up, with its cable out.
#[test]
fn after_a_reboot_that_slept_through_the_deadline() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let before = host.snapshot();
    server.grant("--sudo full").is("granted", 0);
    host.reboot();
    server.equip();
    assert_eq!(host.ok(&format!("systemctl is-enabled {TIMER}")), "enabled\n");
    assert_eq!(host.ok(&format!("systemctl is-active {TIMER}")), "active\n");
    assert!(host.ok("systemctl list-timers --no-legend").contains(TIMER));
    server.run("audit").is("ok", 0);

    server.age(LIFETIME + 3600);
    // When the timer last ran is when the server was last up.
    host.ok(&format!("touch -d '1 hour ago' /var/lib/systemd/timers/stamp-{TIMER}"));
    host.pull_plug();
    host.boot_again();
    host.cut_network();
    wait_until_ended(host);
    assert_ended(&server, &before, "after a reboot");
}

/// The real timer at the real moment: a few seconds ahead, since nobody waits for 72 hours.
#[test]
fn in_real_time() {
    let server = Server::new(Suite::Bookworm);
    let engineer = server.engineer();
    let before = server.host.snapshot();
    server.grant("--sudo full --no-verify").is("granted", 0);
    let mut session = engineer.ssh(&server.key, &format!("{ACCOUNT}@{CUSTOMER}")).open_session();
    session.wait_for("$");
    server.let_end_in(20);
    server.grant("--sudo full --no-verify").is("updated", 0);
    assert!(session.is_open());
    wait_until_ended(&server.host);
    assert!(session.is_cut_within(Duration::from_secs(15)));
    assert_ended(&server, &before, "in real time");
}

/// Where the timer fails, each other layer holds by itself: sshd's and sudo's to the second.
#[test]
fn without_the_timer_too() {
    let server = Server::new(Suite::Bookworm);
    let (host, engineer) = (&server.host, server.engineer());
    server.grant("--sudo full --no-verify").is("granted", 0);
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    let sudo = || engineer.ssh(&server.key, &to).command("sudo -n true").run();
    server.let_end_in(40);
    let ran = server.grant("--sudo full --no-verify").is("updated", 0);
    host.ok(&format!("systemctl mask --runtime --now {TIMER}"));
    let mut session = engineer.ssh(&server.key, &to).open_session();
    session.send("sudo -n id -u; echo rea''dy\n");
    session.wait_for("ready");
    assert!(session.screen().contains("0\r\nready"), "{}", session.screen());

    let deadline = &ran.details["expires"];
    let wait = format!("while [ $(date +%s) -le $(date -d {deadline} +%s) ]; do sleep 0.2; done");
    host.command(&wait).deadline(Duration::from_mins(3)).ok();
    assert_eq!(sudo().code, 255, "sshd lets the key in after its time");
    session.send("sudo -n id -u; echo st''ill $?\n");
    session.wait_for("still 1");
    assert!(session.screen().contains("sudo: a password is required"), "{}", session.screen());
    assert!(host.exists(KEY_FILE) && host.exists(JOURNAL), "nobody has ended it yet");

    // From the next day on PAM refuses, whatever the key's line says.
    host.ok(&format!("sed -i s/,expiry-time=[^[:space:]]*// {KEY_FILE}; usermod -e 2 cafe24"));
    let refused = sudo();
    assert_eq!(refused.code, 255, "{refused}");
    server.run("delete").is("deleted", 0);
}

/// Systemd is not made to read all of its units anew, so it has not read that the timer belongs to
/// timers.target.
#[test]
fn the_timer_stands_by_itself_on_debian_12() {
    the_timer_stands_by_itself(Suite::Bookworm);
}

#[test]
fn the_timer_stands_by_itself_on_debian_13() {
    the_timer_stands_by_itself(Suite::Trixie);
}

fn the_timer_stands_by_itself(suite: Suite) {
    let server = Server::new(suite);
    let host = &server.host;
    let outdated = "systemctl show '*' -p NeedDaemonReload | grep -c yes || :";
    let assert_gone = |what: &str| {
        let listed = host.ok("systemctl list-units --all --no-legend 'support-access*'");
        assert_eq!((&*listed, &*host.ok(outdated)), ("", "0\n"), "{what}");
    };
    for (what, before, meanwhile) in [
        ("as it is", ":", ":"),
        ("another target is gone to", ":", "systemctl isolate multi-user.target"),
        (
            "systemd reads its units, and another target is gone to",
            ":",
            "systemctl daemon-reload; systemctl isolate multi-user.target",
        ),
        (
            "systemd has looked for it in vain",
            "mkdir /run/systemd/system/timers.target.wants; \
             ln -s /nothing /run/systemd/system/timers.target.wants/support-access-expire.timer; \
             systemctl daemon-reload",
            "rm -r /run/systemd/system/timers.target.wants",
        ),
        ("no timer was ever enabled", "mv /etc/systemd/system/timers.target.wants /root", ":"),
    ] {
        host.ok(before);
        let stood = host.snapshot();
        server.grant("--no-verify").is("granted", 0);
        assert_eq!(host.ok(outdated), "0\n", "{what}");
        host.ok(meanwhile);
        assert_eq!(host.ok(&format!("systemctl is-active {TIMER}")), "active\n", "{what}");
        assert!(host.ok("systemctl list-timers --no-legend").contains(TIMER), "{what}");
        assert_eq!(host.ok(&format!("systemctl is-enabled {TIMER}")), "enabled\n", "{what}");
        server.grant("--no-verify").is("unchanged", 0);
        server.run("delete").is("deleted", 0);
        assert_gone(what);
        let left = server.left_since(&stood);
        let left = left.except("/run/systemd/system");
        assert!(left.is_empty(), "{what}: {left}");
    }
    // Of another time, and without a link: what systemd has read is not what stands there.
    server.grant("--no-verify").is("granted", 0);
    host.ok(&format!("cd /etc/systemd/system; rm {TIMER} timers.target.wants/{TIMER}"));
    server.grant("--no-verify --extend 24h").is("extended", 0);
    assert_eq!(host.ok(outdated), "0\n");
    let known = host.ok(&format!("systemctl show -p TimersCalendar {TIMER}"));
    let unit = host.read(&format!("/etc/systemd/system/{TIMER}"));
    let moments = unit.lines().filter_map(|line| line.strip_prefix("OnCalendar=20"));
    assert!(moments.clone().count() > 0, "{unit}");
    for moment in moments {
        assert!(known.contains(moment), "{moment}: {known}");
    }
    server.run("delete").is("deleted", 0);
    assert_gone("without a link");
}

/// Emergency mode stops what requires sysinit.target, and what is gone back to starts what it knows of.
#[test]
fn the_timer_outlives_an_emergency() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let shell = "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=sleep infinity\n";
    host.put("/run/systemd/system/emergency.service", shell, 0o644);
    host.ok("systemctl daemon-reload");
    let before = host.snapshot();
    server.grant("--no-verify").is("granted", 0);
    host.ok("systemctl isolate emergency.target");
    server.expire();
    // Who sits at the console goes on.
    let active = "systemctl is-active emergency.target emergency.service";
    assert_eq!(host.ok(active), "active\nactive\n");
    assert!(!host.run("systemctl is-active sysinit.target").succeeded());
    host.ok("systemctl default");
    let listed = host.ok("systemctl list-timers --no-legend");
    assert!(listed.contains(TIMER), "{listed}");
    server.grant("--no-verify").is("unchanged", 0);
    server.let_end_in(-1);
    server.expire();
    assert_ended(&server, &before, "after an emergency");
}
