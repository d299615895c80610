//! `grant`: opens access, or brings what is open up to what is asked.

mod amend;
mod foresee;
mod open;

use std::time::Duration;

use serde_json::json;

use super::describe;
use super::failure::Failure;
use super::out::{Exit, Look, Out};
use super::policy::{self, Given};
use super::receipt::Receipt;
use crate::cli::{Grant, Time};
use crate::grant::carry::Plan;
use crate::grant::journal::{self, Facts, State};
use crate::grant::proof::{No, Proof};
use crate::grant::step::Step;
use crate::grant::survey::{self, Door, Inputs};
use crate::host::change::Change;
use crate::host::clock;
use crate::host::lock::{self, Holder, Lock};
use crate::host::signals::Held;
use crate::policy::{AuthorizedKey, Fingerprint, Origin, Policy, Source, Terms, Wishes};
use crate::text::Words;
use crate::text::refusal::Refusal;
use crate::text::report::Report;

/// How long a run waits for another.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// What a run of `grant` knows before it touches anything.
struct Asked<'a> {
    options: &'a Grant,
    terms: Terms,
    inputs: Inputs,
    door: Door,
    /// The policy as it was fetched, to be kept with the grant.
    policy: Vec<u8>,
    /// Whether it is the one that was kept already.
    kept: bool,
    /// The keys that a published policy holds and does not withdraw.
    offered: Option<Vec<Fingerprint>>,
    /// Accounts of the provider's earlier script.
    legacy: Vec<String>,
}

/// Runs the verb.
pub(super) fn run(options: &Grant, mut out: Out) -> u8 {
    match attempt(options, &mut out) {
        Ok(done) => done.finish(out),
        Err(failure) => failure.finish(out),
    }
}

/// How a grant ended well, or not so well.
struct Done {
    word: &'static str,
    details: Vec<(&'static str, String)>,
    exit: Exit,
}

impl Done {
    /// Access is open.
    fn open(word: &'static str, facts: &Facts, extent: &str, exit: Exit) -> Self {
        let details = vec![
            ("account", facts.account.clone()),
            ("expires", clock::utc(facts.deadline)),
            ("proof", extent.to_owned()),
        ];
        Self { word, details, exit }
    }

