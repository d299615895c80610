//! `delete`: ends access now. It needs no network, policy or account name.

use serde_json::json;

use super::ending;
use super::failure::Failure;
use super::grant::turn;
use super::handover;
use super::log::write_log;
use super::out::{Exit, Last, Look, Out};
use super::{policy, visits};
use crate::cli::PolicySource;
use crate::grant::journal::{self, JournalError, POLICY, State, Why};
use crate::grant::survey;
use crate::grant::{self, end};
use crate::host::signals::Held;
use crate::host::{Hands, log, processes};
use crate::policy::{Legacy, Origin, Policy};
use crate::text::refusal::Refusal;
use crate::text::report::Report;

/// Runs the verb.
pub(super) fn run(dry_run: bool, source: &PolicySource, mut out: Out) -> u8 {
    match attempt(dry_run, source, &mut out) {
        Ok((word, exit)) => out.finish(word, &[], exit),
        Err(failure) => failure.finish(out),
    }
}

fn attempt(dry_run: bool, source: &PolicySource, out: &mut Out) -> Result<Last, Failure> {
    // A record that can't be read is told of below.
    if let Ok(Some(state)) = journal::read_for_ending()
        && processes::is_inside(state.facts.visit())
        && let Some(done) = handover::run(dry_run, &state, out)?
    {
        return Ok(done);
    }
    // Ending goes on to its end, whoever asks it to stop.
    let _signals = Held::new();
    let _lock = turn("delete", dry_run, out)?;
    let state = journal::read_for_ending().map_err(|error| match error {
        // No record, no way to end it but by hand.
        JournalError::File(error) => Refusal::LostJournal { why: error.to_string() }.into(),
        other => Failure::from(other),
    })?;
    if let Some(state) = &state {
        out.follow(state.facts.lang);
    }
    let Some(state) = state else {
        let others = tell_others(source, &local_list(), None, out);
        if !dry_run {
            end::remove_empty_folder(&Hands::new("new"));
        }
        if others {
            return Ok((if dry_run { "dry-run" } else { "failed" }, Exit::Left));
        }
        out.say(Look::Plain, &Report::NothingToDelete);
        return Ok((if dry_run { "dry-run" } else { "nothing-to-delete" }, Exit::Done));
    };
    // The list that is kept goes with the grant.
    let list = local_list();
    if dry_run {
        out.say(Look::Strong, &Report::DryRunDelete);
        let ended = ending::print_plan(&state, out)?;
        let others = tell_others(source, &list, Some(&state), out);
        let clean = ended.is_clean() && !others;
        return Ok(("dry-run", if clean { Exit::Done } else { Exit::Left }));
    }
    let (word, exit) = end_and_tell(&state, Why::Delete, out)?;
    // Only now: looking for others may need a network, or fail, and the door is closed first.
    let kept = (word == "failed").then_some(&state);
    let others = tell_others(source, &list, kept, out);
    Ok((word, if others { Exit::Left } else { exit }))
}

/// Ends the grant, tells of it and writes the log.
pub(super) fn end_and_tell(state: &State, why: Why, out: &mut Out) -> Result<Last, Failure> {
    let already_closing = state.closing.is_some();
    let Some(ended) = ending::end_now(why, out)? else {
        return Ok(("nothing-to-delete", Exit::Done));
    };
    ending::tell_lines(&ended, state, out);
    // A grant that was never complete let nobody in but our own proof.
    let visits = state.settled.is_some().then(|| grant::visits::look(state));
    let word = match why {
        Why::Expired => "expired",
        Why::Delete | Why::Rollback | Why::Revoked => "deleted",
    };
    let done = ended.is_done();
    // A timer that tries every ten minutes must not fill the log with the same line.
    if done || !already_closing {
        let mut extra = vec![
            ("why", json!(why)),
            ("clean", json!(ended.is_clean())),
            ("key_lines", json!(ended.key_lines)),
            ("left", json!(ending::summary(&ended, crate::text::Lang::En))),
            ("elsewhere", ending::elsewhere(&ended)),
        ];
        extra.extend(visits.iter().flat_map(visits::fields));
        extra.extend(state.early(why).map(|left| ("early_seconds", json!(left))));
        write_log(&Hands::new(&state.facts.id), word, &state.facts, &extra, out);
    }
    out.field("account", json!(state.facts.account));
    if let Some(visits) = &visits {
        visits::tell(visits, out);
    }
    if ended.is_clean() {
        out.say(Look::Good, &Report::Deleted { log: log::PATH.to_owned() });
        return Ok((word, Exit::Done));
    }
    let head = match done {
        true => &Report::DeletedBut,
        false if end::is_open(&state.facts) => &Report::NotClosed,
        false => &Report::NotDeleted,
    };
    out.say(Look::Bad, head);
    ending::tell_left(&ended, out);
    if done {
        return Ok((word, Exit::Left));
    }
    out.say(Look::Plain, &Report::TryAgain);
    Ok(("failed", Exit::Left))
}

/// Names accounts that have no journal: of the provider's earlier script, and of a grant whose
/// journal was lost. Returns whether there are any. What can't be looked at is no failure.
pub(super) fn tell_others(
    source: &PolicySource,
    list: &[Legacy],
    state: Option<&State>,
    out: &mut Out,
) -> bool {
    let grant = state.map(|state| &state.facts);
    let named = source.origin.as_ref().and_then(|_| policy::load(source, None, out).ok());
    let list = named.as_ref().map_or(list, |given| &given.loaded.policy.legacy);
    let legacy = survey::legacy(list, grant).unwrap_or_default();
    let orphans = survey::orphans(grant).unwrap_or_default();
    for account in &legacy {
        out.warn(&Report::LegacyFound { account: account.clone() });
        out.push("legacy", json!(account));
    }
    for account in &orphans {
        out.warn(&Report::OrphanFound { account: account.clone() });
        out.push("orphans", json!(account));
    }
    !legacy.is_empty() || !orphans.is_empty()
}

/// The provider's list of earlier accounts, from the policy kept with the grant or the built-in one.
pub(super) fn local_list() -> Vec<Legacy> {
    let kept = Origin::File(POLICY.into()).read().ok();
    let kept = kept.and_then(|fetched| Policy::parse(&fetched.bytes, POLICY).ok());
    kept.or_else(|| Policy::builtin().ok()).map(|policy| policy.legacy).unwrap_or_default()
}
