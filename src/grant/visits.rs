//! Who signed in to the grant's account, and what was run through sudo there, by the server's log.

use std::ops::ControlFlow::{Break, Continue};

use super::journal::State;
use crate::host::authlog::{self, Entry, Reach, Wanted};
use crate::host::processes;
use crate::policy::AuthorizedKey;

/// As many of each are kept; a grant lasts days.
const MOST: usize = 200;

/// How sshd's messages begin that tell of logins and their ends (OpenSSH auth.c, sshd-session.c; PAM's
/// `pam_unix`).
const LOGINS: [&str; 3] =
    ["Accepted ", "Disconnected from user ", "pam_unix(sshd:session): session closed "];

/// One login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When, in seconds since 1970-01-01 UTC.
    pub at: i64,
    /// From which address, as sshd wrote it.
    pub from: String,
    /// Type and fingerprint of the key; empty where another method let in.
    pub key: String,
    /// The comment of the grant's key, if it is one of them.
    pub whose: Option<String>,
    /// When it ended, if the log tells.
    pub until: Option<i64>,
    /// Whether it goes on.
    pub here: bool,
    /// Whether the journal vouches for it; any local user can have a line written to syslog's files.
    pub vouched: bool,
}

/// One command run through sudo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// When, in seconds since 1970-01-01 UTC.
    pub at: i64,
    /// As whom.
    pub user: String,
    /// The command, untrusted text.
    pub line: String,
    /// As in [`Visit`].
    pub vouched: bool,
}

/// All of it, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    /// The logins, without those of our own proof.
    pub logins: Vec<Visit>,
    /// What was run through sudo.
    pub commands: Vec<Command>,
    /// What was read for it.
    pub reach: Reach,
}

/// Looks through the log since the grant was opened.
#[must_use]
pub fn look(state: &State) -> Visits {
    let State { facts, proofs, .. } = state;
    let mut reader = Reader::new(&facts.account, &facts.keys, proofs);
    // A key that was withdrawn was the grant's; its comment went with it.
    reader.keys.extend(facts.withdrawn.iter().map(|key| (key.clone(), String::new())));
    let wanted = Wanted { since: facts.started, sudo_of: Some(facts.uid), only: &LOGINS };
    let mut reach = authlog::newest_first(&wanted, &mut |entry| {
        reader.take(&entry);
        if reader.full() { Break(()) } else { Continue(()) }
    });
    reach.cut |= reader.more || reader.full();
    let Reader { mut logins, mut commands, .. } = reader;
    logins.reverse();
    commands.reverse();
    Visits { logins, commands, reach }
}

/// The lines come newest first: an end before its beginning.
struct Reader<'a> {
    account: &'a str,
    /// Fingerprints of the grant's keys, with their comments.
    keys: Vec<(String, String)>,
    /// Fingerprints of keys that our own proofs had.
    proofs: Vec<String>,
    /// Ends whose beginning is still to come: which process or `address port`, and when.
    ends: Vec<(String, i64)>,
    logins: Vec<Visit>,
    commands: Vec<Command>,
    /// Whether there were more of either than are kept.
    more: bool,
}

impl<'a> Reader<'a> {
    fn new(account: &'a str, keys: &[String], proofs: &[String]) -> Self {
        let parsed = |line: &String| line.parse::<AuthorizedKey>().ok();
        let print = |key: &AuthorizedKey| key.fingerprint().to_string();
        let keys = keys.iter().filter_map(parsed);
        Self {
            account,
            keys: keys.map(|key| (print(&key), key.comment().to_owned())).collect(),
            proofs: proofs.iter().filter_map(parsed).map(|key| print(&key)).collect(),
            ends: Vec::new(),
            logins: Vec::new(),
            commands: Vec::new(),
            more: false,
        }
    }

    fn full(&self) -> bool {
        self.logins.len() >= MOST && self.commands.len() >= MOST
    }

    fn take(&mut self, entry: &Entry) {
        if entry.program.starts_with("sshd") {
            if let Some(end) = ended(&entry.text, self.account, entry.pid) {
                self.ends.push((end, entry.at));
            } else if let Some(login) = self.login(entry) {
                self.more |= !keep(&mut self.logins, login);
            }
        } else if entry.program == "sudo"
            && let Some((user, line)) = sudo(&entry.text, self.account)
        {
            let (user, line) = (user.to_owned(), line.to_owned());
            let command = Command { at: entry.at, user, line, vouched: entry.vouched };
            self.more |= !keep(&mut self.commands, command);
        }
    }

    fn login(&mut self, entry: &Entry) -> Option<Visit> {
        let accepted = accepted(&entry.text, self.account)?;
        if self.proofs.iter().any(|print| accepted.key.ends_with(print.as_str())) {
            return None;
        }
        let names = [process(entry.pid), connection(accepted.from, accepted.port)];
        let end = self.ends.iter().rposition(|(name, _)| names.contains(name));
        let until = end.map(|index| self.ends.remove(index).1);
        let of_grant = self.keys.iter().find(|(print, _)| accepted.key.ends_with(print.as_str()));
        Some(Visit {
            at: entry.at,
            from: accepted.from.to_owned(),
            key: accepted.key.to_owned(),
            whose: of_grant.map(|(_, comment)| comment.clone()),
            until,
            here: until.is_none() && processes::is_sshd(entry.pid),
            vouched: entry.vouched,
        })
    }
}