    fn finish(self, out: Out) -> u8 {
        out.finish(self.word, &self.details, self.exit)
    }
}

fn attempt(options: &Grant, out: &mut Out) -> Result<Done, Failure> {
    let mut signals = Held::new();
    let open = open_facts(journal::read()?.as_ref(), options)?;
    let given = policy::load(&options.policy, open.as_ref(), out)?;
    out.follow(given.loaded.policy.language);
    let keys = policy::keys(&options.keys, out)?;
    let mut before = journal::mark();
    let mut done = work(options, &given, &keys, open.as_ref(), &mut signals, out);
    // A dry run holds no lock: what it met may be another run's work, half done.
    for _ in 0..3 {
        let now = journal::mark();
        if !options.dry_run || done.is_ok() || now == before {
            break;
        }
        before = now;
        let open = open_facts(journal::read()?.as_ref(), options)?;
        let given = policy::load(&options.policy, open.as_ref(), out)?;
        done = work(options, &given, &keys, open.as_ref(), &mut signals, out);
    }
    done
}

fn work(
    options: &Grant,
    given: &Given,
    keys: &[AuthorizedKey],
    open: Option<&Facts>,
    signals: &mut Held,
    out: &mut Out,
) -> Result<Done, Failure> {
    let mut asked = ask(options, given, keys, open, out)?;
    let _lock = turn("grant", options.dry_run, out)?;
    // A run that we waited for may have ended the grant, or made it another: what is not named is
    // kept as it is now, and what is not open can't be extended.
    let state = journal::read()?;
    let now = open_facts(state.as_ref(), options)?;
    if now.as_ref() != open {
        let given = policy::load(&options.policy, now.as_ref(), out)?;
        asked = ask(options, &given, keys, now.as_ref(), out)?;
    }
    for account in &asked.legacy {
        out.warn(&Report::LegacyFound { account: account.clone() });
        out.push("legacy", json!(account));
    }
    match state.as_ref().filter(|state| is_live(state)) {
        Some(state) => amend::run(&asked, state, signals, out),
        None => open::run(&asked, state.as_ref(), signals, out),
    }
}

/// The grant that is open, if one is; there must be one to be extended.
fn open_facts(state: Option<&State>, options: &Grant) -> Result<Option<Facts>, Failure> {
    let open = state.filter(|state| is_live(state)).map(|state| state.facts.clone());
    if open.is_none() && matches!(options.time, Time::Extend(_)) {
        return Err(Refusal::NothingToExtend.into());
    }
    Ok(open)
}

/// Waits for the lock, and says for whom. A dry run waits as well, and takes none: it makes no file.
pub(super) fn turn(verb: &str, dry_run: bool, out: &Out) -> Result<Option<Lock>, Failure> {
    let mut waiting = |holder: &Holder| {
        let (holder, since) = (holder.who.clone(), holder.since.clone());
        out.progress(&Report::Waiting { holder, since });
    };
    if dry_run {
        lock::wait_until_free(PATIENCE, &mut waiting)?;
        return Ok(None);
    }
    Ok(Some(Lock::take(verb, PATIENCE, &mut waiting)?))
}

/// Whether a journal is one of an open grant; else what it left is cleared away first.
pub(super) fn is_live(state: &State) -> bool {
    state.settled.is_some() && state.closing.is_none() && !state.is_over()
}

/// Joins what was typed, the policy and the sshd that is here.
fn ask<'a>(
    options: &'a Grant,
    given: &Given,
    keys: &[AuthorizedKey],
    open: Option<&Facts>,
    out: &mut Out,
) -> Result<Asked<'a>, Failure> {
    let mut wishes = Wishes {
        keys: keys.to_vec(),
        expires: match options.time {
            Time::Expires(lifetime) => Some(lifetime),
            Time::Usual | Time::Extend(_) => None,
        },
        from: options.from.clone(),
        account: options.account.clone(),
        sudo: options.sudo,
        port: options.port,
    };
    // A customer who names no policy, as with the copy of the program on his server, or who only
    // asks for more time, keeps what he does not name.
    if (options.policy.origin.is_none() || matches!(options.time, Time::Extend(_)))
        && let Some(facts) = open
    {
        recall(&mut wishes, facts);
        if given.is_published() {
            forget_withdrawn(&mut wishes, &given.loaded.policy, options);
        }
    }
    let terms = Terms::narrow(&given.loaded.policy, &wishes, given.is_published())?;
    let from =
        terms.from.first().map_or(std::net::IpAddr::from([127, 0, 0, 1]), Source::first_host);
    let door = survey::door(terms.account.as_str(), terms.port, from)?;
    let state = journal::read()?;
    let legacy = survey::legacy(&terms.legacy, state.as_ref().map(|state| &state.facts))?;
    if legacy.iter().any(|account| account == terms.account.as_str()) {
        let account = terms.account.to_string();
        return Err(Refusal::Legacy { account }.into());
    }
    let inputs = Inputs {
        origin: options.origin.as_ref().map(ToString::to_string),
        policy: given.name.clone(),
        signed_by: given.loaded.signed_by.as_ref().map(ToString::to_string),
        signers: given.signers.clone(),
        public: options.public.clone(),
        ticket: options.ticket.clone(),
        lang: out.lang(),
        fetched_with: (!given.kept && matches!(given.loaded.origin, Origin::Url(_)))
            .then(|| options.fetched_with.clone()),
    };
    let offered = given.loaded.policy.offered().map(AuthorizedKey::fingerprint);
    let offered = (given.is_published() && !given.kept).then(|| offered.collect());
    let (policy, kept) = (given.loaded.bytes.clone(), given.kept);
    Ok(Asked { options, terms, inputs, door, policy, kept, offered, legacy })
}

