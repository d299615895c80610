//! An extension moves every layer together, or none, and never beyond the longest lifetime.

use std::time::Duration;

use lab::{Cases, Suite};

use crate::common::{JOURNAL, KEY_FILE, SUDOERS, Server};
use crate::{CLASS, LIFETIME, SAMPLE, expire};

const DAY: i64 = 86_400;
const TIMER: &str = "/etc/systemd/system/support-access-expire.timer";

/// The deadline that the journal tells; the file need not end where a run was cut off.
fn deadline(server: &Server) -> i64 {
    let text = server.host.read(JOURNAL);
    let facts = text.lines().rev().filter_map(|line| serde_json::from_str(line).ok());
    let mut facts = facts.filter_map(|line: serde_json::Value| line["facts"]["deadline"].as_i64());
    facts.next().expect("facts in the journal")
}

/// Fails unless every layer has this deadline: sshd's, shadow's, sudo's, the timer's files, and what
/// systemd made of them.
#[track_caller]
fn assert_layers(server: &Server, deadline: i64) {
    let host = &server.host;
    let date = |form: &str| host.ok(&format!("date -u -d @{deadline} '+{form}'")).trim().to_owned();
    let keys = host.read(KEY_FILE);
    let local = host.ok(&format!("date -d @{deadline} +%Y%m%d%H%M%S"));
    let expiry = [date("%Y%m%d%H%M%SZ"), local.trim().to_owned()];
    let found = expiry.iter().any(|it| keys.contains(&format!("expiry-time=\"{it}\"")));
    assert!(found, "sshd: {expiry:?}\n{keys}");
    let day: i64 = host.ok("getent shadow cafe24 | cut -d: -f8").trim().parse().expect("a day");
    assert_eq!(day, deadline.div_euclid(DAY) + 1, "shadow");
    let rule = host.read(SUDOERS);
    assert!(rule.contains(&format!("NOTAFTER={} ", date("%Y%m%d%H%M%SZ"))), "sudo: {rule}");
    let timer = host.read(TIMER);
    let moment = date("%Y-%m-%d %H:%M:%S UTC");
    assert!(timer.contains(&format!("OnCalendar={moment}\n")), "timer: {moment}\n{timer}");
    let known = host.ok("systemctl show support-access-expire.timer -p TimersCalendar");
    assert!(known.contains(&format!("OnCalendar={moment} ;")), "systemd: {moment}\n{known}");
    assert!(host.run("systemctl is-active support-access-expire.timer").succeeded());
}

#[test]
fn every_layer_moves_and_never_too_far() {
    let server = Server::new(Suite::Bookworm);
    let cases = Cases::new(CLASS);
    let granted = |words: &str| server.grant(&format!("--sudo full --no-verify {words}"));
    granted("").is("granted", 0);
    let first = deadline(&server);
    let mut most = first;
    cases.case("at first", || assert_layers(&server, first));
    for (name, time, seconds) in
        [("by an hour", "1h", 3600), ("by a day", "24h", DAY), ("by five minutes", "5m", 300)]
    {
        cases.case(name, || {
            let before = deadline(&server);
            granted(&format!("--extend {time}")).is("extended", 0);
            assert_eq!(deadline(&server), before + seconds);
            assert_layers(&server, before + seconds);
            most = before + seconds;
        });
    }
    let text = server.host.read(JOURNAL);
    let head: serde_json::Value =
        serde_json::from_str(text.lines().next().unwrap_or_default()).expect("a line of JSON");
    let longest = head["facts"]["longest"].as_i64().expect("the longest lifetime");
    let latest = first - LIFETIME + longest;
    for (name, minutes) in [
        ("a minute too far", (latest - most) / 60 + 1),
        ("a year too far", 365 * DAY / 60),
        ("too far for a number", i64::MAX),
    ] {
        cases.case(name, || {
            let before = server.host.snapshot();
            let ran = granted(&format!("--extend {minutes}m"));
            assert!([2, 4].contains(&ran.output.code), "{ran}");
            if ran.output.code == 4 {
                let local = server.host.ok(&format!("date -d @{latest} '+%F %H:%M %Z'"));
                ran.says(local.trim());
            }
            server.assert_untouched(&before, name);
            assert_layers(&server, most);
        });
    }
    cases.case("by a dry run", || {
        let before = server.host.snapshot();
        granted("--extend 1h --dry-run").is("dry-run", 0);
        server.assert_untouched(&before, "a dry run");
    });
    cases.case("to the latest", || {
        granted(&format!("--extend {}m", (latest - most) / 60)).is("extended", 0);
        assert_layers(&server, latest);
        granted("--extend 5m").is("refused", 4);
    });
    cases.case("by the same command, without --extend", || {
        granted("--expires 2h").is("unchanged", 0);
        granted("").is("unchanged", 0);
        assert_layers(&server, latest);
    });
    cases.case("when it is over", || {
        server.age(longest);
        granted("--extend 1h").is("refused", 4);
        expire(&server).is("expired", 0);
        granted("--extend 1h").is("refused", 4);
        assert_eq!(server.traces(), "");
    });
    cases.finish(11);
}

/// Lets so much time pass since the journal's last line, and leaves the deadline where it is.
fn pass(server: &Server, seconds: i64) {
    let mut lines = Vec::new();
    for line in server.host.read(JOURNAL).lines() {
        let Ok(mut line) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        line["at"] = (line["at"].as_i64().expect("a moment") - seconds).into();
        lines.push(format!("{line}\n"));
    }
    server.host.put(JOURNAL, lines.concat(), 0o600);
}

/// A run that is killed in the midst of an extension: the timer alone brings every layer to where
/// the journal says, or all of it is as before.
#[test]
fn an_extension_that_was_cut_off_is_finished_by_the_timer() {
    cut_off(SAMPLE);
}

#[test]
#[ignore = "slow by nature: the plain run tries each fourth line"]
fn an_extension_that_was_cut_off_anywhere_is_finished_by_the_timer() {
    cut_off(1);
}

fn cut_off(each: usize) {
    let server = Server::new(Suite::Bookworm);
    let cases = Cases::new(CLASS);
    server.grant("--sudo full").is("granted", 0);
    let mut longest = 0;
    // From the second line on: that is the timer's, which systemd has to read as well.
    for lines in (1..40).filter(|lines| lines % each == 2 % each) {
        let (before, begun) = (deadline(&server), server.journal_lines());
        let mut run = server.start_grant("--sudo full --extend 5m");
        let reached = server.wait_for_line(&mut run, begun + lines);
        server.host.run("kill -KILL $(cat /run/test/pid)");
        let finished = run.is_finished() && run.ends_within(Duration::from_secs(5));
        drop(run);
        if !reached {
            assert!(finished || longest > 0, "no line was ever reached");
            break;
        }
        longest = lines;
        cases.case(&format!("killed after line {lines}"), || {
            // Nothing is wrong for the timer yet, since a run might still be at it.
            expire(&server);
            pass(&server, 901);
            let after = before + 300;
            expire(&server);
            let now = deadline(&server);
            assert!([before, after].contains(&now), "{now}: neither {before} nor {after}");
            server.run("audit").is("ok", 0);
            assert_layers(&server, now);
        });
    }
    server.age(2 * LIFETIME);
    expire(&server).is("expired", 0);
    assert_eq!(server.traces(), "");
    cases.finish(8 / each as u64);
}
