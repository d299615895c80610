//! Promise 2: a grant is all or nothing, wherever it is cut off.

mod common;

use std::time::Duration;

use common::{JOURNAL, KEY_FILE, Ran, SUDOERS, Server};
use lab::{Running, Snapshot, Suite};

const SERVICE: &str = "/etc/systemd/system/support-access-expire.service";

/// Lines of the journal after which a run is killed: from the first (nothing is made yet) over the
/// beginnings and ends of steps to the proof.
const CUTS: [usize; 9] = [1, 2, 5, 6, 8, 10, 12, 14, 16];

#[track_caller]
fn assert_clean(server: &Server, before: &Snapshot, why: &str) {
    let changes = server.left_since(before);
    assert!(changes.is_empty(), "{why}: something is left:\n{changes}");
    let units = server.host.ok("systemctl list-units --all --no-legend 'support-access*'");
    assert_eq!(units, "", "{why}");
    let memory = server.host.run("ls -d /run/support-access* /run/sshd-* 2>/dev/null").stdout;
    assert!(memory.is_empty(), "{why}: {memory}");
}

/// Nothing may be open unless what ends it stands.
#[track_caller]
fn assert_not_open_for_ever(server: &Server, why: &str) {
    let open = server.host.run("getent shadow cafe24 | cut -d: -f8").stdout;
    if !["", "1"].contains(&open.trim_end()) {
        let timer = server.host.run("systemctl is-active support-access-expire.timer");
        assert!(timer.succeeded(), "{why}: open, and no timer");
    }
}

/// Cuts a run off with SIGKILL. Where the run was faster than this test, which then comes too late,
/// `again` makes ready for another try.
#[track_caller]
fn cut_off(
    start: impl Fn() -> Running,
    reached: impl Fn(&mut Running),
    is_cut: impl Fn() -> bool,
    again: impl Fn(),
) {
    let mut tries = 0;
    loop {
        let mut running = start();
        reached(&mut running);
        running.kill();
        if is_cut() {
            return;
        }
        tries += 1;
        assert!(tries < 20, "the run always ended before it could be killed");
        again();
    }
}