/// Fills the wishes that were not named with what the open grant has.
fn recall(wishes: &mut Wishes, facts: &Facts) {
    if wishes.keys.is_empty() {
        wishes.keys = facts.keys.iter().filter_map(|key| key.parse().ok()).collect();
    }
    if wishes.from.is_empty() {
        wishes.from = facts.from.iter().filter_map(|from| from.parse().ok()).collect();
    }
    wishes.account = wishes.account.take().or_else(|| facts.account.parse().ok());
    wishes.port = wishes.port.or(Some(facts.port));
    let sudo = if facts.sudo { crate::policy::Sudo::Full } else { crate::policy::Sudo::None };
    wishes.sudo = wishes.sudo.or(Some(sudo));
}

/// What the provider has taken out of the policy meanwhile goes from the grant as well; what the
/// customer names himself is refused by the policy's own rules.
fn forget_withdrawn(wishes: &mut Wishes, policy: &Policy, named: &Grant) {
    if named.keys.is_empty() {
        wishes.keys.retain(|key| policy.offers(&key.fingerprint()));
    }
    if named.from.is_empty() {
        wishes.from.retain(|from| policy.from.iter().any(|allowed| allowed.covers(from)));
    }
    if named.sudo.is_none() {
        wishes.sudo = wishes.sudo.min(Some(policy.sudo));
    }
}

/// Prints a plan, and ends a dry run; `same` is whether the record of the grant would be the same.
fn dry_run(plan: &Plan, facts: &Facts, same: bool, asked: &Asked, out: &mut Out) -> Done {
    let head = match (plan.is_empty(), same) {
        (false, _) => &Report::DryRunGrant,
        (true, false) => &Report::DryRunRecord,
        (true, true) => &Report::DryRunNothing,
    };
    out.say(Look::Strong, head);
    for (step, changes) in &plan.steps {
        out.say(Look::Strong, &describe::step_name(*step));
        for change in changes {
            describe::print(out, change);
            out.push("changes", describe::json(Some(*step), change));
        }
    }
    if !plan.is_empty() && asked.options.verify {
        out.say(Look::Plain, &Report::DryRunProof);
    }
    let (local, utc) = (clock::local(facts.deadline), clock::utc(facts.deadline));
    out.say(Look::Plain, &Report::DryRunEnds { local, utc });
    Receipt { facts, door: &asked.door, proof: None, extent: "none" }.fields(out);
    Done {
        word: "dry-run",
        details: vec![("changes", plan.changes().count().to_string())],
        exit: exit(asked),
    }
}

/// A door of the provider's that is open still is something left behind.
fn exit(asked: &Asked) -> Exit {
    if asked.legacy.is_empty() { Exit::Done } else { Exit::Left }
}

/// Says that a step stands.
fn told(out: &mut Out, step: Step, changes: &[Change]) {
    let name = describe::step_name(step).say(out.lang());
    out.say(Look::Good, &Report::StepDone { step: name });
    for change in changes {
        out.push("changes", describe::json(Some(step), change));
    }
}

/// Says why sshd would not let the engineer in.
fn tell_refusal(no: &No<'_>, out: &mut Out) {
    let reason = no.reason.map(ToString::to_string);
    out.field("proof_failure", json!({ "reason": reason, "evidence": no.evidence }));
    let words: &dyn Words = match no.reason {
        Some(reason) => &Report::ProofFailed { reason: reason.say(out.lang()) },
        None => &Report::ProofDaemon,
    };
    out.say(Look::Bad, words);
    for line in no.evidence {
        out.say(Look::Plain, &Report::ProofEvidence { line: line.clone() });
    }
    out.say(Look::Plain, &Report::ProofNext);
}

/// Says what the proof could not try, and whether the daemon runs with an older configuration.
fn tell_proof(proof: &Proof, door: &Door, out: &mut Out) {
    for why in proof.unproven() {
        out.say(Look::Bad, &Report::Unproven { reason: why.say(out.lang()) });
    }
    if let Some(stale) = door.sshd.config_changed_since_start(&door.config) {
        let file = stale.file.display().to_string();
        out.say(Look::Bad, &Report::StaleConfig { file });
    }
}
