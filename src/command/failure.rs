//! How errors of the rooms below become a last line and an exit code.

use crate::grant::carry::CarryError;
use crate::grant::journal::JournalError;
use crate::grant::step::PlanError;
use crate::host::lock::{Holder, LockError};
use crate::policy::{KeysError, LoadError, ReadError, SignersError};
use crate::text::Words;
use crate::text::refusal::Refusal;
use crate::text::report::Report;

use super::out::{Exit, Out};

/// Why a verb did not do its work.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    words: Box<dyn Words + Send + Sync>,
}

impl Failure {
    /// Nothing was changed, and why.
    pub(super) fn refused(words: impl Words + Send + Sync + 'static) -> Self {
        Self { exit: Exit::Refused, words: Box::new(words) }
    }

    /// It went wrong, and was undone as far as anything had been done.
    pub(super) fn failed(error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        let mut why = error.to_string();
        for cause in error.chain().skip(1).map(ToString::to_string) {
            // Most of our errors say their cause themselves; the system's (`ENOSPC: No space left on
            // device`) without its number.
            if !why.contains(cause.rsplit(": ").next().unwrap_or_default()) {
                why = format!("{why}: {cause}");
            }
        }
        Self { exit: Exit::Failed, words: Box::new(Report::Failed { why }) }
    }

    /// sshd would not let the engineer in.
    pub(super) fn unproven(reason: impl Words + Send + Sync + 'static) -> Self {
        Self { exit: Exit::Failed, words: Box::new(reason) }
    }

    /// It went wrong, and could not be undone whole.
    pub(super) fn left(why: String) -> Self {
        Self { exit: Exit::Left, words: Box::new(Report::Failed { why }) }
    }

    /// Whether another run held the lock.
    pub(super) fn is_busy(&self) -> bool {
        self.exit == Exit::Busy
    }

    /// Ends the run.
    pub(super) fn finish(self, mut out: Out) -> u8 {
        out.error(self.exit, &*self.words);
        out.hint(&self.words.say(crate::text::Lang::En));
        let word = if self.exit == Exit::Refused { "refused" } else { "failed" };
        out.finish(word, &[("exit", (self.exit as u8).to_string())], self.exit)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.words.say(crate::text::Lang::En);
        f.write_str(text.strip_prefix("Failed: ").unwrap_or(&text))
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::failed(error)
    }
}

macro_rules! refusals {
    ($($error:ty),+) => { $(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::refused(error)
            }
        }
    )+ };
}

refusals!(Refusal, crate::policy::Refusal, LoadError, ReadError, KeysError, SignersError);

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Refused(refusal) => Self::refused(refusal),
            other => Self::failed(other),
        }
    }
}

impl From<CarryError> for Failure {
    fn from(error: CarryError) -> Self {
        match error {
            CarryError::Plan(PlanError::Refused(refusal)) => {
                Self { exit: Exit::Failed, words: Box::new(refusal) }
            }
            other => Self::failed(other),
        }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Newer(schema) => Self::refused(Refusal::NewerJournal { schema }),
            JournalError::Damaged { line: 1, why } => Self::refused(Refusal::LostJournal { why }),
            JournalError::Damaged { line, why } => {
                Self::refused(Refusal::DamagedJournal { line, why })
            }
            other @ JournalError::File(_) => Self::failed(other),
        }
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Held(Holder { who: holder, since }) => {
                Self { exit: Exit::Busy, words: Box::new(Report::Busy { holder, since }) }
            }
            LockError::File(error) => Self::failed(error),
        }
    }
}
