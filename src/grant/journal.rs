//! The grant's own record. Each line is on the disk before the step that it announces begins, so a
//! run that was killed at any instant can be finished or undone by the next. Delete, audit and
//! expiry need nothing else. The schema is this file's own; `docs/journal.md` describes it.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::host::files::FileError;
use crate::host::record::{self, Record};
use crate::host::{Hands, clock};

pub use super::facts::{Facts, Step};

/// The folder of all that a grant keeps, 0700.
pub const FOLDER: &str = "/var/lib/support-access";

/// The journal.
pub const PATH: &str = "/var/lib/support-access/journal";

/// The policy that the grant was made on, kept for looking at a newer one.
pub const POLICY: &str = "/var/lib/support-access/policy.toml";

/// What the site said of a newer policy, and when.
pub const NEWER: &str = "/var/lib/support-access/newer";

/// What an ending did with files elsewhere, so that one that was cut off is reported whole.
pub const SWEPT: &str = "/var/lib/support-access/swept";

/// The schema that this program writes. It reads all from 1 on.
pub const SCHEMA: u32 = 1;

/// Why a grant is being closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// Somebody asked for it.
    Delete,
    /// Its time is over.
    Expired,
    /// It was never completed.
    Rollback,
    /// Its provider withdrew it.
    Revoked,
}

/// One line of the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// The first line.
    Open {
        /// Number of the schema.
        schema: u32,
        /// The grant.
        facts: Box<Facts>,
    },
    /// The grant becomes another: extended, other keys.
    Amend {
        /// What it becomes.
        facts: Box<Facts>,
    },
    /// A step is about to change something.
    Begin {
        /// Which.
        step: Step,
    },
    /// A step stands.
    Done {
        /// Which.
        step: Step,
    },
    /// A key of the proof's own is about to stand in the key file, for seconds.
    Proof {
        /// The public key.
        key: String,
    },
    /// Everything stands and, unless `none`, was proven.
    Complete {
        /// What was proven: `full`, `partial` or `none`.
        proof: String,
        /// The deadline that those who are signed in were told of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warned: Option<i64>,
    },
    /// The grant is being ended.
    Close {
        /// Why.
        why: Why,
    },
}

#[derive(Serialize, Deserialize)]
struct Line {
    at: i64,
    #[serde(flatten)]
    event: Event,
}

/// What the journal says, line by line added up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct State {
    /// The grant, as last amended.
    pub facts: Facts,
    /// The grant as last completed.
    pub settled: Option<Facts>,
    /// Steps that may have changed something.
    pub begun: BTreeSet<Step>,
    /// Whether the last opening or amendment was completed.
    pub complete: bool,
    /// What was proven when it was.
    pub proof: Option<String>,
    /// Public keys that proofs of ours have stood with in the key file.
    pub proofs: Vec<String>,
    /// The deadline that those who were signed in were told of, if they were.
    pub warned: Option<i64>,
    /// Why it is being closed, if it is.
    pub closing: Option<Why>,
    /// When the last line was written.
    pub last: i64,
}

