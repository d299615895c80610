//! `expire`: what the timer runs. Ends what is over, undoes what was never completed, finishes what
//! was cut off, and is silent when there is nothing to do.

use super::delete::end_and_tell;
use super::failure::Failure;
use super::grant::PATIENCE;
use super::out::{Exit, Out};
use crate::grant::carry::carry;
use crate::grant::journal::{self, Event, Journal, State, Why};
use crate::grant::step::Wanted;
use crate::host::lock::{Lock, LockError};
use crate::host::signals::Held;
use crate::host::{Hands, clock};

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

fn attempt(out: &mut Out) -> Result<Option<(&'static str, Exit)>, Failure> {
    let mut signals = Held::new();
    // Whoever holds the lock is at work on the same grant; the timer comes again.
    let _lock = match Lock::take("expire", PATIENCE, |_| {}) {
        Err(LockError::Held { .. }) => return Ok(None),
        other => other?,
    };
    let Some(state) = journal::read_for_ending()? else { return Ok(None) };
    let Some(why) = why(&state) else {
        if !state.complete && clock::now() - state.last >= UNFINISHED {
            finish(&mut signals)?;
        }
        return Ok(None);
    };
    // The customer reads the report later, in his own language.
    out.set_lang(state.facts.lang);
    end_and_tell(&state, why, out).map(Some)
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
    journal.write(&hands, Event::Complete { proof: "none".to_owned() })?;
    Ok(())
}
