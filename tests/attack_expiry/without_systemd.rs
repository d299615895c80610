//! A server without systemd: sysvinit, and cron as what ends the access.

use std::time::Duration;

use lab::{Cases, Suite};

use crate::common::{ACCOUNT, CUSTOMER, Server};
use crate::{CLASS, LIFETIME, last_log};

const GONE: &str = "while [ -e /var/lib/support-access ] || [ -e /run/support-access.lock ]; do
        sleep 0.2
    done";

/// Asks cron to end, which it does in its own time.
const STOP_CRON: &str = "service cron stop; while pgrep -x cron >/dev/null; do sleep 0.1; done";

#[test]
fn cron_ends_it_within_two_minutes() {
    let server = Server::new(Suite::Sysvinit);
    let (host, engineer) = (&server.host, server.engineer());
    let cases = Cases::new(CLASS);
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    let before = host.snapshot();

    cases.case("without systemd: granted, proven, used, deleted", || {
        server.grant("--sudo full").is("granted", 0).says("Proven");
        assert!(host.read("/etc/cron.d/support-access").contains("* * * * * root "));
        assert_eq!(engineer.ssh(&server.key, &to).command("sudo -n id -u").ok(), "0\n");
        server.run("audit").is("ok", 0);
        server.grant("--sudo full").is("unchanged", 0);
        server.grant("--sudo full --extend 1h").is("extended", 0);
        let mut session = engineer.ssh(&server.key, &to).open_session();
        session.does("(setsid nohup sleep 1001 &); sudo sh -c 'sleep 1002 & exec sleep 1003' &");
        server.run("delete").is("deleted", 0);
        assert!(session.is_cut_within(Duration::from_secs(15)));
        assert_eq!(host.run("pgrep -a sleep").stdout, "");
        assert_eq!(server.traces(), "");
        let left = server.left_since(&before);
        let left = left.except("/var/log").except("/var/lib/sudo");
        assert!(left.is_empty(), "{left}");
    });

    // A daemon that the engineer started anew is the customer's, and his own way in.
    cases.case("without systemd: sshd restarted by the engineer", || {
        server.grant("--sudo full").is("granted", 0);
        engineer.ssh(&server.key, &to).command("sudo service ssh restart").ok();
        server.run("delete").is("deleted", 0);
        let running = host.run("pgrep -x sshd").succeeded();
        host.run("service ssh start");
        assert!(running, "delete ended sshd");
    });

    cases.case("without systemd: cron stopped", || {
        host.ok(STOP_CRON);
        server.grant("").is("refused", 4).says("cron");
        host.ok("service cron start");
        server.grant("").is("granted", 0);
        host.ok(STOP_CRON);
        server.run("audit").is("problems", 6).says("cron");
        host.ok("service cron start");
        // A user's process may call itself so.
        host.ok(STOP_CRON);
        host.ok("useradd -m victim; cp /bin/sleep /home/victim/cron");
        host.ok("runuser -u victim -- setsid /home/victim/cron 1000 >/dev/null 2>&1 &");
        host.ok("while ! pgrep -u victim -x cron; do sleep 0.1; done");
        server.run("audit").is("problems", 6).says("cron");
        host.ok("pkill -u victim; userdel -r victim; service cron start");
        server.run("audit").is("ok", 0);
        server.run("delete").is("deleted", 0);
    });

    cases.case("without systemd: slept through the deadline, its cable out", || {
        server.grant("--sudo full").is("granted", 0);
        server.age(LIFETIME + 3600);
        host.pull_plug();
        host.boot_again();
        host.cut_network();
        host.command(GONE).deadline(Duration::from_mins(4)).ok();
        assert_eq!(last_log(&server)["action"], "expired");
        assert_eq!(server.traces(), "");
        host.restore_network();
        server.equip();
    });

    cases.case("without systemd: with somebody signed in", || {
        server.grant("--sudo full").is("granted", 0);
        let mut session =
            engineer.ssh(&server.key, &to).deadline(Duration::from_mins(5)).open_session();
        session.wait_for("$");
        // The record tells its end, and cron looks once a minute.
        server.age(LIFETIME + 1);
        host.command(GONE).deadline(Duration::from_mins(4)).ok();
        assert!(session.is_cut_within(Duration::from_secs(15)));
        assert_eq!(last_log(&server)["action"], "expired");
        assert_eq!(server.traces(), "");
    });
    cases.finish(5);
}

#[test]
#[ignore = "slow by nature: cron looks once a minute"]
fn cron_tells_who_is_signed_in_once() {
    let server = Server::new(Suite::Sysvinit);
    let (host, engineer) = (&server.host, server.engineer());
    let cases = Cases::new(CLASS);
    cases.case("without systemd: who is signed in is told before", || {
        server.grant("--sudo full").is("granted", 0);
        let to = format!("{ACCOUNT}@{CUSTOMER}");
        let mut session =
            engineer.ssh(&server.key, &to).deadline(Duration::from_mins(6)).open_session();
        session.wait_for("$");
        server.age(LIFETIME - 690);
        session.wait_for("this support access ends at");
        // Two more looks.
        host.command("sleep 121").deadline(Duration::from_mins(3)).ok();
        server.age(580);
        host.command(GONE).deadline(Duration::from_mins(4)).ok();
        assert!(session.is_cut_within(Duration::from_secs(15)));
        assert_eq!(session.screen().matches("this support access ends at").count(), 1);
    });
    cases.finish(1);
}
