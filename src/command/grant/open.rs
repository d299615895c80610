//! A new grant.

use anyhow::Context;
use serde_json::json;

use super::{Asked, Done, dry_run, exit, foresee, tell_proof, tell_refusal, told};
use crate::command::ending;
use crate::command::failure::Failure;
use crate::command::log::write_log;
use crate::command::out::{Look, Out};
use crate::command::receipt::Receipt;
use crate::grant::carry::{CarryError, Plan, carry};
use crate::grant::end;
use crate::grant::journal::{Event, Facts, Journal, State, Why};
use crate::grant::proof::{Extent, Proof, prove};
use crate::grant::step::Wanted;
use crate::grant::survey;
use crate::host::signals::Held;
use crate::host::{Hands, log, sudo};
use crate::text::report::Report;

pub(super) fn run(
    asked: &Asked,
    earlier: Option<&State>,
    signals: &mut Held,
    out: &mut Out,
) -> Result<Done, Failure> {
    if asked.options.dry_run {
        if let Some(state) = earlier {
            out.say(Look::Strong, &Report::DryRunFirst);
            ending::print_plan(state, out)?;
            return Ok(Done { word: "dry-run", details: Vec::new(), exit: exit(asked) });
        }
        let wanted = Wanted::new(survey::new_facts(&asked.terms, &asked.inputs, &asked.door)?);
        let plan = Plan::new(&wanted)?;
        foresee::look(&wanted.facts, &asked.door, asked.options.verify, out)?;
        return Ok(dry_run(&plan, &wanted.facts, false, asked, out));
    }
    if let Some(state) = earlier {
        clear_earlier(state, out)?;
    }
    let facts = survey::new_facts(&asked.terms, &asked.inputs, &asked.door)?;
    let mut wanted = Wanted::new(facts.clone());
    // Planned whole before anything is written: a refusal must find an untouched disk.
    Plan::new(&wanted)?;
    foresee::look(&facts, &asked.door, asked.options.verify, out)?;
    let hands = Hands::new(&facts.id);
    // A disk without room for the record may still have taken its folder.
    let mut journal = Journal::create(&hands, facts.clone()).inspect_err(|_| {
        end::remove_empty_folder(&hands);
    })?;
    match make(&hands, &mut journal, &mut wanted, asked, signals, out) {
        Ok(proof) => Ok(finish(&hands, &facts, proof.as_ref(), asked, out)),
        Err(failure) => {
            out.say(Look::Plain, &Report::RollingBack);
            drop(journal);
            if let Err(second) = clear(Why::Rollback, out) {
                return Err(Failure::left(format!("{failure}; {second}")));
            }
            write_log(&hands, "rolled-back", &facts, &[("why", json!(failure.to_string()))], out);
            out.say(Look::Plain, &Report::RolledBack { log: log::PATH.to_owned() });
            Err(failure)
        }
    }
}

/// Clears away a grant that was cut off or is over.
fn clear_earlier(state: &State, out: &mut Out) -> Result<(), Failure> {
    out.say(Look::Plain, &Report::ClearingEarlier);
    clear(if state.settled.is_some() { Why::Expired } else { Why::Rollback }, out)
}

fn clear(why: Why, out: &mut Out) -> Result<(), Failure> {
    match ending::end_now(why, out)?.filter(|ended| !ended.is_done()) {
        None => Ok(()),
        Some(ended) => {
            ending::tell_left(&ended, out);
            Err(Failure::left(ending::summary(&ended, out.lang())))
        }
    }
}

/// Makes everything, proves it, and closes the journal's opening.
fn make(
    hands: &Hands,
    journal: &mut Journal,
    wanted: &mut Wanted,
    asked: &Asked,
    signals: &mut Held,
    out: &mut Out,
) -> Result<Option<Proof>, Failure> {
    end::keep_policy(hands, &asked.policy).context("keeping the policy")?;
    carry(hands, journal, wanted, signals, &mut |step, changes| told(out, step, changes))?;
    let proof = proven(hands, journal, wanted, asked, out)?;
    if signals.asked_to_stop() {
        return Err(CarryError::Interrupted.into());
    }
    let extent = proof.as_ref().map_or(Extent::None, Proof::extent);
    journal.write(hands, Event::Complete { proof: extent.word().to_owned(), warned: None })?;
    Ok(proof)
}

/// Proves the way in, unless told not to.
pub(super) fn proven(
    hands: &Hands,
    journal: &mut Journal,
    wanted: &mut Wanted,
    asked: &Asked,
    out: &mut Out,
) -> Result<Option<Proof>, Failure> {
    check_sudo(wanted)?;
    if !asked.options.verify {
        return Ok(None);
    }
    out.progress(&Report::Proving);
    let proof = prove(hands, journal, wanted, &asked.door)?;
    if let Some(no) = proof.no() {
        tell_refusal(&no, out);
        return Err(match no.reason {
            Some(reason) => Failure::unproven(reason.clone()),
            None => Failure::unproven(Report::ProofDaemon),
        });
    }
    tell_proof(&proof, &asked.door, out);
    Ok(Some(proof))
}

/// Holds sudo to what the grant says: others may have left a rule for an account of this name, and
/// ours counts only where sudoers.d is read.
fn check_sudo(wanted: &Wanted) -> Result<(), Failure> {
    let account = wanted.facts.account.clone();
    let rules = sudo::without_password(&account).context("asking sudo")?;
    match (wanted.facts.sudo, rules.first()) {
        (false, Some(rule)) => {
            Err(Failure::unproven(Report::SudoForeign { account, rule: rule.clone() }))
        }
        (true, _) if !rules.iter().any(|rule| rule.ends_with("NOPASSWD: ALL")) => {
            Err(Failure::unproven(Report::SudoMissing { account }))
        }
        _ => Ok(()),
    }
}

fn finish(
    hands: &Hands,
    facts: &Facts,
    proof: Option<&Proof>,
    asked: &Asked,
    out: &mut Out,
) -> Done {
    let extent = proof.map_or(Extent::None, Proof::extent).word();
    write_log(hands, "granted", facts, &[("proof", json!(extent))], out);
    out.say(Look::Good, &Report::Granted);
    out.say(Look::Plain, &Report::PasteReceipt);
    let receipt = Receipt { facts, door: &asked.door, proof, extent };
    receipt.print(out);
    receipt.fields(out);
    Done::open("granted", facts, extent, exit(asked))
}
