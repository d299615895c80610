//! The power fails, or the clock jumps, on a machine with a kernel of its own: what was not synced
//! is lost, and the time is what somebody set. Minutes a case, so only `scripts/test --all` runs it.
#![allow(
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that fails loudly and tells its way"
)]

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use lab::{Cases, Kept, Key, KeyKind, Machine};

const GRANT: &str = "/dev/shm/test/support-access grant --key /dev/shm/test/key.pub --from 192.0.2.7 --sudo full --lang en";
const DELETE: &str = "/dev/shm/test/support-access delete --lang en";
const INSTALLED: &str = "/usr/local/sbin/support-access";
const LOG: &str = "/var/log/support-access.log";
/// How many moments of a grant, and of a delete, the power fails at.
const CUTS: u32 = 6;

/// A machine with the program and a key on it.
fn equipped() -> Machine {
    let machine = Machine::boot();
    // As on every server that has been up for a day.
    machine.ok("mkdir -p /var/lib/systemd/timers");
    equip(&machine);
    machine.ok("sync");
    machine
}

/// In memory, as install.sh puts it; so again after each boot. Not in /run, whose programs Debian does
/// not let run.
fn equip(machine: &Machine) {
    static KEY: OnceLock<Key> = OnceLock::new();
    let dist = std::env::var_os("SUPPORT_ACCESS_DIST").map(PathBuf::from);
    let program = dist.map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_support-access")),
        |dist| dist.join("support-access-x86_64"),
    );
    let bytes = std::fs::read(&program).unwrap_or_else(|e| panic!("{}: {e}", program.display()));
    machine.put("/dev/shm/test/support-access", &bytes, 0o755);
    let key = KEY.get_or_init(|| Key::generate(KeyKind::Ed25519));
    machine.put("/dev/shm/test/key.pub", key.public().as_bytes(), 0o644);
}

/// Every name on the disk with its kind, mode and owner, and who is known to the system; without
/// what logins, boots and the account tools' own backups change.
fn disk(machine: &Machine) -> String {
    machine.ok("find / -xdev \\( -path /tmp -o -path /var/tmp -o -path /var/log/journal \
         -o -path /var/lib/systemd -o -path /var/lib/private -o -path /root -o -path /run \\) \
         -prune -o -printf '%p %y %m %U %G %l\\n' | grep -vE \
         '^(/etc/(passwd|shadow|group|gshadow|subuid|subgid)-|/var/log/support-access.log) ' | sort; \
         cat /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/subuid /etc/subgid")
}

