//! Clocks that are set: what the program sees of it is a journal whose moments do not fit the wall
//! clock any more, while the time since boot goes on as before.

use lab::{Cases, Suite};
use serde_json::{Value, json};

use crate::common::{JOURNAL, KEY_FILE, Server};
use crate::{CLASS, LIFETIME, expire, last_log};

const DAY: i64 = 86_400;

/// Edits the facts of the grant, as if all of it had been at another time.
fn edit(server: &Server, change: impl Fn(&mut Value)) {
    let mut lines = Vec::new();
    for line in server.host.read(JOURNAL).lines() {
        let mut line: Value = serde_json::from_str(line).expect("a line of JSON");
        if let Some(facts) = line.get_mut("facts") {
            change(facts);
        }
        lines.push(format!("{line}\n"));
    }
    server.host.put(JOURNAL, lines.concat(), 0o600);
}

fn add(value: &mut Value, seconds: i64) {
    *value = json!(value.as_i64().expect("a number") + seconds);
}

/// As if the wall clock had been set by so many seconds, so many after the grant was opened.
fn set_clock(server: &Server, by: i64, after: i64) {
    edit(server, |facts| {
        add(&mut facts["started"], -by - after);
        add(&mut facts["deadline"], -by - after);
        add(&mut facts["boot"][1], -after);
    });
}

/// By how much the clock was set, how long after the opening that is, whether it is over then, and
/// how many minutes too early that was.
const CASES: [(&str, i64, i64, bool, Option<i64>); 14] = [
    ("not set, at its time", 0, LIFETIME, true, None),
    ("not set, a minute before", 0, LIFETIME - 60, false, None),
    ("set back by a day, at its time", -DAY, LIFETIME, true, None),
    ("set back by a day, a minute before", -DAY, LIFETIME - 60, false, None),
    ("set back by ten years, at its time", -3650 * DAY, LIFETIME, true, None),
    ("set back by a minute, at its time", -60, LIFETIME, true, None),
    ("set back beyond the opening, an hour later", -DAY, 3600, false, None),
    ("set forward by a day, two days before", DAY, LIFETIME - 2 * DAY - 60, false, None),
    ("set forward by a day, a day before", DAY, LIFETIME - DAY, true, Some(1440)),
    ("set forward by four days, at once", 4 * DAY, 60, true, Some(4319)),
    ("set forward by ten years, at once", 3650 * DAY, 60, true, Some(4319)),
    ("set forward by an hour, half an hour before", 3600, LIFETIME - 1800, true, Some(30)),
    ("set right by 30 seconds, at its time", 30, LIFETIME - 30, true, None),
    ("set forward beyond all numbers", i64::MAX / 4, 60, true, Some(4319)),
];

#[test]
fn a_clock_that_is_set_prolongs_nothing() {
    let server = Server::new(Suite::Bookworm);
    let cases = Cases::new(CLASS);
    for (name, by, after, over, early) in CASES {
        cases.case(name, || {
            server.grant("--sudo full --no-verify").is("granted", 0);
            set_clock(&server, by, after);
            let ran = expire(&server);
            if !over {
                assert_eq!((ran.output.code, &*ran.output.stdout), (0, ""), "{ran}");
                assert!(server.host.exists(KEY_FILE), "{ran}");
                return;
            }
            let ran = ran.is("expired", 0);
            assert_eq!(server.traces(), "");
            let seconds = last_log(&server)["early_seconds"].as_i64();
            // The host's own clock goes on while the case runs.
            let told = early.map(|minutes| minutes * 60 - 60..=minutes * 60 + 60);
            assert_eq!(seconds.is_some(), told.is_some(), "{ran}");
            if let Some((seconds, told)) = seconds.zip(told) {
                assert!(told.contains(&seconds), "{seconds} s early\n{ran}");
                ran.says("The clock of this server was set forward");
            } else {
                ran.does_not_say("clock");
            }
        });
        server.run("delete");
    }
    cases.case("another boot: only the wall clock counts", || {
        server.grant("--no-verify").is("granted", 0);
        set_clock(&server, -DAY, LIFETIME + DAY);
        edit(&server, |facts| facts["boot"][0] = json!("another"));
        expire(&server).is("expired", 0);
        server.grant("--no-verify").is("granted", 0);
        set_clock(&server, -DAY, LIFETIME);
        edit(&server, |facts| facts["boot"][0] = json!("another"));
        assert_eq!(expire(&server).output.stdout, "");
        server.run("delete").is("deleted", 0);
    });
    cases.case("a record from before the time since boot was kept", || {
        server.grant("--no-verify").is("granted", 0);
        set_clock(&server, 4 * DAY, 60);
        edit(&server, |facts| drop(facts.as_object_mut().expect("an object").remove("boot")));
        expire(&server).is("expired", 0).does_not_say("clock");
    });
    // Where the clock was set back, systemd looks by the time since boot.
    cases.case("the timer looks by the time since boot", || {
        server.grant("--no-verify").is("granted", 0);
        let journal = server.host.read(JOURNAL);
        let facts: Value = serde_json::from_str(journal.lines().next().unwrap_or_default())
            .expect("a line of JSON");
        let since = facts["facts"]["boot"][1].as_i64().expect("the time since boot");
        let timer = server.host.ok("systemctl show support-access-expire.timer -p TimersMonotonic");
        let unit = server.host.ok("cat /etc/systemd/system/support-access-expire.timer");
        assert!(unit.contains(&format!("\nOnBootSec={}\n", since + LIFETIME)), "{unit}");
        // In a container systemd counts from its own start.
        assert!(timer.contains("On") && timer.contains("USec="), "{timer}");
        server.run("delete").is("deleted", 0);
    });
    cases.finish(CASES.len() as u64 + 3);
}
