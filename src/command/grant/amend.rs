//! A grant that is open already: unchanged, brought up to date, or extended.

use anyhow::Context;
use serde_json::json;

use super::open::proven;
use super::{Asked, Done, dry_run, exit, told};
use crate::cli::Time;
use crate::command::failure::Failure;
use crate::command::log::write_log;
use crate::command::out::{Look, Out};
use crate::command::receipt::{Receipt, earlier};
use crate::grant::carry::{Plan, carry};
use crate::grant::end;
use crate::grant::journal::{Event, Facts, Journal, State};
use crate::grant::newer::Seen;
use crate::grant::proof::{Extent, Proof};
use crate::grant::step::Wanted;
use crate::grant::survey;
use crate::grant::withdraw;
use crate::host::signals::Held;
use crate::host::{Hands, clock};
use crate::text::refusal::Refusal;
use crate::text::report::Report;

pub(super) fn run(
    asked: &Asked,
    state: &State,
    signals: &mut Held,
    out: &mut Out,
) -> Result<Done, Failure> {
    let facts = facts(asked, state)?;
    let mut wanted = Wanted { facts: facts.clone(), ..Wanted::of(state) };
    let plan = Plan::new(&wanted)?;
    let gone = withdraw::newly(&facts, &state.facts).len();
    if asked.options.dry_run {
        if gone > 0 {
            out.say(Look::Strong, &Report::WouldWithdraw { count: gone });
        }
        return Ok(dry_run(&plan, &facts, facts == state.facts, asked, out));
    }
    if matches!(asked.options.time, Time::Expires(_)) {
        out.say(Look::Plain, &Report::NotSooner);
    }
    if plan.is_empty() && facts == state.facts && state.complete {
        out.say(Look::Good, &Report::Unchanged);
        let extent = earlier(state.proof.as_ref());
        return Ok(finish("unchanged", &facts, None, extent, asked, out));
    }
    let hands = Hands::new(&facts.id);
    let mut journal = Journal::open()?.context("the journal vanished")?;
    match make(&hands, &mut journal, &mut wanted, asked, signals, out) {
        Ok(proof) => {
            let extended = facts.deadline != state.facts.deadline;
            let word = if extended { "extended" } else { "updated" };
            out.say(Look::Good, if extended { &Report::Extended } else { &Report::Updated });
            let extent = proof.as_ref().map_or(Extent::None, Proof::extent).word();
            write_log(&hands, word, &facts, &[("proof", json!(extent))], out);
            Ok(finish(word, &facts, proof.as_ref(), extent, asked, out))
        }
        Err(failure) => {
            out.say(Look::Plain, &Report::RollingBack);
            match back(&hands, &mut journal, state, signals) {
                Ok(()) => Err(failure),
                Err(second) => Err(Failure::left(format!("{failure}; {second}"))),
            }
        }
    }
}

/// What the open grant becomes.
fn facts(asked: &Asked, state: &State) -> Result<Facts, Failure> {
    let (now, old) = (&asked.terms, &state.facts);
    let until = clock::local(old.deadline);
    if now.provider != old.provider {
        return Err(Refusal::OtherProvider { provider: old.provider.clone(), until }.into());
    }
    if now.account.as_str() != old.account {
        return Err(Refusal::OtherAccount { account: old.account.clone(), until }.into());
    }
    // The timer may have seen a newer one; the one that is kept here is what the grant was made on.
    let seen = Seen::of(old).serial;
    if let Some(current) = (!asked.kept).then_some(seen).filter(|current| now.serial < *current) {
        return Err(Refusal::OlderSerial { offered: now.serial, current }.into());
    }
    let mut facts = survey::amended(state, now, &asked.inputs, &asked.door)?;
    // What the customer leaves out is his choice; what the provider has taken out is withdrawn.
    let offered = asked.offered.as_ref();
    let gone = withdraw::keys(old).into_iter().map(|key| (key, key.to_string()));
    let gone = gone.filter(|(key, _)| offered.is_some_and(|offered| !offered.contains(key)));
    let gone: Vec<String> =
        gone.map(|(_, name)| name).filter(|name| !facts.withdrawn.contains(name)).collect();
    facts.withdrawn.extend(gone);
    // What he gives again can be withdrawn again.
    let held = withdraw::keys(&facts);
    facts.withdrawn.retain(|name| held.iter().all(|key| key.to_string() != *name));
    if let Time::Extend(by) = asked.options.time {
        let by = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        let deadline = old.deadline.saturating_add(by);
        let latest = facts.started.saturating_add(facts.longest);
        if deadline > latest {
            return Err(Refusal::TooLong { most: clock::local(latest) }.into());
        }
        survey::set_deadline(&mut facts, &asked.door, deadline);
    }
    Ok(facts)
}

fn make(
    hands: &Hands,
    journal: &mut Journal,
    wanted: &mut Wanted,
    asked: &Asked,
    signals: &mut Held,
    out: &mut Out,
) -> Result<Option<Proof>, Failure> {
    journal.write(hands, Event::Amend { facts: Box::new(wanted.facts.clone()) })?;
    end::keep_policy(hands, &asked.policy).context("keeping the policy")?;
    let earlier = journal.state().settled.clone();
    carry(hands, journal, wanted, signals, &mut |step, changes| told(out, step, changes))?;
    let count = earlier.map_or(0, |earlier| withdraw::newly(&wanted.facts, &earlier).len());
    if count > 0 {
        withdraw::enforce(hands, journal, signals).context("ending the sessions")?;
        out.say(
            Look::Strong,
            &Report::Withdrawn { provider: wanted.facts.provider.clone(), count },
        );
    }
    let proof = proven(hands, journal, wanted, asked, out)?;
    let extent = proof.as_ref().map_or(Extent::None, Proof::extent);
    journal.write(hands, Event::Complete { proof: extent.word().to_owned(), warned: None })?;
    Ok(proof)
}

/// Makes the grant again what it was.
fn back(
    hands: &Hands,
    journal: &mut Journal,
    state: &State,
    signals: &mut Held,
) -> Result<(), Failure> {
    let Some(settled) = state.settled.clone() else { return Ok(()) };
    journal.write(hands, Event::Amend { facts: Box::new(settled) })?;
    let mut wanted = Wanted::of(journal.state());
    // A second interruption does not stop the way back.
    signals.asked_to_stop();
    carry(hands, journal, &mut wanted, signals, &mut |_, _| {})?;
    let proof = state.proof.clone().unwrap_or_else(|| Extent::None.word().to_owned());
    journal.write(hands, Event::Complete { proof, warned: None })?;
    Ok(())
}

fn finish(
    word: &'static str,
    facts: &Facts,
    proof: Option<&Proof>,
    extent: &str,
    asked: &Asked,
    out: &mut Out,
) -> Done {
    let receipt = Receipt { facts, door: &asked.door, proof, extent };
    receipt.print(out);
    receipt.fields(out);
    Done::open(word, facts, extent, exit(asked))
}