fn assert_clean(machine: &Machine, before: &str, when: &str) {
    let now = disk(machine);
    let lines = |a: &str, b: &str| {
        a.lines()
            .filter(|line| !b.lines().any(|other| other == *line))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(
        now == before,
        "{when}: left:\n{}\ngone:\n{}",
        lines(&now, before),
        lines(before, &now)
    );
}

fn is_clean(machine: &Machine) -> bool {
    let gone = "! getent passwd cafe24 && [ ! -e /var/lib/support-access ] \
        && [ ! -e /etc/systemd/system/support-access-expire.timer ] \
        && [ ! -e /usr/local/sbin/support-access ]";
    machine.run(gone).succeeded()
}

/// Waits until the timer has ended all of it; panics if it does not.
fn wait_until_clean(machine: &Machine, why: &str) {
    // The timer looks every ten minutes; what it then does takes an emulated processor a while.
    let end = Instant::now() + Duration::from_mins(20);
    while !is_clean(machine) {
        let state = || {
            machine.run("date; systemctl list-timers --all --no-pager; cat /var/lib/support-access/journal; tail /var/log/support-access.log; journalctl --no-pager -n 30")
        };
        assert!(Instant::now() < end, "{why}: not ended by itself:\n{}", state());
        std::thread::sleep(Duration::from_secs(5));
    }
}

/// Runs a line, and fails unless its last line has this result.
#[track_caller]
fn is(machine: &Machine, line: &str, results: &[&str]) {
    let ran = machine.run(line);
    let word = ran.last_line().strip_prefix("RESULT: ").and_then(|rest| rest.split(' ').next());
    assert!(word.is_some_and(|word| results.contains(&word)), "{ran}");
}

/// What ends the matter after the power has come back.
#[derive(Clone, Copy, Debug)]
enum Then {
    Grant,
    Delete,
    /// The timer alone, when everything has become too old.
    Timer,
}

const THEN: [Then; 3] = [Then::Grant, Then::Delete, Then::Timer];

/// Starts a line, cuts the power in this part of its usual time, from 1 to [`CUTS`], and looks what
/// the next boot makes of it.
fn cut(from: &Kept, line: &str, usual: Duration, part: u32, then: Then, before: &str) {
    let machine = from.go_on();
    let running = machine.begin(line, None);
    std::thread::sleep(usual * (2 * part - 1) / (2 * CUTS));
    machine.pull_plug();
    let said = running.wait();
    let when = format!("{line} cut in part {part} of {CUTS} ({then:?})");
    println!("{when}, when it had said {:?}", said.stdout.lines().last());
    match then {
        Then::Timer => machine.boot_later(Duration::from_hours(24 * 4)),
        _ => machine.boot_again(),
    }
    println!("found: {:?}", machine.run("tail -n 1 /var/lib/support-access/journal").stdout.trim());
    match then {
        Then::Timer => {
            wait_until_clean(&machine, &when);
            return assert_clean(&machine, before, &when);
        }
        Then::Grant => {
            equip(&machine);
            is(&machine, GRANT, &["granted", "unchanged", "updated"]);
            is(&machine, &format!("{INSTALLED} audit --lang en"), &["ok"]);
        }
        Then::Delete => equip(&machine),
    }
    is(&machine, DELETE, &["deleted", "nothing-to-delete"]);
    assert_clean(&machine, before, &when);
}

#[test]
#[ignore = "a virtual machine without hardware support: an hour"]
fn power_loss() {
    let cases = Cases::new("power loss");
    let machine = equipped();
    let before = disk(&machine);
    let ready = machine.keep();

    let machine = ready.go_on();
    let started = Instant::now();
    is(&machine, GRANT, &["granted"]);
    let granting = started.elapsed();
    // What has stood for a while is on the disk.
    machine.ok("sync");
    let granted = machine.keep();
    let machine = granted.go_on();
    let started = Instant::now();
    is(&machine, DELETE, &["deleted"]);
    let deleting = started.elapsed();
    assert_clean(&machine, &before, "a delete that nothing cut");
    drop(machine);
    println!("a grant takes {granting:?}, a delete {deleting:?}");

    for part in 1..=CUTS {
        let then = THEN[part as usize % THEN.len()];
        cases.case(&format!("grant, part {part} of {CUTS}, then {then:?}"), || {
            cut(&ready, GRANT, granting, part, then, &before);
        });
        let then = THEN[(part as usize + 1) % THEN.len()];
        cases.case(&format!("delete, part {part} of {CUTS}, then {then:?}"), || {
            cut(&granted, DELETE, deleting, part, then, &before);
        });
    }
    cases.finish(u64::from(2 * CUTS));
}

#[test]
#[ignore = "a virtual machine without hardware support: half an hour"]
fn clock() {
    let cases = Cases::new("clock and reboot");
    let machine = equipped();
    let before = disk(&machine);
    let ready = machine.keep();
    let short = format!("{GRANT} --expires 5m");

    cases.case("off when the deadline came", || {
        let machine = ready.go_on();
        is(&machine, &short, &["granted"]);
        machine.ok("sync");
        machine.pull_plug();
        machine.boot_later(Duration::from_hours(3));
        wait_until_clean(&machine, "booted after the deadline");
        assert_clean(&machine, &before, "booted after the deadline");
        let log = machine.ok(&format!("cat {LOG}"));
        assert!(log.contains("\"expired\""), "{log}");
    });
    cases.case("set back by a day", || {
        let machine = ready.go_on();
        is(&machine, &short, &["granted"]);
        machine.ok("date -s '-1 day'");
        // Not before its time, for that the clock was set is no reason.
        assert!(!is_clean(&machine), "ended as the clock was set back");
        wait_until_clean(&machine, "the clock was set back by a day");
        assert_clean(&machine, &before, "the clock was set back by a day");
    });
    cases.case("set forward beyond the deadline", || {
        let machine = ready.go_on();
        is(&machine, GRANT, &["granted"]);
        machine.ok("date -s '+30 days'");
        wait_until_clean(&machine, "the clock was set forward");
        assert_clean(&machine, &before, "the clock was set forward");
        let log = machine.ok(&format!("cat {LOG}"));
        assert!(log.contains("\"expired\""), "{log}");
    });
    cases.case("set back while it is being opened", || {
        let machine = ready.go_on();
        let opening = machine.begin(&short, None);
        std::thread::sleep(Duration::from_secs(2));
        machine.ok("date -s '-1 day'");
        let ran = opening.wait();
        assert!(
            ["granted", "failed"]
                .iter()
                .any(|word| ran.stdout.contains(&format!("RESULT: {word}"))),
            "{ran}"
        );
        wait_until_clean(&machine, "the clock was set back during the opening");
        assert_clean(&machine, &before, "the clock was set back during the opening");
    });
    cases.finish(4);
}
