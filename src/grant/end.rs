//! Ending a grant: the door first, then those who are inside, then the rest; timer and program last,
//! and only when all before them went. Every stage is planned from what stands now, so an ending
//! that was cut off is simply ended again.

use std::path::{Path, PathBuf};

use super::journal::{self, Event, FOLDER, Facts, Journal, NEWER, POLICY, SWEPT, State, Why};
use super::step::{self, PlanError, Stage, Standing, Wanted};
use crate::host::change::{Change, ChangeError, Owner, clear_check, clear_temporary};
use crate::host::files::{self, Trust};
use crate::host::sweep;
use crate::host::{Hands, account_locks, accounts, processes};

/// What could not be removed, or was not touched.
#[derive(Debug)]
pub enum Left {
    /// A change failed.
    Failed {
        /// At which stage.
        stage: Stage,
        /// Which change.
        change: Box<Change>,
        /// Why.
        error: ChangeError,
    },
    /// A stage could not even be planned.
    Unplanned {
        /// Which.
        stage: Stage,
        /// Why.
        error: PlanError,
    },
    /// A path of ours holds what is not ours.
    Foreign(PathBuf),
    /// The account is not, or no longer, marked as ours.
    Unmarked(String),
}

impl Left {
    fn is_at(&self, here: Stage) -> bool {
        matches!(self, Self::Failed { stage, .. } | Self::Unplanned { stage, .. } if *stage == here)
    }
}

/// What an ending did, or would do.
#[derive(Debug, Default)]
pub struct Ended {
    /// Changes that were made, in order.
    pub changes: Vec<Change>,
    /// What is still there.
    pub left: Vec<Left>,
    /// Lines that the customer had added to the account's key file.
    pub key_lines: Vec<String>,
    /// Files of the uid outside its home and the folders for temporary files.
    pub elsewhere: sweep::Found,
}

impl Ended {
    /// Whether nothing at all is left.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.left.is_empty() && self.elsewhere.count == 0
    }

    /// Whether all that was ours is gone, though something else may have been named.
    #[must_use]
    pub fn is_done(&self) -> bool {
        !self.is_blocked()
    }

    fn is_busy(&self) -> bool {
        let busy = |left: &Left| matches!(left, Left::Failed { error: ChangeError::Busy(_), .. });
        self.left.iter().any(busy)
    }

    /// Whether something of ours is still there, so that the timer must try again. What was never
    /// ours stays for good.
    fn is_blocked(&self) -> bool {
        self.left.iter().any(|left| !matches!(left, Left::Foreign(_)))
    }
}

/// What is told while an ending goes on.
#[derive(Debug)]
pub enum Told<'a> {
    /// A change was made.
    Made(&'a Change),
    /// So many files were looked at.
    Looked(u64),
}

/// What ending would do, as far as it can be told before anything is done. Reads, and never writes.
pub fn plan(state: &State, tell: &mut dyn FnMut(Told)) -> Result<Ended, PlanError> {
    let wanted = Wanted::ending(state);
    let mut ended = Ended { key_lines: step::foreign_lines(state)?, ..Ended::default() };
    for stage in Stage::ALL {
        let undo = stage.plan(&wanted)?;
        ended.changes.extend(undo.changes);
        ended.left.extend(undo.foreign.into_iter().map(Left::Foreign));
        let unplanned = undo.unplanned.into_iter().map(|error| Left::Unplanned { stage, error });
        ended.left.extend(unplanned);
    }
    if let Standing::Unmarked(_) | Standing::Foreign(_) = step::standing(&wanted.facts)? {
        ended.left.push(Left::Unmarked(wanted.facts.account.clone()));
    }
    ended.changes.extend(records());
    let mut progress = |looked| tell(Told::Looked(looked));
    let mut search = step::elsewhere(&wanted, &mut progress);
    // These go before.
    search.except.extend(ended.changes.iter().filter_map(|change| match change {
        Change::Remove { path, .. } => Some(path.clone()),
        _ => None,
    }));
    ended.elsewhere = search.look();
    Ok(ended)
}

