//! `expire`: what the timer runs. Ends what is over, undoes what was never completed, finishes what
//! was cut off, and is silent when there is nothing to do.

use std::ops::ControlFlow::{self, Break, Continue};
use std::path::Path;

use serde_json::json;

use super::delete::end_and_tell;
use super::failure::Failure;
use super::grant::PATIENCE;
use super::log::write_line;
use super::newer;
use super::out::{Exit, Look, Out, Told};
use crate::grant::carry::carry;
use crate::grant::journal::{self, Event, Journal, JournalError, State, Why};
use crate::grant::step::{COPY, WARNING, Wanted};
use crate::grant::{lost, survey};
use crate::host::lock::{Lock, LockError};
use crate::host::signals::Held;
use crate::host::{Hands, clock, terminals};
use crate::text::report::Report;
use crate::text::{Words, safe};

/// For how long an opening may be incomplete before it is undone, in seconds. No run takes so long,
/// and one that is at work holds the lock.
const UNFINISHED: i64 = 900;

/// Runs the verb.
pub(super) fn run(mut out: Out) -> u8 {
    match attempt(&mut out) {
        Ok(Some((word, exit))) => out.finish(word, &[], exit),
        Ok(None) => Exit::Done as u8,
        Err(failure) => failure.finish(out),
    }
}

fn attempt(out: &mut Out) -> Result<Told, Failure> {
    let mut signals = Held::new();
    let state = match in_time(&mut signals, out)? {
        Break(done) => return Ok(done),
        Continue(state) => state,
    };
    let (asked, told) = newer::follow(&state, &mut signals, out)?;
    if !asked || state.left() > WARNING {
        return Ok(told);
    }
    // The site may have taken its time, and systemd starts nothing that runs already: the moment of the
    // end, or of the warning, may have passed unseen.
    match in_time(&mut signals, out)? {
        Break(Some(done)) => Ok(Some(done)),
        _ => Ok(told),
    }
}

/// Does what the time asks for; goes on where a grant lives.
fn in_time(signals: &mut Held, out: &mut Out) -> Result<ControlFlow<Told, State>, Failure> {
    // Whoever holds the lock is at work on the same grant; the timer comes again.
    let _lock = match Lock::take("expire", PATIENCE, &mut |_| {}) {
        Err(LockError::Held(_)) => return Ok(Break(None)),
        other => other?,
    };
    let state = match journal::read_for_ending() {
        Ok(Some(state)) => state,
        Ok(None) => return close_lost(None, out).map(Break),
        Err(error) => return close_lost(Some(error), out).map(Break),
    };
    let Some(why) = why(&state) else {
        if !state.complete && clock::now() - state.last >= UNFINISHED {
            finish(signals)?;
        }
        warn(&state);
        return Ok(if state.settled.is_some() { Continue(state) } else { Break(None) });
    };
    // The customer reads the report later, in his own language.
    out.set_lang(state.facts.lang);
    if let Some(left) = state.early(why) {
        out.say(Look::Strong, &Report::EndedEarly { minutes: left / 60 });
    }
    let ended = end_and_tell(&state, why, out)?;
    // An account that was given another name or uid still has the mark.
    let marked = match close_marked(out) {
        Ok((marked, _)) => marked,
        // Whatever ended is ended, and what was left is left.
        Err(failure) => {
            out.warn(&Report::Failed { why: failure.to_string() });
            return Ok(Break(Some(("failed", Exit::Left))));
        }
    };
    tell_marked(marked.iter().filter(|name| **name != state.facts.account), out);
    Ok(Break(Some(if marked.is_empty() { ended } else { ("failed", Exit::Left) })))
}

/// Tells those who are signed in that the end is near, once for a deadline. Where nobody was there
/// to be told, whoever comes meanwhile is told at the next look.
fn warn(state: &State) {
    let (facts, left) = (&state.facts, state.left());
    if !state.complete || state.warned == Some(facts.deadline) || left > WARNING {
        return;
    }
    let words = Report::EndsSoon { until: clock::local(clock::now() + left) };
    if terminals::tell(facts.uid, &safe(&words.say(facts.lang))) == 0 {
        return;
    }
    // A record that can't be written is no reason to fail: then they are told again.
    if let Ok(Some(mut journal)) = Journal::open() {
        let proof = state.proof.clone().unwrap_or_else(|| "none".to_owned());
        let warned = Some(facts.deadline);
        let _ = journal.write(&Hands::new(&facts.id), Event::Complete { proof, warned });
    }
}

/// Without its record nobody can tell when an access ends, so it is closed at once, by the mark that
/// only root can have set. What it is made of is kept: whether all of it is ours, only the record says.
fn close_lost(lost: Option<JournalError>, out: &mut Out) -> Result<Told, Failure> {
    // An older program, run by hand, is no reason: the timer's own copy can read what it wrote.
    let newer = matches!(lost, Some(JournalError::Newer(_)));
    let own = std::env::current_exe().is_ok_and(|path| path == Path::new(COPY));
    let (marked, changed) = if newer && !own { (Vec::new(), false) } else { close_marked(out)? };
    if marked.is_empty() {
        return lost.map_or(Ok(None), |error| Err(error.into()));
    }
    let why = lost.map_or_else(|| format!("{}: not there", journal::PATH), |e| e.to_string());
    out.warn(&Report::RecordLost { why: why.clone() });
    tell_marked(marked.iter(), out);
    // A timer that finds the same again and again must not fill the log.
    if changed {
        write_line(&Hands::new("lost"), "closed", &[("why", json!(why))], out);
    }
    Ok(Some(("failed", Exit::Left)))
}

/// Closes every account with a grant's mark; returns them, and whether one was still open.
fn close_marked(out: &Out) -> Result<(Vec<String>, bool), Failure> {
    let marked = survey::orphans(None)?;
    let mut changed = false;
    for account in &marked {
        for change in lost::close(account)? {
            changed = true;
            if let Err(error) = change.apply(&Hands::new("lost")) {
                out.warn(&Report::Failed { why: error.to_string() });
            }
        }
    }
    Ok((marked, changed))
}

fn tell_marked<'a>(marked: impl Iterator<Item = &'a String>, out: &mut Out) {
    for account in marked {
        out.warn(&Report::OrphanFound { account: account.clone() });
        out.push("orphans", json!(account));
    }
}

/// Whether the grant is to be ended now.
fn why(state: &State) -> Option<Why> {
    let never = state.settled.is_none() && clock::now() - state.last >= UNFINISHED;
    match state.closing {
        Some(why) => Some(why),
        None if state.is_over() => Some(Why::Expired),
        None if never => Some(Why::Rollback),
        None => None,
    }
}

/// Finishes an extension or update that was cut off: every layer is brought to what the journal says,
/// and a key of the proof's goes.
fn finish(signals: &mut Held) -> Result<(), Failure> {
    let Some(mut journal) = Journal::open()? else { return Ok(()) };
    let hands = Hands::new(&journal.state().facts.id.clone());
    let mut wanted = Wanted::of(journal.state());
    carry(&hands, &mut journal, &mut wanted, signals, &mut |_, _| {})?;
    journal.write(&hands, Event::Complete { proof: "none".to_owned(), warned: None })?;
    Ok(())
}