/// Kills a `grant` once its journal has that many more lines, and before it is complete.
#[track_caller]
fn kill_grant(server: &Server, words: &str, more: usize, again: impl Fn()) {
    let lines = std::cell::Cell::new(0);
    cut_off(
        || {
            lines.set(server.journal_lines() + more);
            server.start_grant(words)
        },
        |running| {
            server.wait_for_line(running, lines.get());
        },
        || {
            let journal = server.host.read(JOURNAL);
            journal.lines().last().is_some_and(|line| !line.contains(r#""event":"complete""#))
        },
        again,
    );
}

#[test]
fn killed_on_debian_12() {
    killed(Suite::Bookworm, &CUTS);
}

#[test]
fn killed_on_debian_13() {
    killed(Suite::Trixie, &[6, 12, 16]);
}

fn killed(suite: Suite, cuts: &[usize]) {
    let server = Server::new(suite);
    let before = server.host.snapshot();
    for (index, cut) in cuts.iter().enumerate() {
        let why = format!("killed at line {cut} of the journal");
        kill_grant(&server, "--sudo full", *cut, || {
            server.run("delete").is("deleted", 0);
        });
        assert!(server.journal_lines() >= *cut, "{why}: the line was not written for good");
        assert_not_open_for_ever(&server, &why);
        // Both ways out, in turn; and always the one where the other was, on the other release.
        if index % 2 == 0 {
            server.grant("--sudo full").is("granted", 0);
            server.run("audit").is("ok", 0);
            let keys = server.host.read(KEY_FILE);
            assert_eq!(keys.lines().count(), 1, "{why}: {keys}");
        }
        server.run("delete").is("deleted", 0);
        assert_clean(&server, &before, &why);
    }
}

/// An ending that is cut off is ended by the next one, or by the timer.
#[test]
fn ending_killed() {
    let server = Server::new(Suite::Bookworm);
    let before = server.host.snapshot();
    // Texts of changes that an ending tells of, early and late ones.
    let cuts = ["remove file", "usermod", "userdel", "remove folder /home", "disable --quiet"];
    for (index, cut) in cuts.iter().enumerate() {
        let grant = || drop(server.grant("--sudo full --no-verify").is("granted", 0));
        grant();
        let line = "exec /run/test/support-access delete --lang en";
        cut_off(
            || server.host.command(line).start(),
            |running| running.wait_for(cut),
            || server.host.exists(JOURNAL),
            grant,
        );
        let why = format!("ending killed after {cut:?}");
        // Nobody comes in any more, from the very first change on.
        assert!(!server.host.exists(KEY_FILE), "{why}");
        // The timer goes when the account has gone. Killed between the two, nothing is open, and
        // only files of ours wait for the next run.
        let timer = server.host.exists(SERVICE);
        let account = server.host.run("getent passwd cafe24").succeeded();
        assert!(timer || !account, "{why}: no timer, though the account is still there");
        match index % 3 {
            0 => drop(server.run("delete").is("deleted", 0)),
            1 if timer => server.expire(),
            _ => {
                server.grant("--no-verify").is("granted", 0);
                server.run("delete").is("deleted", 0);
            }
        }
        assert_clean(&server, &before, &why);
    }
}

/// An extension that is cut off ends in the one state or the other, in all layers.
#[test]
fn extending_killed() {
    let server = Server::new(Suite::Bookworm);
    server.grant("--sudo full").is("granted", 0);
    let settled = server.journal_lines();
    for more in [1, 3, 6] {
        kill_grant(&server, "--sudo full --extend 1h", more, || ());
        server.run("audit").is("problems", 6);
        let ran = server.grant("--sudo full").is("updated", 0);
        server.run("audit").is("ok", 0);
        let digits: String = ran.details["expires"].chars().filter(char::is_ascii_digit).collect();
        for path in [KEY_FILE, SUDOERS] {
            let text = server.host.read(path);
            assert!(text.contains(&digits), "{path}: {text}");
        }
    }
    assert!(server.journal_lines() > settled);
    server.run("delete").is("deleted", 0);
}

#[test]
fn interrupted() {
    let server = Server::new(Suite::Bookworm);
    let before = server.host.snapshot();
    for (signal, cut) in [("INT", 4), ("TERM", 9), ("TERM", 15)] {
        let interrupted = || {
            let mut running = server.start_grant("--sudo full");
            assert!(server.wait_for_line(&mut running, cut));
            server.host.run(&format!("kill -{signal} $(cat /run/test/pid)"));
            let ran = Ran::new(running.wait());
            // It was faster than this test: that says nothing.
            if ran.word == "granted" {
                server.run("delete").is("deleted", 0);
                return false;
            }
            ran.is("failed", 1).says("Everything was undone");
            true
        };
        assert!((0..20).any(|_| interrupted()), "{signal} always came too late");
        assert_clean(&server, &before, &format!("{signal} at line {cut}"));
    }

    // The customer's own session dropped: that is no reason to stop.
    let mut running = server.start_grant("");
    assert!(server.wait_for_line(&mut running, 5));
    server.host.ok("kill -HUP $(cat /run/test/pid)");
    Ran::new(running.wait()).is("granted", 0);

    // Ending goes on to its end, whoever asks it to stop.
    let line = "echo $$ >/run/test/pid; exec /run/test/support-access delete --lang en";
    let mut running = server.host.command(line).start();
    running.wait_for("remove file");
    for signal in ["INT", "TERM", "HUP"] {
        server.host.run(&format!("kill -{signal} $(cat /run/test/pid)"));
    }
    Ran::new(running.wait()).is("deleted", 0);
    assert_clean(&server, &before, "an ending that was asked to stop");
}

#[test]
fn power_cut() {
    let server = Server::new(Suite::Bookworm);
    let before = server.host.snapshot();
    for cut in [6, 15] {
        let mut running = server.start_grant("--sudo full");
        assert!(server.wait_for_line(&mut running, cut));
        server.host.pull_plug();
        drop(running);
        server.host.boot_again();
        server.equip();
        assert_not_open_for_ever(&server, "after the power cut");
        if cut == 6 {
            server.grant("--sudo full").is("granted", 0);
            server.run("audit").is("ok", 0);
        }
        server.run("delete").is("deleted", 0);
        let left = server.left_over_boots_since(&before);
        assert!(left.is_empty(), "power cut at line {cut}:\n{left}");
    }
}

/// The timer rolls back what was never completed, but gives a run a quarter of an hour.
#[test]
fn the_timer_rolls_back() {
    let server = Server::new(Suite::Bookworm);
    let before = server.host.snapshot();
    kill_grant(&server, "--sudo full", 12, || drop(server.run("delete")));
    let cut = server.host.snapshot();

    server.expire();
    server.age(600);
    server.expire();
    let changes = server.disk_changes(&cut).except(JOURNAL).ignoring_times();
    assert!(changes.is_empty(), "too early: {changes}");

    server.age(300);
    server.expire();
    assert_clean(&server, &before, "rolled back by the timer");
    server.run("delete").is("nothing-to-delete", 0);
}

/// A step that fails takes all that stood before it away with it.
#[test]
fn a_failed_step_rolls_back() {
    let server = Server::new(Suite::Bookworm);
    for tool in ["/usr/sbin/usermod", "/usr/sbin/visudo", "/usr/sbin/useradd"] {
        server.host.ok(&format!("mv {tool} {tool}.real; cp /bin/false {tool}"));
        let before = server.host.snapshot();
        server
            .grant("--sudo full")
            .is("failed", 1)
            .says(&format!("{}: exit status: 1", &tool["/usr/sbin/".len()..]))
            .says("Everything was undone; nothing is left but the log");
        assert_clean(&server, &before, tool);
        server.host.ok(&format!("mv {tool}.real {tool}"));
    }
    server.grant("--sudo full").is("granted", 0);
    server.run("delete").is("deleted", 0);
}

/// A second run waits for the first, and says which it is.
#[test]
fn one_run_at_a_time() {
    let server = Server::new(Suite::Bookworm);
    let mut first = server.start_grant("");
    assert!(server.wait_for_line(&mut first, 2));
    let second = server.grant("");
    assert!(first.ends_within(Duration::from_secs(1)), "the second one did not wait");
    Ran::new(first.wait()).is("granted", 0);
    second.is("unchanged", 0).says("Another run is busy (grant, pid ");
    server.run("delete").is("deleted", 0);
}
