//! Carrying a plan out: the journal first, then the change, then a look whether it took.

use super::journal::{Event, Journal, JournalError};
use super::step::{PlanError, Step, Wanted};
use crate::host::change::{Change, ChangeError};
use crate::host::signals::Held;
use crate::host::{Hands, account_locks};

/// What a plan would do, step by step; steps with nothing to do are left out.
#[derive(Debug, Default)]
pub struct Plan {
    /// Steps and their changes, in order.
    pub steps: Vec<(Step, Vec<Change>)>,
}

impl Plan {
    /// Works out what is still to be done. Reads, and never writes.
    pub fn new(wanted: &Wanted) -> Result<Self, PlanError> {
        let mut steps = Vec::new();
        for step in Step::ALL {
            let changes = step.plan(wanted)?;
            if !changes.is_empty() {
                steps.push((step, changes));
            }
        }
        Ok(Self { steps })
    }

    /// Whether everything stands already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// All changes in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.steps.iter().flat_map(|(_, changes)| changes)
    }
}

/// Why a plan was not carried out to its end.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// A step could not be planned or checked.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A change failed.
    #[error("{}: {source}", name(*.step))]
    Change {
        /// In which step.
        step: Step,
        /// Why.
        source: ChangeError,
    },
    /// A step was made, and yet something of it is missing.
    #[error("{}: ended well, but did nothing: {detail}", name(*.step))]
    NotTaken {
        /// Which.
        step: Step,
        /// What is still to be done.
        detail: String,
    },
    /// The journal could not be written, so nothing may be changed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The kernel gave no random numbers for the proof's key.
    #[error("/dev/urandom: {0}")]
    Random(String),
    /// Somebody asked us to stop.
    #[error("interrupted")]
    Interrupted,
}

/// The step's name as in the journal.
#[must_use]
pub fn name(step: Step) -> String {
    format!("{step:?}").to_lowercase()
}

/// Carries the steps out. After each, planning it again must find nothing to do.
pub fn carry(
    hands: &Hands,
    journal: &mut Journal,
    wanted: &mut Wanted,
    signals: &mut Held,
    on_step: &mut dyn FnMut(Step, &[Change]),
) -> Result<(), CarryError> {
    carry_steps(&Step::ALL, hands, journal, wanted, signals, on_step)
}

/// The same for some of the steps.
pub fn carry_steps(
    steps: &[Step],
    hands: &Hands,
    journal: &mut Journal,
    wanted: &mut Wanted,
    signals: &mut Held,
    on_step: &mut dyn FnMut(Step, &[Change]),
) -> Result<(), CarryError> {
    // Of an earlier run that was cut off.
    account_locks::settle(hands, wanted.facts.started);
    for step in steps.iter().copied() {
        if signals.asked_to_stop() {
            return Err(CarryError::Interrupted);
        }
        // Planned anew, now that the steps before it stand.
        let mut changes = step.plan(wanted)?;
        if changes.is_empty() {
            continue;
        }
        journal.write(hands, Event::Begin { step })?;
        wanted.begun.insert(step);
        let apply = |change: &Change| {
            change.apply(hands).map_err(|source| CarryError::Change { step, source })
        };
        changes.iter().try_for_each(apply)?;
        step.settle(wanted)?;
        let mut left = step.plan(wanted)?;
        let tried = left.iter().find(|change| changes.contains(change)).cloned();
        if step == Step::Timer && tried.is_none() && !left.is_empty() {
            // Systemd knew another timer of that name, or did not look for it: now it must.
            left.iter().try_for_each(apply)?;
            changes.append(&mut left);
            left = step.plan(wanted)?;
        }
        // Of what is still to be done, that which was tried.
        if let Some(change) = tried.as_ref().or(left.last()) {
            return Err(CarryError::NotTaken { step, detail: change.subject() });
        }
        journal.write(hands, Event::Done { step })?;
        on_step(step, &changes);
    }
    Ok(())
}
