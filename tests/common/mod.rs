//! What the tests of the promises share: a customer's server with the program and a key on it, a
//! run of the program with its last line taken apart, and how long a grant's journal has become.
#![allow(dead_code, reason = "each test file is a crate of its own and uses a part of this")]
#![allow(clippy::expect_used, clippy::panic, reason = "what tests share fails as tests do")]
#![allow(clippy::disallowed_methods, reason = "what tests start is the tests' own")]

pub(crate) mod state;
pub(crate) mod tracer;

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use lab::{Changes, Host, Key, KeyKind, Net, Output, Running, Snapshot, Suite};

pub(crate) const CUSTOMER: &str = "203.0.113.10";
/// From where the engineer may come.
pub(crate) const ALLOWED: &str = "192.0.2.7";
/// From where he may not, though he has this address as well.
pub(crate) const ELSEWHERE: &str = "192.0.2.99";
/// The built-in policy's account.
pub(crate) const ACCOUNT: &str = "cafe24";
pub(crate) const JOURNAL: &str = "/var/lib/support-access/journal";
/// Where a grant puts the program for the customer.
pub(crate) const INSTALLED: &str = "/usr/local/sbin/support-access";
/// The timer's own copy.
pub(crate) const COPY: &str = "/var/lib/support-access/support-access";
pub(crate) const KEY_FILE: &str = "/home/cafe24/.ssh/authorized_keys";
pub(crate) const SUDOERS: &str = "/etc/sudoers.d/zz-support-access-cafe24";

/// What differs for good after a grant that came and went, and why.
pub(crate) const STAYS: [(&str, &str); 12] = [
    ("/var/log/support-access.log", "the grant's own log, which says so"),
    ("/var/log/wtmp", "record of logins: the engineer's"),
    ("/var/log/btmp", "record of logins that failed: the engineer's"),
    ("/var/log/lastlog", "record of logins by uid: the engineer's"),
    ("/var/lib/wtmpdb", "record of logins on Debian 13: the engineer's"),
    ("/var/log/wtmp.db", "record of logins on Debian 13: the engineer's"),
    ("/etc/passwd-", "backup that useradd, usermod and userdel make"),
    ("/etc/shadow-", "backup that useradd, usermod and userdel make"),
    ("/etc/group-", "backup that useradd and userdel make"),
    ("/etc/gshadow-", "backup that useradd and userdel make"),
    ("/etc/subuid-", "backup that useradd and userdel make"),
    ("/etc/subgid-", "backup that useradd and userdel make"),
];

/// What was written to sshd's configuration is in force after this. A reload would be over before
/// sshd has read it.
pub(crate) const RESTART_SSHD: &str = "systemctl reset-failed ssh; systemctl restart ssh";

/// journald reads in its own time what it is told; after this, everything that was said is in the
/// journal.
pub(crate) const SYNC: &str = "journalctl --sync";

/// Where the tests put the program: in memory, as install.sh does.
const PROGRAM: &str = "/run/test/support-access";
const PUBLIC_KEY: &str = "/run/test/engineer.pub";

/// A customer's server, and the key of the engineer who shall come to it.
pub(crate) struct Server {
    pub(crate) net: Net,
    pub(crate) host: Host,
    pub(crate) key: Key,
}

impl Server {
    pub(crate) fn new(suite: Suite) -> Self {
        let net = Net::new();
        let host = suite.boot(&net, "customer", CUSTOMER);
        let key = Key::generate(KeyKind::Ed25519);
        // As on every server that has been up for a day: systemd makes it for its first timer that
        // keeps a stamp, and never removes it.
        host.ok("mkdir -p /var/lib/systemd/timers");
        let server = Self { net, host, key };
        server.equip();
        server
    }

    /// Puts program and key there; again after a reboot, since both are in memory.
    pub(crate) fn equip(&self) {
        self.host.put(PROGRAM, lab::stripped(env!("CARGO_BIN_EXE_support-access")), 0o755);
        self.host.put(PUBLIC_KEY, self.key.public(), 0o644);
    }

    /// Puts another public key there, and returns its path.
    pub(crate) fn put_key(&self, name: &str, key: &Key) -> String {
        let path = format!("/run/test/{name}.pub");
        self.host.put(&path, key.public(), 0o644);
        path
    }

    /// The engineer's own machine, with an address that is allowed and one that is not.
    pub(crate) fn engineer(&self) -> Host {
        let engineer = Host::boot(&self.net, "engineer", ALLOWED);
        engineer.add_address(ELSEWHERE);
        engineer
    }

    /// Runs the program with these words. It may wait a minute for the timer's run, which comes by
    /// itself, and a broken tool may keep each of them waiting for another.
    pub(crate) fn run(&self, words: &str) -> Ran {
        Ran::new(self.host.command(&line(words)).deadline(Duration::from_mins(4)).run())
    }

    /// Runs `grant` for the engineer's key and address, with these words besides.
    pub(crate) fn grant(&self, words: &str) -> Ran {
        self.run(&grant_words(words))
    }

    /// Starts that `grant`; its process id is in `/run/test/pid`.
    pub(crate) fn start_grant(&self, words: &str) -> Running {
        let line = line(&grant_words(words));
        self.host.command(&format!("echo $$ >/run/test/pid; exec {line}")).start()
    }

    /// Lets systemd start what the timer starts; panics with all it said if that fails.
    #[track_caller]
    pub(crate) fn expire(&self) {
        let unit = "support-access-expire.service";
        // More often than systemd lets a unit be started (systemd.unit(5), StartLimitBurst=).
        let started =
            self.host.run(&format!("systemctl reset-failed {unit}; systemctl start {unit}"));
        let said = || self.host.ok(&format!("journalctl --no-pager -o cat -u {unit}"));
        assert!(started.succeeded(), "{started}\n{}", said());
    }