/// Ends the grant that the journal tells of.
pub fn end(hands: &Hands, state: &State, why: Why, tell: &mut dyn FnMut(Told)) -> Ended {
    // A disk that is full or has become read-only must not keep the door open: the account may have
    // filled it. Without this line a run that is killed now is only not recognised as an ending.
    if state.closing.is_none()
        && let Ok(Some(mut journal)) = Journal::open()
    {
        let _ = journal.write(hands, Event::Close { why });
    }
    let wanted = Wanted::ending(state);
    let facts = &wanted.facts;
    // Reading the lines may fail; the door must close all the same.
    let key_lines = step::foreign_lines(state).unwrap_or_default();
    let mut ended = Ended { key_lines, ..Ended::default() };
    remove_temporaries(hands, facts);
    for stage in Stage::ALL {
        if stage == Stage::Sessions
            && let Ok(Standing::Unmarked(_) | Standing::Foreign(_)) = step::standing(facts)
            && wanted.begun.contains(&step::Step::Account)
        {
            ended.left.push(Left::Unmarked(facts.account.clone()));
            return ended;
        }
        if stage == Stage::Leftovers {
            // A tool of the stages before may have been killed, and another have done its work.
            account_locks::settle(hands, facts.started);
        }
        // Whoever may still be in must not outlive the account that tells whose he is.
        if stage == Stage::Account && processes::visible().is_err() {
            return ended;
        }
        if stage == Stage::Sweep {
            verify(&wanted, &mut ended);
            // The timer tries again for as long as the account, or a way in, is still there. The
            // disks are searched once, when nobody can make new files any more.
            if ended.is_blocked() {
                return ended;
            }
            let report = sweep::Report::read(Path::new(SWEPT)).noting(hands, Path::new(SWEPT));
            let mut progress = |looked| tell(Told::Looked(looked));
            ended.elsewhere = step::elsewhere(&wanted, &mut progress).settle(&facts.id, report);
        }
        run(hands, &wanted, stage, &mut ended, tell);
        if stage == Stage::Timer {
            recheck(&wanted, stage, &mut ended);
            if ended.is_blocked() {
                return ended;
            }
        }
    }
    if !ended.is_blocked() {
        for change in records() {
            make(hands, Stage::Program, change, &mut ended, tell);
        }
        // What keeps the folder from going, when all of ours in it has gone, is somebody else's.
        if let Some(Left::Failed { change, .. }) = ended.left.last()
            && matches!(**change, Change::RemoveDir { .. })
            && matches!(files::look(Path::new(journal::PATH), Trust::Root), Ok(None))
        {
            ended.left.pop();
            ended.left.push(Left::Foreign(FOLDER.into()));
        }
    }
    ended
}

/// Looks again at what was done: a tool may have ended well without doing anything, and what failed
/// may have gone with something else, as the expiry goes with the account.
fn verify(wanted: &Wanted, ended: &mut Ended) {
    for stage in [Stage::Door, Stage::Account, Stage::Group, Stage::Leftovers] {
        recheck(wanted, stage, ended);
    }
    if processes::of_visit(wanted.facts.visit()).is_empty() {
        forgive(Stage::Sessions, ended);
    }
}

fn recheck(wanted: &Wanted, stage: Stage, ended: &mut Ended) {
    let Ok(mut undo) = stage.plan(wanted) else { return };
    // What can't be swept is named by the search that follows.
    undo.changes.retain(|change| !matches!(change, Change::Sweep { .. }));
    if undo.changes.is_empty() && undo.unplanned.is_empty() {
        forgive(stage, ended);
    } else if !ended.left.iter().any(|left| left.is_at(stage)) {
        ended.left.extend(undo.changes.into_iter().map(|change| Left::Failed {
            stage,
            change: Box::new(change),
            error: ChangeError::NotTaken,
        }));
    }
}

fn forgive(stage: Stage, ended: &mut Ended) {
    ended.left.retain(|left| !left.is_at(stage));
}

