//! What sshd, PAM and sudo wrote to the system's log, newest first: from journald, and from
//! syslog's files for what is older than that, rotated and compressed ones too.
//!
//! In the journal only entries of root's processes count, and of sudo those of the user who called it;
//! a file holds whatever any local user had syslog write there (logger(1)), so that what comes from a
//! file is a hint and no proof.

mod files;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod head;
mod journal;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::clock;

/// Whose messages are read. sshd names itself by its part since OpenSSH 9.8 (`sshd-session`) and 10.0
/// (`sshd-auth`).
const PROGRAMS: [&str; 4] = ["sshd", "sshd-session", "sshd-auth", "sudo"];

/// How long reading back may take, journal and files together.
const PATIENCE: Duration = Duration::from_secs(20);

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, in seconds since 1970-01-01 UTC; to the second where syslog wrote it, and there by the
    /// server's zone of today.
    pub at: i64,
    /// Whose: `sshd`, `sshd-session`, `sudo`...
    pub program: String,
    /// The process; 0 where it is not told.
    pub pid: u32,
    /// The message. Untrusted: it holds whatever a client called itself.
    pub text: String,
    /// Whether the journal vouches for the sender.
    pub vouched: bool,
}

/// The longest message that is quoted.
const QUOTED: usize = 300;

impl Entry {
    /// As evidence: when, who, what. What it holds is untrusted still.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { at, program, pid, text, .. } = self;
        let text: String = text.chars().take(QUOTED).collect();
        format!("{} {program}[{pid}]: {text}", clock::utc(*at))
    }
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// `journald`, and paths of files.
    pub sources: Vec<String>,
    /// Whether time ran out, or room, before the beginning was reached.
    pub cut: bool,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Since when, in seconds since 1970-01-01 UTC.
    pub since: i64,
    /// The user whose messages from sudo are wanted besides sshd's; none if nobody's are.
    pub sudo_of: Option<u32>,
    /// Only sshd's messages that begin like one of these; all if there are none. A server that is
    /// knocked on all day has more of the others than can be read.
    pub only: &'static [&'static str],
}

impl Wanted {
    fn wants(&self, entry: &Entry) -> bool {
        let begins = |start: &&str| entry.text.starts_with(start);
        match entry.program.as_str() {
            "sudo" => self.sudo_of.is_some(),
            _ => self.only.is_empty() || self.only.iter().any(begins),
        }
    }
}

/// Hands out the messages that are wanted, newest first, until `each` has enough.
pub fn newest_first(wanted: &Wanted, each: &mut dyn FnMut(Entry) -> ControlFlow<()>) -> Reach {
    let end = Instant::now() + PATIENCE;
    let mut reach = Reach::default();
    // What the journal no longer has, the files may.
    let mut oldest = i64::MAX;
    if let Ok((entries, whole)) = journal::entries(wanted) {
        reach.sources.push("journald".to_owned());
        reach.cut = !whole;
        for entry in entries {
            oldest = oldest.min(entry.at);
            if each(entry).is_break() {
                return reach;
            }
        }
    }
    files::read_back(wanted, oldest, end, &mut reach, each);
    reach
}