/// Keeps another, unless there are enough.
fn keep<T>(list: &mut Vec<T>, item: T) -> bool {
    let room = list.len() < MOST;
    if room {
        list.push(item);
    }
    room
}

fn process(pid: u32) -> String {
    format!("pid {pid}")
}

fn connection(from: &str, port: &str) -> String {
    format!("{from} {port}")
}

struct Accepted<'a> {
    from: &'a str,
    port: &'a str,
    key: &'a str,
}

/// `Accepted publickey for NAME from ADDRESS port N ssh2: TYPE FINGERPRINT` (OpenSSH auth.c,
/// `auth_log`). sshd lets in nobody whose name holds a blank and is not an account's.
fn accepted<'a>(text: &'a str, account: &str) -> Option<Accepted<'a>> {
    let (method, rest) = text.strip_prefix("Accepted ")?.split_once(" for ")?;
    let rest = rest.strip_prefix(account)?.strip_prefix(" from ")?;
    let (from, rest) = rest.split_once(" port ")?;
    let (port, rest) = rest.split_once(' ')?;
    let key = rest.split_once(": ").map_or("", |(_, key)| key);
    let key = if method == "publickey" { key } else { "" };
    Some(Accepted { from, port, key })
}

/// Which login a line ends. PAM's line is of the login's own process, sshd's of the session's.
fn ended(text: &str, account: &str, pid: u32) -> Option<String> {
    if let Some(rest) = text.strip_prefix("pam_unix(sshd:session): session closed for user ") {
        // `NAME`, or `NAME(uid=N)`.
        let name = rest.split('(').next().unwrap_or_default().trim_end();
        return (name == account).then(|| process(pid));
    }
    let rest = text.strip_prefix("Disconnected from user ")?.strip_prefix(account)?;
    let (from, port) = rest.strip_prefix(' ')?.split_once(" port ")?;
    Some(connection(from, port.split(' ').next()?))
}

/// `NAME : TTY=… ; PWD=… ; USER=… ; COMMAND=…` (sudo's logging.c); sudo escapes what could be taken
/// for more fields in front, and the command stands last.
fn sudo<'a>(text: &'a str, account: &str) -> Option<(&'a str, &'a str)> {
    let rest = text.trim_start().strip_prefix(account)?.strip_prefix(" : ")?;
    let (fields, line) = rest.split_once("COMMAND=")?;
    let user = fields.split(" ; ").find_map(|field| field.trim().strip_prefix("USER="))?;
    Some((user, line))
}

/// What must hold of what is read from a log, whatever stands in it.
#[cfg(any(test, fuzzing))]
pub(super) fn fuzz(account: &str, lines: &str) {
    let mut reader = Reader::new(account, &[], &[]);
    for entry in authlog::fuzz::entries(lines) {
        assert!(!entry.line().contains(char::is_control) || lines.contains(char::is_control));
        reader.take(&entry);
    }
    assert!(reader.logins.len() <= MOST && reader.commands.len() <= MOST);
    assert!(reader.logins.iter().all(|it| it.whose.is_none() && it.until.is_none_or(|_| !it.here)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_read_and_nobody_elses() {
        let text =
            "Accepted publickey for cafe24 from 192.0.2.7 port 50022 ssh2: ED25519 SHA256:abc";
        let found = accepted(text, "cafe24").unwrap();
        assert_eq!(
            (found.from, found.port, found.key),
            ("192.0.2.7", "50022", "ED25519 SHA256:abc")
        );
        let password = text.replace("publickey", "password").replace(": ED25519 SHA256:abc", "");
        assert_eq!(accepted(&password, "cafe24").unwrap().key, "");
        for (text, account) in [(text, "cafe2"), (text, "cafe244"), ("", "x"), ("Accepted ", "")] {
            assert!(accepted(text, account).is_none(), "{text} {account}");
        }
    }

    #[test]
    fn an_end_names_its_login() {
        let closed = "pam_unix(sshd:session): session closed for user cafe24";
        assert_eq!(ended(closed, "cafe24", 7).unwrap(), "pid 7");
        assert_eq!(ended(&format!("{closed}(uid=60578)"), "cafe24", 7).unwrap(), "pid 7");
        assert_eq!(ended(closed, "cafe2", 7), None);
        let left = "Disconnected from user cafe24 192.0.2.7 port 50022";
        assert_eq!(ended(left, "cafe24", 8).unwrap(), "192.0.2.7 50022");
        assert_eq!(
            ended("Disconnected from authenticating user cafe24 192.0.2.7 port 5", "cafe24", 8),
            None
        );
    }

    #[test]
    fn a_command_is_read_to_its_end() {
        let text = "  cafe24 : TTY=pts/0 ; PWD=/home/cafe24 ; USER=root ; COMMAND=/bin/sh -c echo ; USER=x";
        assert_eq!(sudo(text, "cafe24"), Some(("root", "/bin/sh -c echo ; USER=x")));
        let refused =
            "cafe24 : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id";
        assert_eq!(sudo(refused, "cafe24"), Some(("root", "/bin/id")));
        assert_eq!(sudo(text, "cafe2"), None);
        assert_eq!(sudo("pam_unix(sudo:session): session opened for user root", "cafe24"), None);
    }
}
