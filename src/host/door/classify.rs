//! From the logs of one attempt to the reason of a refusal.

use super::{Reason, Refusal};

/// What an attempt left behind: the client's log, sshd's, and what PAM wrote to syslog meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trace {
    pub(super) client: String,
    /// What the session printed; untrusted.
    pub(super) session: String,
    pub(super) server: String,
    pub(super) syslog: Vec<String>,
    /// Whether a file closes logins for everybody but root; PAM obeys it without a word.
    pub(super) closed: bool,
    /// The client's exit code; none if it did not end in time.
    pub(super) code: Option<i32>,
}

/// What a session is told to do: any shell understands it.
pub(super) const SAY: &str = "echo support-access-is-in";

/// The longest line that is quoted.
const LINE: usize = 400;

impl Trace {
    /// Whether sshd said yes to the key, before any signature.
    pub(super) fn key_accepted(&self) -> bool {
        self.client.contains("Server accepts key")
    }

    /// Whether the session did what it was told to, and ended well. A `ForceCommand` that only
    /// watches does it as well.
    pub(super) fn session_ran(&self) -> bool {
        let said = SAY.split_once(' ').map_or(SAY, |(_, word)| word);
        self.code == Some(0) && self.session.lines().any(|line| line.trim_end() == said)
    }

    /// `ForceCommand` of sshd's own.
    fn forced(&self) -> bool {
        self.server.contains("forced-command (config)")
    }

    /// Whether the session failed because the one who runs this program is in a session himself,
    /// which the kernel's audit may not let go.
    pub(super) fn held_by_audit(&self) -> bool {
        self.syslog.iter().any(|line| line.ends_with("set_loginuid failed"))
    }

    /// The host key that the server showed.
    pub(super) fn host_key(&self) -> Option<String> {
        let (_, rest) = self.client.split_once("Server host key: ")?;
        let key = rest.lines().next()?.split_ascii_whitespace().nth(1)?;
        key.starts_with("SHA256:").then(|| key.to_owned())
    }

    /// Whether the client did not take an option of ours, and so did nothing.
    pub(super) fn misunderstood(&self) -> bool {
        self.code == Some(255) && self.client.contains("command-line") && !self.connected()
    }

    /// Whether sshd got as far as telling who it is.
    pub(super) fn answered(&self) -> bool {
        self.client.contains("Remote protocol version")
    }

    /// Whether there was any sshd to talk to.
    pub(super) fn connected(&self) -> bool {
        self.client.contains("Connection established")
    }

    /// The last lines of the client, without its debugging.
    pub(super) fn client_tail(&self) -> Vec<String> {
        tail(&self.client)
    }

    /// Why there was no yes.
    pub(super) fn refusal(&self, session: bool) -> Refusal {
        self.known()
            .or_else(|| self.by_client(session))
            .unwrap_or_else(|| Refusal { reason: Reason::Unknown, evidence: self.tails() })
    }

    /// What PAM said that may be the cause.
    fn pam_lines(&self) -> Vec<String> {
        let telling = |line: &&String| {
            !line.contains("session opened for user") && !line.starts_with("pam_env(")
        };
        let lines: Vec<&String> = self.syslog.iter().filter(telling).collect();
        lines[lines.len().saturating_sub(5)..].iter().map(|line| clean(line)).collect()
    }

    fn tails(&self) -> Vec<String> {
        [tail(&self.server), tail(&self.client), tail(&self.session)].concat()
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        self.server.lines().chain(self.syslog.iter().map(String::as_str)).map(str::trim_end)
    }

    fn known(&self) -> Option<Refusal> {
        // The most telling message decides, wherever it stands: the same file may hold other keys
        // with complaints of their own.
        RULES.iter().find_map(|rule| {
            let (line, reason) = self.lines().find_map(|line| Some((line, rule(line)?)))?;
            let mut evidence = vec![clean(line)];
            if of_pam(&reason) {
                evidence.extend(self.pam_lines().into_iter().filter(|l| *l != clean(line)));
            }
            if reason == Reason::PamAccount && self.closed && evidence.len() == 1 {
                return Some(Refusal { reason: Reason::NoLoginFile, evidence });
            }
            Some(Refusal { reason, evidence })
        })
    }

    fn by_client(&self, session: bool) -> Option<Refusal> {
        // With `LogLevel QUIET` for this user sshd says nothing, so nothing is known.
        let told = self.server.contains("Failed publickey for ");
        let methods = self
            .client
            .lines()
            .find_map(|line| line.split_once("Authentications that can continue: "))
            .map(|(_, methods)| methods.trim());
        let ended = self.lines().any(|line| line.starts_with("Accepted publickey for "));
        let reason = if self.code.is_none() {
            Reason::TooSlow
        } else if ended && self.forced() {
            Reason::ForcedCommand
        } else if ended && self.session.contains("account is currently not available") {
            Reason::NoLoginShell
        } else if ended {
            Reason::SessionEnded { code: self.code.unwrap_or_default() }
        } else if methods.is_some_and(|m| !m.split(',').any(|method| method == "publickey")) {
            Reason::PublicKeyOff
        } else if told && !self.key_accepted() {
            Reason::NotInFile
        } else if session && self.key_accepted() && methods.is_some() {
            Reason::MoreMethods
        } else {
            return None;
        };
        Some(Refusal { reason, evidence: self.tails() })
    }
}

/// Whether PAM's own words belong to a reason.
fn of_pam(reason: &Reason) -> bool {
    use Reason::{AccountExpired, PamAccount, PamSession, PasswordAged, PasswordChange};
    matches!(reason, AccountExpired | PasswordAged | PasswordChange | PamAccount | PamSession)
}

