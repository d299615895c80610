//! The things that a grant is made of. A step plans the changes that bring this server to what the
//! facts say: all of them at first, none when it stands, some when it was changed by hand. Applied
//! and planned again, it must have nothing left to do; that is how it is verified.

mod account;
mod home;
pub(super) mod keys;
mod leftovers;
mod opening;
mod program;
mod sudo;
mod timer;

use std::collections::BTreeSet;
use std::path::Path;

use super::journal::{self, Facts, State};
use crate::host::change::{Change, Owner};
use crate::host::files::{self, FileError, Kind, Trust};
use crate::host::run::Tool;
use crate::text::refusal::Refusal;

pub use super::facts::Step;
pub use account::{Standing, comes_back, mark, standing};
pub use keys::{ProofKey, foreign_lines};
pub use leftovers::elsewhere;
pub use program::{COPY, INSTALLED, at_hand, installs, own_bytes};
pub use timer::WARNING;

/// What a server shall look like, and what of it is known to be ours.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The grant.
    pub facts: Facts,
    /// SHA-256 of the program that an earlier run of the grant installed.
    pub earlier_program: Option<String>,
    /// Steps that the journal says we began: only their things can be ours.
    pub begun: BTreeSet<Step>,
    /// A key of the proof's own, while the proof runs.
    pub proof: Option<ProofKey>,
}

/// Why a step can't be planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Something that we did not make is in the way, or the server lacks something.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A file could not be looked at.
    #[error(transparent)]
    File(#[from] FileError),
    /// An account could not be looked up.
    #[error(transparent)]
    Account(#[from] crate::host::accounts::AccountError),
    /// A tool that only tells failed.
    #[error(transparent)]
    Run(#[from] crate::host::run::RunError),
}

/// A plan's changes for one step.
pub type Planned = Result<Vec<Change>, PlanError>;

impl Step {
    /// The changes that are still to be made. Reads, and never writes.
    pub fn plan(self, wanted: &Wanted) -> Planned {
        match self {
            Self::Program => program::plan(wanted),
            Self::Timer => timer::plan(wanted),
            Self::Account => account::plan(wanted),
            Self::Home => home::plan(wanted),
            Self::Sudo => sudo::plan(wanted),
            Self::Keys => keys::plan(wanted),
            Self::Opening => opening::plan(wanted),
        }
    }

    /// What its changes leave to be made sure of.
    pub(super) fn settle(self, wanted: &Wanted) -> Result<(), PlanError> {
        if self == Self::Timer { timer::settle(wanted) } else { Ok(()) }
    }
}

impl Wanted {
    /// What a new grant wants; nothing that stands is ours yet.
    #[must_use]
    pub fn new(facts: Facts) -> Self {
        Self { facts, earlier_program: None, begun: BTreeSet::new(), proof: None }
    }

    /// What the journal says that the server shall look like.
    #[must_use]
    pub fn of(state: &State) -> Self {
        Self {
            facts: state.facts.clone(),
            earlier_program: state.settled.as_ref().map(|facts| facts.program.clone()),
            begun: state.begun.clone(),
            proof: None,
        }
    }

    /// The same for ending it. Where the account carries the grant's mark, but the journal knows of
    /// no account, lines of it were lost: then every step may have been begun.
    #[must_use]
    pub fn ending(state: &State) -> Self {
        let mut wanted = Self::of(state);
        if !wanted.ours(Step::Account) && matches!(standing(&wanted.facts), Ok(Standing::Ours(_))) {
            wanted.begun = Step::ALL.into_iter().collect();
        }
        wanted
    }

    /// Whether what stands there can be ours.
    fn ours(&self, step: Step) -> bool {
        self.begun.contains(&step)
    }
}

/// What a text file of ours shall be.
struct TextFile<'a> {
    path: &'a Path,
    text: &'a str,
    mode: u32,
    check: Option<Tool>,
}

/// The change that gives a text file its content; none if it has it. A file that stands there and
/// does not carry the grant's id was not made by us.
fn text_file(wanted: &Wanted, step: Step, file: TextFile<'_>) -> Planned {
    let TextFile { path, text, mode, check } = file;
    let after = text.as_bytes().to_vec();
    let found = files::look(path, Trust::Root)?;
    let Some(meta) = found else {
        return Ok(vec![Change::Write {
            path: path.to_owned(),
            before: None,
            after: after.into(),
            mode,
            owner: Owner::Root,
            check,
        }]);
    };
    let before = ours_by_id(wanted, step, path)?.ok_or_else(|| not_ours(path))?;
    if before == after
        && meta.kind == Kind::File
        && meta.mode == mode
        && (meta.uid, meta.gid) == (0, 0)
    {
        return Ok(Vec::new());
    }
    Ok(vec![Change::Write {
        path: path.to_owned(),
        before: Some(before),
        after: after.into(),
        mode,
        owner: Owner::Root,
        check,
    }])
}

/// The content of a text file if it is ours.
fn ours_by_id(wanted: &Wanted, step: Step, path: &Path) -> Result<Option<Vec<u8>>, PlanError> {
    let regular = files::look(path, Trust::Root)?.is_some_and(|meta| meta.kind == Kind::File);
    if !wanted.ours(step) || !regular {
        return Ok(None);
    }
    let content = files::read(path, Trust::Root, 1 << 20)?;
    Ok(content.filter(|bytes| String::from_utf8_lossy(bytes).contains(&wanted.facts.id)))
}

/// The change that takes a text file of ours away; none if it isn't there, or isn't ours: then its
/// path comes back as well.
fn remove_text_file(
    wanted: &Wanted,
    step: Step,
    path: &Path,
    undo: &mut Undo,
) -> Result<(), PlanError> {
    if files::look(path, Trust::Root)?.is_none() {
        return Ok(());
    }
    match ours_by_id(wanted, step, path)? {
        Some(before) => {
            undo.changes.push(Change::Remove { path: path.to_owned(), owner: Owner::Root, before });
        }
        None => undo.foreign.push(path.to_owned()),
    }
    Ok(())
}

fn not_ours(path: &Path) -> PlanError {
    Refusal::NotOurs { path: path.display().to_string() }.into()
}

/// Every file in the system's folders that a grant may write.
#[must_use]
pub fn system_files(facts: &Facts) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> =
        [COPY, INSTALLED, journal::POLICY, journal::NEWER].iter().map(Into::into).collect();
    paths.extend(timer::FILES.iter().map(Into::into));
    paths.push(sudo::path(facts));
    paths
}

