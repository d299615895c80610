//! The runs that are killed, what goes before them, and what must be true of their end.

use lab::Snapshot;

use crate::common::state::Standing;
use crate::common::tracer::{Kill, Traced};
use crate::common::{COPY, JOURNAL, KEY_FILE, SUDOERS, Server};

/// Longer than the built-in policy's lifetime, in seconds.
const LONG: i64 = 100 * 3600;
/// After this, the timer takes an opening for one that was cut off.
const UNFINISHED: i64 = 960;

/// A run that is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verb {
    Grant,
    /// Without the proof.
    QuickGrant,
    /// Over a grant whose time is over; without the proof, which is the same as in the first.
    OverExpired,
    Extend,
    Delete,
    /// Right after the proof, whose session at the running daemon logind still remembers.
    DeleteAtOnce,
    /// What the timer runs.
    Expire,
}

impl Verb {
    /// The class of its cases.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Grant | Self::QuickGrant => "killed: grant",
            Self::OverExpired => "killed: grant over expired",
            Self::Extend => "killed: extend",
            Self::Delete | Self::DeleteAtOnce => "killed: delete",
            Self::Expire => "killed: expiry",
        }
    }

    /// Brings the server to where the run begins.
    pub(crate) fn prepare(self, server: &Server) {
        match self {
            Self::Grant | Self::QuickGrant => {}
            Self::DeleteAtOnce => drop(server.grant("--sudo full").is("granted", 0)),
            Self::Extend | Self::Delete | Self::OverExpired | Self::Expire => {
                server.grant("--sudo full --no-verify").is("granted", 0);
                if matches!(self, Self::OverExpired | Self::Expire) {
                    server.age(LONG);
                }
            }
        }
    }

    pub(crate) fn run(self, server: &Server, kill: Kill<'_>) -> Traced {
        match self {
            Self::Grant => server.trace_grant(kill, "--sudo full"),
            Self::QuickGrant | Self::OverExpired => {
                server.trace_grant(kill, "--sudo full --no-verify")
            }
            Self::Extend => server.trace_grant(kill, "--sudo full --extend 1h"),
            Self::Delete | Self::DeleteAtOnce => server.trace(kill, "delete"),
            Self::Expire => server.trace_line(kill, &format!("{COPY} expire")),
        }
    }

    /// What the run says when nobody kills it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Grant | Self::QuickGrant | Self::OverExpired => "granted",
            Self::Extend => "extended",
            Self::Delete | Self::DeleteAtOnce => "deleted",
            Self::Expire => "expired",
        }
    }
}

/// What comes after a run that was killed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Next {
    Grant,
    Delete,
    Timer,
}

impl Next {
    pub(crate) const ALL: [Self; 3] = [Self::Grant, Self::Delete, Self::Timer];

    /// Lets it come, and fails unless all is whole or clean then, and clean at last.
    pub(crate) fn run(self, server: &Server, before: &Snapshot, why: &str) {
        let standing = server.assert_not_open_for_ever(why);
        match self {
            Self::Grant => {
                let ran = server.grant("--sudo full --no-verify");
                assert_eq!(ran.output.code, 0, "{why}: {ran}");
                assert_open(server, why);
                delete(server, why);
            }
            Self::Timer if standing.timer && standing.journal => timer(server, before, why),
            // Where no timer stands, nothing was open and no account there; what was begun waits
            // for the next run of the customer's.
            Self::Delete | Self::Timer => delete(server, why),
        }
        server.assert_clean(before, why);
    }
}

/// The grant is whole: every layer stands and says the same.
pub(crate) fn assert_open(server: &Server, why: &str) {
    let audit = server.run("audit");
    assert_eq!((&*audit.word, audit.output.code), ("ok", 0), "{why}: {audit}");
    let Standing { open, timer, .. } = server.standing();
    assert!(open && timer, "{why}: not open");
    let keys = server.host.read(KEY_FILE);
    assert_eq!(keys.lines().count(), 1, "{why}: a key of the proof's, or none: {keys}");
    let journal = server.host.read(JOURNAL);
    let facts = journal.lines().rev().find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        line["facts"]["key_expiry"].as_str().map(str::to_owned)
    });
    let moment = facts.expect("this sshd knows expiry-time");
    for path in [KEY_FILE, SUDOERS] {
        let text = server.host.read(path);
        assert!(text.contains(moment.trim_end_matches('Z')), "{why}: {path}: {moment}: {text}");
    }
}

pub(crate) fn delete(server: &Server, why: &str) {
    let ran = server.run("delete");
    let clean = ["deleted", "nothing-to-delete"].contains(&&*ran.word) && ran.output.code == 0;
    assert!(clean, "{why}: {ran}");
}

/// The timer's runs as they come: first when an opening counts as cut off, then when the time is
/// over.
fn timer(server: &Server, before: &Snapshot, why: &str) {
    let journal = server.host.read(JOURNAL);
    let never = !journal.contains(r#""event":"complete""#);
    server.age_lines(UNFINISHED);
    server.expire();
    let said = "journalctl --output cat --no-pager --lines 50 --unit support-access-expire.service";
    let why = &format!("{why}\n{}", server.host.ok(said));
    if never {
        server.assert_clean(before, &format!("{why}: rolled back"));
    } else if server.standing().journal {
        assert_open(server, why);
        server.age(LONG);
        server.expire();
    }
}
