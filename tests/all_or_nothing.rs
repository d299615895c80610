//! Promise 2: a grant is all or nothing, wherever it is cut off. (Killed anywhere: `attack_killed`.)

mod common;

use common::tracer::Kill;
use common::{JOURNAL, Ran, Server};
use lab::Suite;

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
        server.assert_clean(&before, &format!("{signal} at line {cut}"));
    }

    // The customer's own session dropped: that is no reason to stop.
    let mut running = server.start_grant("");
    assert!(server.wait_for_line(&mut running, 5));
    running.freeze();
    server.host.ok("kill -HUP $(cat /run/test/pid)");
    running.thaw();
    Ran::new(running.wait()).is("granted", 0);

    // Ending goes on to its end, whoever asks it to stop.
    let line = "echo $$ >/run/test/pid; exec /run/test/support-access delete --lang en";
    let mut running = server.host.command(line).start();
    running.wait_for("remove file");
    for signal in ["INT", "TERM", "HUP"] {
        server.host.run(&format!("kill -{signal} $(cat /run/test/pid)"));
    }
    Ran::new(running.wait()).is("deleted", 0);
    server.assert_clean(&before, "an ending that was asked to stop");
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
        server.assert_not_open_for_ever("after the power cut");
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
    // The first line of the journal is not appended; that a step is done comes with the next one's begin.
    let twelve_lines = Kill::After(6, "fdatasync", JOURNAL);
    assert!(server.trace_grant(twelve_lines, "--sudo full").killed);
    assert_eq!(server.journal_lines(), 12);
    let cut = server.host.snapshot();

    server.expire();
    server.age(600);
    server.expire();
    let changes = server.disk_changes(&cut).except(JOURNAL).ignoring_times();
    assert!(changes.is_empty(), "too early: {changes}");

    server.age(300);
    server.expire();
    server.assert_clean(&before, "rolled back by the timer");
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
        server.assert_clean(&before, tool);
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
    first.freeze();
    let mut second = server.start_grant("");
    second.wait_for("Another run is busy (grant, pid ");
    assert!(!second.is_finished(), "the second one did not wait");
    first.thaw();
    Ran::new(first.wait()).is("granted", 0);
    Ran::new(second.wait()).is("unchanged", 0);
    server.run("delete").is("deleted", 0);
}
