//! Whether the engineer would get in: asked of sshd itself, once everything stands.

use std::net::SocketAddr;
use std::time::Duration;

use super::carry::CarryError;
use super::journal::{Event, FOLDER, Facts, Journal};
use super::step::{ProofKey, Step, Wanted};
use super::survey::Door;
use crate::host::door::{
    self, Answer, EphemeralKey, Question, Reason, Report, Request, Source, Unproven, Verdict,
};
use crate::host::{Hands, clock};
use crate::policy;

/// How long the proof's key would be accepted if we died now.
const KEY_LIFE: i64 = 180;

/// How long one part of the proof may take.
const DEADLINE: Duration = Duration::from_mins(1);

/// What was proven.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Each key from each address, and one session, asked of sshd with the configuration on disk.
    pub report: Report,
    /// The running daemon's answer.
    pub daemon: Answer,
}

/// sshd would not let the engineer in.
#[derive(Clone, Copy, Debug)]
pub struct No<'a> {
    /// Why, by the configuration on disk; `None` when that would let him in, and only the running
    /// daemon refuses.
    pub reason: Option<&'a Reason>,
    /// Lines of the log that tell it.
    pub evidence: &'a [String],
}

/// How much of the way in is proven, in one word of the contract.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extent {
    /// Each key from each address, a session, and the running daemon where it may be asked.
    Full,
    /// A part; the receipt says which is missing.
    Partial,
    /// Nothing.
    None,
}

impl Extent {
    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::None => "none",
        }
    }
}

impl Proof {
    /// The first no, if there is one. What could not be tried is not a no.
    #[must_use]
    pub fn no(&self) -> Option<No<'_>> {
        if let Some(refusal) = self.report.refusal() {
            return Some(No { reason: Some(&refusal.reason), evidence: &refusal.evidence });
        }
        match &self.daemon {
            Answer::Differs(evidence) => Some(No { reason: None, evidence }),
            _ => None,
        }
    }

    /// How much is proven.
    #[must_use]
    pub fn extent(&self) -> Extent {
        let asked = matches!(self.daemon, Answer::Ran { .. } | Answer::RefusedHere(_));
        if self.report.proven() && asked {
            Extent::Full
        } else if self.report.verdicts().any(|v| *v == Verdict::Accepted) || asked {
            Extent::Partial
        } else {
            Extent::None
        }
    }

    /// What could not be tried, each reason once.
    #[must_use]
    pub fn unproven(&self) -> Vec<Unproven> {
        let mut found: Vec<Unproven> = Vec::new();
        let daemon = match &self.daemon {
            Answer::Unproven(why) => Some(why),
            _ => None,
        };
        let parts = self.report.verdicts().filter_map(|v| match v {
            Verdict::Unproven(why) => Some(why),
            _ => None,
        });
        for why in parts.chain(daemon) {
            if !found.contains(why) {
                found.push(why.clone());
            }
        }
        found
    }
}

/// Puts a key of our own into the key file, asks, and takes it out again. The journal knows of the
/// key before it stands, so a killed run's key is removed by the next one; by itself it opens
/// nothing but a session without terminal or forwarding, and sshd forgets it after minutes.
pub fn prove(
    hands: &Hands,
    journal: &mut Journal,
    wanted: &mut Wanted,
    door: &Door,
) -> Result<Proof, CarryError> {
    let target = target(door, wanted.facts.port);
    let key = door::ephemeral_key().map_err(|e| CarryError::Random(e.to_string()))?;
    journal.write(hands, Event::Proof { key: key.public.clone() })?;
    wanted.proof = Some(ProofKey {
        key: key.public.clone(),
        from: target.iter().map(|target| target.ip().to_string()).collect(),
        expiry: door.sshd.expiry_form().format(clock::now() + KEY_LIFE),
    });
    apply_keys(hands, wanted)?;
    let proof = ask(wanted, door, &key, target);
    wanted.proof = None;
    apply_keys(hands, wanted)?;
    Ok(proof)
}

fn apply_keys(hands: &Hands, wanted: &Wanted) -> Result<(), CarryError> {
    let step = Step::Keys;
    for change in step.plan(wanted)? {
        change.apply(hands).map_err(|source| CarryError::Change { step, source })?;
    }
    Ok(())
}

/// Asks sshd, as it is configured on disk, whether it would take the grant's keys now. No key is put
/// anywhere, and no session begins.
#[must_use]
pub fn ask_again(facts: &Facts, door: &Door) -> Report {
    door::prove(&request(facts, door, None))
}

fn request(facts: &Facts, door: &Door, session: Option<EphemeralKey>) -> Request {
    let body = |key: &String| key.split(' ').take(2).collect::<Vec<_>>().join(" ");
    Request {
        account: facts.account.clone(),
        port: facts.port,
        servers: door.addresses.clone(),
        keys: facts.keys.iter().map(body).collect(),
        from: sources(facts),
        session,
        stand_in: false,
        sshd: door.sshd.invocation.clone(),
        scratch: FOLDER.into(),
        deadline: DEADLINE,
    }
}

fn ask(wanted: &Wanted, door: &Door, key: &EphemeralKey, target: Option<SocketAddr>) -> Proof {
    let facts = &wanted.facts;
    let report = door::prove(&request(facts, door, Some(key.clone())));
    // A no is a no; the daemon is not to be bothered, and no penalty earned.
    let daemon = match target {
        Some(target) if report.refusal().is_none() => door::ask_daemon(&Question {
            account: facts.account.clone(),
            target,
            private: key.private.clone(),
            sshd: door.sshd.invocation.clone(),
            scratch: FOLDER.into(),
            deadline: DEADLINE,
        }),
        _ => Answer::Unproven(Unproven::NoServerAddress),
    };
    Proof { report, daemon }
}

/// Where the running daemon is asked: over the loopback, or at the one address where it listens.
fn target(door: &Door, port: u16) -> Option<SocketAddr> {
    door.sshd.at(port).next().map(|listener| SocketAddr::new(listener.own_address(), port))
}

/// Addresses to come from, one for each entry of `from`.
#[must_use]
pub fn sources(facts: &Facts) -> Vec<Source> {
    facts.from.iter().filter_map(|label| source(label)).collect()
}

/// A concrete address out of an entry of `from`.
fn source(label: &str) -> Option<Source> {
    let source: policy::Source = label.parse().ok()?;
    Some(Source { label: label.to_owned(), addr: source.first_host() })
}