/// Why the journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A newer program wrote it.
    #[error("{PATH}: schema {0}, written by a newer program")]
    Newer(u32),
    /// A line in it makes no sense.
    #[error("{PATH}: line {line}: {why}")]
    Damaged {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

/// The journal, open for writing.
#[derive(Debug)]
pub struct Journal {
    record: Record,
    state: State,
    /// Lines that nothing waits for: they go to the disk with the next.
    waiting: String,
}

impl Journal {
    /// Begins one. From here on a killed run leaves a trace that the next one finds.
    pub fn create(hands: &Hands, facts: Facts) -> Result<Self, JournalError> {
        let event = Event::Open { schema: SCHEMA, facts: Box::new(facts.clone()) };
        let record = Record::create(hands, Path::new(PATH), &line(event))?;
        Ok(Self { record, state: State::new(facts), waiting: String::new() })
    }

    /// Opens the one that stands; `None` when there is no grant.
    pub fn open() -> Result<Option<Self>, JournalError> {
        let Some(state) = read()? else { return Ok(None) };
        let record = Record::open(Path::new(PATH))?;
        Ok(Some(Self { record, state, waiting: String::new() }))
    }

    /// What it says.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Writes one event; on the disk when this returns. That a step is done changes nothing for who
    /// reads it, and no other change waits for it, so it is written with the next event.
    pub fn write(&mut self, hands: &Hands, event: Event) -> Result<(), JournalError> {
        let line = line(event.clone());
        if let Event::Done { .. } = event {
            self.waiting.push_str(&line);
            self.waiting.push('\n');
        } else {
            self.record.append(hands, &format!("{}{line}", self.waiting))?;
            self.waiting.clear();
        }
        self.state.add(event, clock::now());
        Ok(())
    }
}

/// Reads the journal; `None` when there is no grant.
pub fn read() -> Result<Option<State>, JournalError> {
    match record::lines(Path::new(PATH))? {
        Some(lines) => parse(&lines).map(Some),
        None => Ok(None),
    }
}

/// What stands in the journal at this moment: by it, who holds no lock sees whether another run has
/// worked meanwhile.
#[must_use]
pub fn mark() -> impl PartialEq {
    record::lines(Path::new(PATH)).ok().flatten()
}

/// Reads the journal for ending the grant. Damage must not keep a door open: what stands before it
/// is believed, and of what follows it is taken that every step was begun. Whether a thing is ours,
/// its own mark says besides.
pub fn read_for_ending() -> Result<Option<State>, JournalError> {
    record::lines(Path::new(PATH))?.map(|lines| parse_for_ending(&lines)).transpose()
}

/// Adds up the lines of a journal, which may be damaged.
pub(super) fn parse_for_ending(lines: &[String]) -> Result<State, JournalError> {
    match add_up(lines) {
        (Some(state), Some(JournalError::Damaged { .. })) => Ok(State {
            settled: Some(state.facts.clone()),
            begun: Step::ALL.into_iter().collect(),
            complete: true,
            ..state
        }),
        // A record that says nothing is not the same as no record.
        (state, error) => whole(state, error),
    }
}

/// Adds up the lines of a journal.
pub fn parse(lines: &[String]) -> Result<State, JournalError> {
    let (state, error) = add_up(lines);
    whole(state, error)
}

fn whole(state: Option<State>, error: Option<JournalError>) -> Result<State, JournalError> {
    match error {
        Some(error) => Err(error),
        None => state.ok_or_else(|| damaged(1, &"empty")),
    }
}

fn damaged(line: usize, why: &dyn ToString) -> JournalError {
    JournalError::Damaged { line, why: why.to_string() }
}

/// What the lines say up to the first that makes no sense, and what is wrong with that one.
fn add_up(lines: &[String]) -> (Option<State>, Option<JournalError>) {
    let mut state: Option<State> = None;
    for (index, text) in lines.iter().enumerate() {
        if let Err(error) = add_line(&mut state, index + 1, text) {
            return (state, Some(error));
        }
    }
    (state, None)
}

fn add_line(state: &mut Option<State>, number: usize, text: &str) -> Result<(), JournalError> {
    #[derive(Deserialize)]
    struct Head {
        schema: u32,
    }
    if number == 1 {
        let head: Head = serde_json::from_str(text).map_err(|e| damaged(1, &e))?;
        if head.schema > SCHEMA {
            return Err(JournalError::Newer(head.schema));
        }
    }
    let Line { at, event } = serde_json::from_str(text).map_err(|e| damaged(number, &e))?;
    match (state.as_mut(), event) {
        (None, Event::Open { facts, .. }) => {
            *state = Some(State { last: at, ..State::new(*facts) });
        }
        (Some(state), event) if !matches!(event, Event::Open { .. }) => state.add(event, at),
        _ => return Err(damaged(number, &"not in its place")),
    }
    Ok(())
}

fn line(event: Event) -> String {
    // Maps with string keys and plain fields only: this can't fail.
    serde_json::to_string(&Line { at: clock::now(), event }).unwrap_or_default()
}

impl State {
    fn new(facts: Facts) -> Self {
        let (begun, last) = (BTreeSet::new(), clock::now());
        let (settled, proof, warned, closing) = (None, None, None, None);
        let proofs = Vec::new();
        Self { facts, settled, begun, complete: false, proof, proofs, warned, closing, last }
    }

    fn add(&mut self, event: Event, at: i64) {
        self.last = at;
        match event {
            Event::Open { .. } | Event::Done { .. } => {}
            Event::Amend { facts } => {
                self.facts = *facts;
                self.complete = false;
            }
            Event::Begin { step } => {
                self.begun.insert(step);
            }
            Event::Proof { key } => {
                self.complete = false;
                self.proofs.push(key);
            }
            Event::Complete { proof, warned } => {
                self.complete = true;
                self.proof = Some(proof);
                self.warned = warned.or(self.warned);
                self.settled = Some(self.facts.clone());
            }
            Event::Close { why } => self.closing = Some(why),
        }
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.left() <= 0
    }

    /// How many seconds it has left: by the wall clock, or by the time since boot, which goes on
    /// though somebody set the clock back.
    #[must_use]
    pub fn left(&self) -> i64 {
        let left = self.facts.deadline.saturating_sub(clock::now());
        self.left_since_boot().map_or(left, |other| other.min(left))
    }

    /// How many seconds were left by the time since boot at an expiry that came early, since
    /// somebody set the clock forward. Setting it right by a few is everyday.
    #[must_use]
    pub fn early(&self, why: Why) -> Option<i64> {
        self.left_since_boot().filter(|left| why == Why::Expired && *left > 60)
    }

    /// How many seconds it has left by the time since boot; `None` after another boot.
    fn left_since_boot(&self) -> Option<i64> {
        let ((then, since), (now, until)) = self.facts.boot.as_ref().zip(clock::boot())?;
        let lifetime = self.facts.deadline.saturating_sub(self.facts.started);
        (*then == now).then(|| lifetime.saturating_sub(until.saturating_sub(*since)))
    }
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
