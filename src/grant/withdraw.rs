//! Taking keys away from a grant that lives. The account owns its key files, so whoever had the key may
//! have written another there, and may be inside to write it again: the files go back to our lines
//! alone, and everybody has to sign in anew.

use super::carry::{CarryError, carry_steps};
use super::journal::{Event, Facts, Journal, State};
use super::step::{self, Stage, Step, Wanted};
use crate::host::change::ChangeError;
use crate::host::signals::Held;
use crate::host::{Hands, processes};
use crate::policy::{AuthorizedKey, Fingerprint};

/// How often the files are written and the sessions ended: a session may write while it is ended, and
/// cron may begin what it wrote.
const ROUNDS: usize = 4;

/// The grant's keys.
#[must_use]
pub fn keys(facts: &Facts) -> Vec<Fingerprint> {
    facts.keys.iter().filter_map(|line| fingerprint(line)).collect()
}

fn fingerprint(line: &str) -> Option<Fingerprint> {
    line.parse::<AuthorizedKey>().ok().map(|key| key.fingerprint())
}

/// The facts of the grant without these keys, of a policy with this serial; `None` if no key is left.
#[must_use]
pub fn without(facts: &Facts, keys: &[Fingerprint], serial: Option<u64>) -> Option<Facts> {
    let mut facts = facts.clone();
    let gone = |line: &String| fingerprint(line).is_none_or(|it| keys.contains(&it));
    let (gone, kept): (Vec<String>, Vec<String>) = facts.keys.into_iter().partition(gone);
    facts.keys = kept;
    facts.serial = facts.serial.max(serial);
    let gone = gone.iter().filter_map(|line| fingerprint(line)).map(|it| it.to_string());
    facts.withdrawn.extend(gone);
    (!facts.keys.is_empty()).then_some(facts)
}

/// The fingerprints that were withdrawn from a grant since it was this.
#[must_use]
pub fn newly(facts: &Facts, earlier: &Facts) -> Vec<String> {
    let new = facts.withdrawn.iter().filter(|key| !earlier.withdrawn.contains(key));
    new.cloned().collect()
}

/// Whether something still stands that a withdrawal took away: it was cut off, maybe amid other changes
/// by the customer's own run, or the account has written a line of its own since. A file that can't be
/// looked at counts.
#[must_use]
pub fn is_unfinished(state: &State) -> bool {
    let stands = || Step::Keys.plan(&Wanted::of(state)).is_ok_and(|changes| changes.is_empty());
    let settled = state.settled.as_ref().filter(|_| !state.complete);
    let begun = settled.is_some_and(|settled| !newly(&state.facts, settled).is_empty());
    !state.facts.withdrawn.is_empty() && (begun || !stands())
}

/// Whether what was begun last and not completed is a withdrawal: an extension that was cut off has
/// more to complete.
fn is_cut(state: &State) -> bool {
    let Some(settled) = state.settled.clone().filter(|_| !state.complete) else { return false };
    let Facts { serial, keys, withdrawn, .. } = state.facts.clone();
    Facts { serial, keys, withdrawn, ..settled } == state.facts
}

/// Why a withdrawal could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// The key files could not be written.
    #[error(transparent)]
    Carry(#[from] CarryError),
    /// A session could not be ended.
    #[error(transparent)]
    Session(#[from] ChangeError),
    /// Somebody writes keys or jobs faster than they are taken away.
    #[error("{0}: written again and again")]
    Unsettled(String),
}

impl WithdrawError {
    /// Whether a package manager is at work, which is let go on.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Session(ChangeError::Busy(_)))
    }
}

/// Brings the key files to the journal's lines and ends all sessions. Returns the lines that were not
/// ours; they are gone.
pub fn enforce(
    hands: &Hands,
    journal: &mut Journal,
    signals: &mut Held,
) -> Result<Vec<String>, WithdrawError> {
    let state = journal.state().clone();
    let mut wanted = Wanted::of(&state);
    // Only told of: what can't be read must not keep the door open.
    let lines = step::foreign_lines(&state).unwrap_or_default();
    for last in (0..ROUNDS).rev() {
        // It goes on to its end, whoever asks it to stop.
        signals.asked_to_stop();
        let written =
            carry_steps(&[Step::Keys], hands, journal, &mut wanted, signals, &mut |_, _| {});
        // A session that writes as fast as we do makes the first try fail, and is gone at the next.
        if last == 0 {
            written?;
        }
        processes::end_logins(hands, &wanted.facts.account, wanted.facts.visit());
        for change in &Stage::Sessions.plan(&wanted).map_err(CarryError::from)?.changes {
            change.apply(hands)?;
        }
        let stands = Step::Keys.plan(&wanted).map_err(CarryError::from)?.is_empty();
        // At last, whoever came meanwhile came with a key that stands.
        let quiet = last == 0 || processes::of_visit(wanted.facts.visit()).is_empty();
        if stands && quiet && !step::comes_back(&wanted).map_err(CarryError::from)? {
            if is_cut(&state) {
                let proof = state.proof.unwrap_or_else(|| "none".to_owned());
                let complete = Event::Complete { proof, warned: state.warned };
                journal.write(hands, complete).map_err(CarryError::from)?;
            }
            return Ok(lines);
        }
    }
    Err(WithdrawError::Unsettled(wanted.facts.key_file.display().to_string()))
}