type Rule = fn(&str) -> Option<Reason>;

/// What sshd and PAM say, the most telling first. See the log messages of OpenSSH 7.4 to 10.5.
const RULES: &[Rule] = &[
    |l| has(l, "refused connect from ", Reason::HostsDeny),
    |l| has(l, "Invalid user ", Reason::NoAccount),
    |l| has(l.strip_prefix("Account ")?, " has expired", Reason::AccountExpired),
    |l| has(l, "not allowed because account is locked", Reason::AccountLocked),
    |l| bad_shell(l),
    |l| has(l, "not allowed because listed in DenyUsers", Reason::DenyUsers),
    |l| has(l, "not allowed because not listed in AllowUsers", Reason::AllowUsers),
    |l| has(l, "not allowed because a group is listed in DenyGroups", Reason::DenyGroups),
    |l| has(l, "groups are listed in AllowGroups", Reason::AllowGroups),
    |l| has(l, "not allowed because not in any group", Reason::AllowGroups),
    |l| has(l, "ROOT LOGIN REFUSED", Reason::RootRefused),
    |l| algorithm(l),
    |l| has(l, "Invalid key length", Reason::KeyTooShort),
    |l| has(l, " revoked by file ", Reason::Revoked),
    |l| has(l, " in revoked keys file ", Reason::Revoked),
    |l| {
        after(l, "bad ownership or modes for chroot directory ").map(|path| Reason::Chroot { path })
    },
    |l| has(l, "with correct key but not from a permitted host", Reason::WrongSource),
    |l| has(l, "entry expired at ", Reason::KeyExpired),
    |l| modes(l),
    |l| {
        between(l, "authorized keys ", " is not a regular file")
            .map(|path| Reason::NotRegular { path })
    },
    |l| unreadable(l),
    |l| has(l, "(account expired)", Reason::AccountExpired),
    |l| has(l, "(failed to change password)", Reason::PasswordAged),
    |l| has(l, "(root enforced)", Reason::PasswordChange),
    |l| has(l, "(password aged)", Reason::PasswordChange),
    |l| has(l, "pam_access(sshd:account): access denied", Reason::Access),
    |l| has(l, "/etc/nologin exists", Reason::NoLoginFile),
    |l| has(l, "by PAM account configuration", Reason::PamAccount),
    |l| has(l, "PAM: pam_open_session(): ", Reason::PamSession),
    |l| has(l, "fork: Resource temporarily unavailable", Reason::Limits),
    |l| has(l, "Refused by key options", Reason::KeyOptions),
    |l| has(l, "Bad options in ", Reason::BadLine),
    |l| has(l, "bad key options: ", Reason::BadLine),
    |l| has(l, "invalid key option string", Reason::BadLine),
    |l| has(l, "Partial publickey for ", Reason::MoreMethods),
    |l| has(l, "Unable to negotiate with ", Reason::NoAgreement),
    |l| has(l, "Bad configuration option", Reason::BrokenConfig),
    |l| has(l, "bad configuration options", Reason::BrokenConfig),
    |l| has(l, "no hostkeys available", Reason::BrokenConfig),
    |l| has(l, "Missing privilege separation directory", Reason::BrokenConfig),
];

fn has(line: &str, text: &str, reason: Reason) -> Option<Reason> {
    line.contains(text).then_some(reason)
}

fn after(line: &str, text: &str) -> Option<String> {
    line.split_once(text).map(|(_, rest)| clean(rest.trim_matches('"')))
}

fn between(line: &str, before: &str, behind: &str) -> Option<String> {
    let (_, rest) = line.split_once(before)?;
    rest.split_once(behind).map(|(middle, _)| clean(middle))
}

fn bad_shell(line: &str) -> Option<Reason> {
    let shell = between(line, "not allowed because shell ", " does not exist")
        .or_else(|| between(line, "not allowed because shell ", " is not executable"))?;
    Some(Reason::BadShell { shell })
}

fn algorithm(line: &str) -> Option<Reason> {
    let algorithm = between(line, "key type ", " not in PubkeyAccepted")
        .or_else(|| between(line, "signature algorithm ", " not in PubkeyAccepted"))
        .or_else(|| after(line, "userauth_pubkey: unsupported public key algorithm: "))?;
    Some(Reason::Algorithm { algorithm })
}

fn modes(line: &str) -> Option<Reason> {
    const START: &str = "Authentication refused: bad ownership or modes for ";
    let path = after(line, &format!("{START}file "))
        .or_else(|| after(line, &format!("{START}directory ")))?;
    Some(Reason::Modes { path })
}

fn unreadable(line: &str) -> Option<Reason> {
    let path = between(line, "authorized keys '", "': Permission denied")?;
    Some(Reason::Unreadable { path })
}

/// How lines begin that tell nothing about a refusal.
const CHATTER: [&str; 7] = [
    "debug",
    "OpenSSH_",
    "Warning: Permanently added",
    "Authenticated to ",
    "Transferred: sent ",
    "Bytes per second: ",
    "Connection from ",
];

/// The last lines that are neither debugging nor chatter.
pub(super) fn tail(log: &str) -> Vec<String> {
    let telling: Vec<&str> = log
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !CHATTER.iter().any(|start| line.starts_with(start)))
        .collect();
    telling[telling.len().saturating_sub(5)..].iter().map(|line| clean(line)).collect()
}

/// A line fit for a terminal: no control characters, not too long.
pub(super) fn clean(line: &str) -> String {
    line.trim()
        .chars()
        .take(LINE)
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect()
}

#[cfg(test)]
mod tests;