    /// What has changed on the disk since then, but for the system's own journal.
    pub(crate) fn disk_changes(&self, before: &Snapshot) -> Changes {
        self.host.changes_since(before).on_disk().except("/var/log/journal").without_ticks()
    }

    /// Fails if anything has changed on the disk since then, be it a time.
    #[track_caller]
    pub(crate) fn assert_untouched(&self, before: &Snapshot, why: &str) {
        let changes = self.disk_changes(before);
        assert!(changes.is_empty(), "{why}: the disk has changed:\n{changes}");
    }

    /// What still differs from then, but for what stays for good ([`STAYS`]) and for times.
    pub(crate) fn left_since(&self, before: &Snapshot) -> Changes {
        let changes = self.disk_changes(before).ignoring_times();
        STAYS.iter().fold(changes, |changes, (path, _)| changes.except(path))
    }

    /// The same, if the host was booted in between: without systemd's own seed and folders.
    pub(crate) fn left_over_boots_since(&self, before: &Snapshot) -> Changes {
        let left = self.left_since(before).except("/var/lib/systemd/random-seed");
        left.except("/tmp").except("/var/tmp")
    }

    /// How many whole lines the grant's journal has. Read past the host, so that it takes no time.
    pub(crate) fn journal_lines(&self) -> usize {
        let path = self.host.folder().join("upper").join(&JOURNAL[1..]);
        std::fs::read_to_string(path).map_or(0, |text| text.matches('\n').count())
    }

    /// Waits until the grant's journal has that many lines; false if the run ends before.
    pub(crate) fn wait_for_line(&self, running: &mut Running, lines: usize) -> bool {
        let end = Instant::now() + Duration::from_mins(2);
        while self.journal_lines() < lines {
            assert!(Instant::now() < end, "the journal has but {} lines", self.journal_lines());
            if running.is_finished() {
                return self.journal_lines() >= lines;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// Makes the grant older: every moment in its journal goes back by that many seconds. The time
    /// since boot at which it began goes, too, or it would contradict.
    pub(crate) fn age(&self, seconds: i64) {
        self.age_moments(seconds, true);
    }

    /// Makes the grant older, so that it ends so many seconds from now: however long what was done until
    /// now has taken.
    pub(crate) fn let_end_in(&self, seconds: i64) {
        let line = "deadline=$(sed -n 's/.*\"deadline\":\\([0-9]*\\).*/\\1/p' /var/lib/support-access/journal | \
             tail -n 1); echo $((deadline - $(date +%s)))";
        let left: i64 = self.host.ok(line).trim().parse().expect("a number");
        self.age(left - seconds);
    }

    /// Makes it longer ago that the last run wrote its lines; the grant ends when it would.
    pub(crate) fn age_lines(&self, seconds: i64) {
        self.age_moments(seconds, false);
    }

    fn age_moments(&self, seconds: i64, facts_too: bool) {
        let mut lines = Vec::new();
        for line in self.host.read(JOURNAL).lines() {
            let mut value: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            let back = |value: Option<&mut serde_json::Value>| {
                if let Some(value) = value {
                    *value = (value.as_i64().expect("a moment") - seconds).into();
                }
            };
            back(value.get_mut("at"));
            if !facts_too {
                lines.push(format!("{value}\n"));
                continue;
            }
            back(value.get_mut("warned"));
            if let Some(facts) = value.get_mut("facts") {
                back(facts.get_mut("started"));
                back(facts.get_mut("deadline"));
                facts.as_object_mut().expect("an object").remove("boot");
            }
            lines.push(format!("{value}\n"));
        }
        self.host.put(JOURNAL, lines.concat(), 0o600);
    }
}

fn grant_words(words: &str) -> String {
    format!("grant --key {PUBLIC_KEY} --from {ALLOWED} {words}")
}

fn line(words: &str) -> String {
    format!("{PROGRAM} {words} --lang en")
}

/// What a run of the program said and how it ended.
pub(crate) struct Ran {
    pub(crate) output: Output,
    /// The word after `RESULT: `.
    pub(crate) word: String,
    /// What follows it, as `name=value`.
    pub(crate) details: BTreeMap<String, String>,
}

impl Ran {
    pub(crate) fn new(output: Output) -> Self {
        let last = output.last_line().strip_prefix("RESULT: ").unwrap_or_default();
        let mut words = last.split(' ');
        let word = words.next().unwrap_or_default().to_owned();
        let details = words
            .filter_map(|it| it.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { output, word, details }
    }

    /// Fails unless the run ended with this word and this exit code.
    #[track_caller]
    pub(crate) fn is(self, word: &str, code: i32) -> Self {
        assert_eq!((&*self.word, self.output.code), (word, code), "{self}");
        self
    }

    /// Fails unless stdout has this text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.output.stdout.contains(text), "not said: {text}\n{self}");
        self
    }

    /// Fails if stdout has this text.
    #[track_caller]
    pub(crate) fn does_not_say(self, text: &str) -> Self {
        assert!(!self.output.stdout.contains(text), "said: {text}\n{self}");
        self
    }

    /// The document of a run with `--json`, once it ended with this word and this exit code.
    #[track_caller]
    pub(crate) fn json(self, word: &str, code: i32) -> serde_json::Value {
        let document: serde_json::Value =
            serde_json::from_str(&self.output.stdout).unwrap_or_else(|e| panic!("{e}: {self}"));
        assert_eq!((&document["result"], self.output.code), (&word.into(), code), "{self}");
        document
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.output.fmt(f)
    }
}
