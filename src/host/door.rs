//! The proof of the way in: sshd's own answer for each key from each address, and a session that
//! really runs.
//!
//! Everything happens in a child of ours with a mount and a network namespace of its own. There the
//! addresses of the provider are local, so that `from=`, `AllowUsers user@address` and `Match
//! Address` are judged by the real sshd with the real configuration, without a packet leaving the
//! server. Keys lie in memory that only this child sees.
//!
//! What a session without a terminal leaves (tried on Debian 11, 12, 13 and sid): no entry in utmp,
//! wtmp, btmp or lastlog; PAM's lines and, from the running daemon, sshd's own lines in the journal
//! and the authentication log; a file `user-UID.journal` of journald's, if the journal is kept on
//! disk; `/run/motd.dynamic`; and for about ten seconds `user@UID.service` with `/run/user/UID`.
//! Where PAM has `pam_lastlog` for sshd, the login at the running daemon is recorded by it.

mod attempt;
mod classify;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod inside;
mod key;
mod peer;
mod reason;
mod relay;
mod tap;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(super) use inside::{answer_question, answer_request};
pub use key::{EphemeralKey, ephemeral_key};
pub use reason::{Reason, Unproven};

use super::namespace;
use super::run;
use super::sshd::Invocation;

/// An address to knock from, and the entry of `from` that it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What the policy says, perhaps a whole network.
    pub label: String,
    /// One address out of it.
    pub addr: IpAddr,
}

/// What is to be proven.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// The account to sign in to.
    pub account: String,
    /// The port on which sshd listens.
    pub port: u16,
    /// Addresses of this server that sshd listens on; the first of the source's family is used.
    pub servers: Vec<IpAddr>,
    /// Public keys, each `type base64`.
    pub keys: Vec<String>,
    /// Where the keys may come from.
    pub from: Vec<Source>,
    /// A key to run one session with, from the first source that sshd allows.
    pub session: Option<EphemeralKey>,
    /// Whether sshd shall find the session's key in a file that only it and the child see, instead
    /// of the account's own: then all but the key file is put to the test.
    pub stand_in: bool,
    /// Whether the session that ran is followed by one with the login shell, which reads more of its
    /// startup files. Those run as at any login, so they may leave what they always leave.
    pub login_shell: bool,
    /// Likewise for an interactive bash, if that is the account's shell.
    pub bash: bool,
    /// The sshd to ask.
    pub sshd: Invocation,
    /// A folder that exists and that sshd does not need; the child covers it with private memory.
    pub scratch: PathBuf,
    /// How long all of it may take.
    pub deadline: Duration,
}

/// sshd's answer to one key from one address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Index into the request's keys.
    pub key: usize,
    /// Where it came from.
    pub source: Source,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Verdict {
    /// sshd says yes; for a session: it ran and ended well.
    Accepted,
    /// sshd says no.
    Refused(Refusal),
    /// It could not be tried.
    Unproven(Unproven),
}

/// Why sshd says no.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The reason, as far as it is known.
    pub reason: Reason,
    /// The lines of the log that tell it; control characters are escaped.
    pub evidence: Vec<String>,
}

/// What [`prove`] found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One for each key and source.
    pub probes: Vec<Probe>,
    /// The session, if one was asked for.
    pub session: Option<Verdict>,
}

impl Report {
    /// Every verdict, probes first.
    pub fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.probes.iter().map(|probe| &probe.verdict).chain(&self.session)
    }

    /// Whether everything that was asked got a yes.
    #[must_use]
    pub fn proven(&self) -> bool {
        self.verdicts().all(|verdict| *verdict == Verdict::Accepted)
    }

    /// Whether there were keys, and all of them were taken from everywhere.
    #[must_use]
    pub fn keys_are_taken(&self) -> bool {
        let mut probes = self.probes.iter();
        !self.probes.is_empty() && probes.all(|probe| probe.verdict == Verdict::Accepted)
    }

    /// The first refusal.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.verdicts().find_map(|verdict| match verdict {
            Verdict::Refused(refusal) => Some(refusal),
            _ => None,
        })
    }

    /// The same answer to everything.
    fn uniform(request: &Request, verdict: &Verdict) -> Self {
        let probes = (0..request.keys.len())
            .flat_map(|key| request.from.iter().map(move |source| (key, source.clone())))
            .map(|(key, source)| Probe { key, source, verdict: verdict.clone() })
            .collect();
        Self { probes, session: request.session.as_ref().map(|_| verdict.clone()) }
    }
}

/// One login at the running daemon.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    /// The account to sign in to.
    pub account: String,
    /// Where the daemon listens, as seen from here. The login comes from this same address, so the
    /// key's line must allow it.
    pub target: SocketAddr,
    /// A private key in OpenSSH's form.
    pub private: String,
    /// The sshd to compare with.
    pub sshd: Invocation,
    /// As in [`Request`].
    pub scratch: PathBuf,
    /// How long it may take.
    pub deadline: Duration,
}

/// What the running daemon did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// The session ran.
    Ran {
        /// Fingerprint of the host key that the daemon showed.
        host_key: Option<String>,
    },
    /// It refused, and so does the configuration on disk for a login from this server itself. That
    /// says nothing against a login from elsewhere.
    RefusedHere(Refusal),
    /// It refused what the configuration on disk allows: it runs with an older one, or in other
    /// surroundings (`SELinux`, penalties). Only its log knows why; this is what the client saw.
    Differs(Vec<String>),
    /// Nobody answered; what the client saw.
    Unreachable(Vec<String>),
    /// It could not be tried.
    Unproven(Unproven),
}

/// Room for the child to end by itself and tell, before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// Asks sshd, as it is configured on disk, about each key from each address, and runs a session.
#[must_use]
pub fn prove(request: &Request) -> Report {
    ask_inside(namespace::DOOR, request, request.deadline)
        .unwrap_or_else(|why| Report::uniform(request, &Verdict::Unproven(why)))
}

/// Signs in to the running daemon, once.
#[must_use]
pub fn ask_daemon(question: &Question) -> Answer {
    ask_inside(namespace::DAEMON, question, question.deadline).unwrap_or_else(Answer::Unproven)
}

fn ask_inside<Q: Serialize, A: for<'a> Deserialize<'a>>(
    what: &str,
    question: &Q,
    deadline: Duration,
) -> Result<A, Unproven> {
    if run::find("ssh").is_none() {
        return Err(Unproven::NoClient);
    }
    let broken = |why: String| Unproven::Broken { why };
    let input = serde_json::to_vec(question).map_err(|error| broken(error.to_string()))?;
    let out = namespace::inside(what)
        .stdin(input)
        .deadline(deadline + GRACE)
        .run()
        .map_err(|error| broken(error.to_string()))?;
    serde_json::from_str(&out.stdout).map_err(|error| broken(error.to_string()))
}