/// What undoing one part of a grant comes to.
#[derive(Debug, Default)]
pub struct Undo {
    /// Changes to make.
    pub changes: Vec<Change>,
    /// Paths of our names that hold what is not ours: they stay.
    pub foreign: Vec<std::path::PathBuf>,
    /// Parts that could not be planned. They must not keep the others from being undone.
    pub unplanned: Vec<PlanError>,
}

/// One stage of ending a grant. Undo starts at the door; timer and program go last.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// Keys, expiry and sudo: nobody gets in any more.
    Door,
    /// Those who are in.
    Sessions,
    /// The account with its home.
    Account,
    /// Its group, where userdel leaves it.
    Group,
    /// What it left at known places.
    Leftovers,
    /// What it left anywhere else: every disk is searched. [`elsewhere`] is what it does.
    Sweep,
    /// The timer.
    Timer,
    /// The program.
    Program,
}

impl Stage {
    /// All, in the order of undoing.
    pub const ALL: [Self; 8] = [
        Self::Door,
        Self::Sessions,
        Self::Account,
        Self::Group,
        Self::Leftovers,
        Self::Sweep,
        Self::Timer,
        Self::Program,
    ];

    /// The changes that are still to be made. Reads, and never writes.
    pub fn plan(self, wanted: &Wanted) -> Result<Undo, PlanError> {
        let mut undo = Undo::default();
        match self {
            Self::Door => {
                let parts = [keys::undo, opening::undo, sudo::undo];
                let failed = parts.iter().filter_map(|part| part(wanted, &mut undo).err());
                let failed: Vec<PlanError> = failed.collect();
                undo.unplanned.extend(failed);
            }
            Self::Sessions => account::undo_sessions(wanted, &mut undo)?,
            Self::Account => account::undo(wanted, &mut undo)?,
            Self::Group => account::undo_group(wanted, &mut undo)?,
            Self::Leftovers => {
                account::undo_failed_unit(wanted, &mut undo);
                leftovers::undo(wanted, &mut undo)?;
            }
            Self::Sweep => {}
            Self::Timer => timer::undo(wanted, &mut undo)?,
            Self::Program => program::undo(wanted, &mut undo)?,
        }
        Ok(undo)
    }
}

/// Gives new files the labels that SELinux expects at their places (restorecon(8)).
fn label(changes: &mut Vec<Change>, paths: &[&Path]) {
    if !changes.is_empty() && crate::host::selinux() {
        changes.push(Change::Run { tool: restorecon(paths) });
    }
}

/// Not with `-R`: it goes by names, so an account that swaps a folder for a link while it runs could
/// have the system's own files labelled as its own.
fn restorecon(paths: &[&Path]) -> Tool {
    Tool::new("restorecon").arg("-F").args(paths.iter().map(|p| p.display().to_string()))
}