/// Whether somebody with a key of the grant's may still come in.
#[must_use]
pub fn is_open(facts: &Facts) -> bool {
    let expired = matches!(accounts::expiry_day(&facts.account), Ok(None | Some(Some(1))));
    let key_file = files::look(&facts.key_file, Trust::Owner(facts.uid));
    !expired && !matches!(key_file, Ok(None))
}

fn run(
    hands: &Hands,
    wanted: &Wanted,
    stage: Stage,
    ended: &mut Ended,
    tell: &mut dyn FnMut(Told),
) {
    // A login that was under way when the door closed may come up while others are being ended.
    let tries = if stage == Stage::Account { 3 } else { 1 };
    for last in (0..tries).rev() {
        let mut round = Ended::default();
        match stage.plan(wanted) {
            Ok(undo) => {
                round.left.extend(undo.foreign.into_iter().map(Left::Foreign));
                let unplanned = undo.unplanned.into_iter();
                round.left.extend(unplanned.map(|error| Left::Unplanned { stage, error }));
                let before = round.left.len();
                for change in undo.changes {
                    make(hands, stage, change, &mut round, tell);
                    // A timer that systemd does not let go keeps its files, and tries again; and what
                    // follows would end a package manager that was just let go on.
                    if round.is_busy() || stage == Stage::Timer && round.left.len() > before {
                        break;
                    }
                }
            }
            Err(error) => round.left.push(Left::Unplanned { stage, error }),
        }
        ended.changes.append(&mut round.changes);
        if round.left.is_empty() || last == 0 {
            ended.left.append(&mut round.left);
            return;
        }
        ended.left.retain(|left| !matches!(left, Left::Failed { stage: Stage::Sessions, .. }));
        run(hands, wanted, Stage::Sessions, ended, tell);
    }
}

fn make(
    hands: &Hands,
    stage: Stage,
    change: Change,
    ended: &mut Ended,
    tell: &mut dyn FnMut(Told),
) {
    match change.apply(hands) {
        Ok(()) => {
            tell(Told::Made(&change));
            ended.changes.push(change);
        }
        Err(error) => ended.left.push(Left::Failed { stage, change: Box::new(change), error }),
    }
}

/// The grant's own records: the journal last but for its folder.
fn records() -> Vec<Change> {
    let remove =
        |path: &str| Change::Remove { path: path.into(), owner: Owner::Root, before: Vec::new() };
    let mut changes = Vec::new();
    for path in [POLICY, NEWER, SWEPT, journal::PATH] {
        if matches!(files::look(Path::new(path), Trust::Root), Ok(Some(_))) {
            changes.push(remove(path));
        }
    }
    changes.push(Change::RemoveDir { path: FOLDER.into() });
    changes
}

/// Temporary files that a killed run may have left beside the files that it wrote.
fn remove_temporaries(hands: &Hands, facts: &Facts) {
    let account = Trust::Owner(facts.uid);
    let _ = clear_temporary(hands, &facts.key_file, account);
    let _ = clear_check(hands);
    for path in step::system_files(facts) {
        let _ = clear_temporary(hands, &path, Trust::Root);
    }
    account_locks::settle(hands, facts.started);
}

/// A folder of ours without a journal: a run was killed between the journal and its folder. It goes
/// if nothing is in it. Returns whether it was there and is gone.
pub fn remove_empty_folder(hands: &Hands) -> bool {
    let _ = clear_temporary(&Hands::new("new"), Path::new(journal::PATH), Trust::Root);
    matches!(files::look(Path::new(FOLDER), Trust::Root), Ok(Some(_)))
        && (Change::RemoveDir { path: FOLDER.into() }).apply(hands).is_ok()
}

/// Keeps the policy that the grant is made on.
pub fn keep_policy(hands: &Hands, policy: &[u8]) -> Result<(), ChangeError> {
    let before = files::read(Path::new(POLICY), Trust::Root, 1 << 20)?;
    if before.as_deref() == Some(policy) {
        return Ok(());
    }
    let (path, after, owner) = (POLICY.into(), policy.to_vec().into(), Owner::Root);
    Change::Write { path, before, after, mode: 0o600, owner, check: None }.apply(hands)
}
