//! One thing that a plan changes on the machine: shown by a dry run, carried out by a real one.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::Hands;
use super::accounts::{self, AccountError};
use super::files::{FileError, Kind, Place, Trust};
use super::processes::{self, Process, Unended, Visit};
use super::recall;
use super::run::{RunError, Tool};
use super::sweep;

/// Whose a file shall be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Owner {
    /// root:root.
    Root,
    /// The account of this name, and its primary group, as they are when the change is made.
    Account(String),
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new folder.
    MakeDir {
        /// Where.
        path: PathBuf,
        /// Permission bits.
        mode: u32,
        /// Whose.
        owner: Owner,
    },
    /// Other permission bits on a folder.
    SetMode {
        /// Which folder.
        path: PathBuf,
        /// Permission bits.
        mode: u32,
        /// Whose it must be.
        owner: Owner,
    },
    /// A file with this content, whole or not at all, synced.
    Write {
        /// Where.
        path: PathBuf,
        /// What stands there now; `None`: nothing, and nothing may.
        before: Option<Vec<u8>>,
        /// What shall stand there.
        after: Cow<'static, [u8]>,
        /// Permission bits.
        mode: u32,
        /// Whose.
        owner: Owner,
        /// A program that must approve of the content first, the file's name as its last argument.
        check: Option<Tool>,
    },
    /// Takes a file away.
    Remove {
        /// Which.
        path: PathBuf,
        /// Whose folders may be on the way to it.
        owner: Owner,
        /// What stands there now, to be shown.
        before: Vec<u8>,
    },
    /// Takes an empty folder away; one that is not empty stays.
    RemoveDir {
        /// Which.
        path: PathBuf,
    },
    /// Takes a folder away with everything in it.
    RemoveTree {
        /// Which.
        path: PathBuf,
        /// The uid that may own it, besides root.
        uid: u32,
    },
    /// Runs one of the system's own tools.
    Run {
        /// The tool with its arguments.
        tool: Tool,
    },
    /// Takes a uid's files out of folders that all may use. What can't go stays, to be named.
    Sweep {
        /// Whose, and since when.
        owner: sweep::Owner,
        /// The folders.
        folders: Vec<PathBuf>,
        /// What lies there now, to be shown.
        found: Vec<PathBuf>,
    },
    /// Ends all that runs in the name of a visit.
    EndProcesses {
        /// Whose, and since when.
        visit: Visit,
        /// What runs now, to be shown.
        running: Vec<Process>,
    },
}

/// Why a change could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Work on a file failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// A tool failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// An account could not be looked up.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The account that shall own a file is not there.
    #[error("account {0} does not exist")]
    NoAccount(String),
    /// A file is not what it was when the plan was made.
    #[error("{}: changed since the plan was made", .0.display())]
    Moved(PathBuf),
    /// It ended well, and nothing has changed.
    #[error("ended well, but did nothing")]
    NotTaken,
    /// Processes did not end.
    #[error("still running: {}", list(.0))]
    Running(Vec<Process>),
    /// A package manager is at work; it was let go on.
    #[error("a package manager is at work: {}", list(.0))]
    Busy(Vec<Process>),
    /// Parts of a tree could not be removed.
    #[error("not removed: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Left(Vec<FileError>),
}

/// Processes for a message: `bash (123), tmux (124)`.
#[must_use]
pub fn list(processes: &[Process]) -> String {
    processes.iter().map(|p| format!("{} ({})", p.name, p.pid)).collect::<Vec<_>>().join(", ")
}

impl Change {
    /// What it is about, for a message: a path, a command or a uid.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::MakeDir { path, .. }
            | Self::SetMode { path, .. }
            | Self::Write { path, .. }
            | Self::Remove { path, .. }
            | Self::RemoveDir { path }
            | Self::RemoveTree { path, .. } => path.display().to_string(),
            Self::Run { tool } => tool.line(),
            Self::Sweep { owner, .. } => owner.uid.to_string(),
            Self::EndProcesses { visit, .. } => visit.uid.to_string(),
        }
    }

    /// Carries it out.
    pub fn apply(&self, hands: &Hands) -> Result<(), ChangeError> {
        let made = self.make(hands);
        recall::forget();
        made
    }

    fn make(&self, hands: &Hands) -> Result<(), ChangeError> {
        match self {
            Self::MakeDir { path, mode, owner } => {
                let (owner, trust) = resolve(owner)?;
                let place = Place::open(path, trust)?;
                place.dir().make_dir(place.name(), *mode, owner)?;
                place.dir().sync()?;
            }
            Self::SetMode { path, mode, owner } => set_mode(path, *mode, owner)?,
            Self::Write { path, before, after, mode, owner, check } => {
                let (owner, trust) = resolve(owner)?;
                let place = Place::open(path, trust)?;
                if let Some(check) = check {
                    approve(hands, check, after)?;
                }
                let staged = place.stage(after, owner, *mode, &hands.tag)?;
                match before {
                    None => staged.place_new()?,
                    Some(before)
                        if place.read(before.len() as u64 + 1)?.as_ref() == Some(before) =>
                    {
                        staged.replace()?;
                    }
                    Some(_) => return Err(ChangeError::Moved(path.clone())),
                }
            }
            Self::Remove { path, owner, .. } => {
                // The account may be gone already; then only root's folders are on the way.
                let trust = resolve(owner).map_or(Trust::Root, |(_, trust)| trust);
                let place = match Place::open(path, trust) {
                    Ok(place) => place,
                    // Its folder is gone, and it with it.
                    Err(error) if error.is_absent() => return Ok(()),
                    Err(error) => return Err(error.into()),
                };
                place.dir().unlink(&place.temporary(&hands.tag))?;
                place.remove()?;
            }
            Self::RemoveDir { path } => {
                let place = Place::open(path, Trust::Root)?;
                place.dir().remove_dir(place.name())?;
                place.dir().sync()?;
            }
            Self::RemoveTree { path, uid } => {
                let place = Place::open(path, Trust::Owner(*uid))?;
                let removed = super::files::remove_tree(&place)?;
                place.dir().sync()?;
                if !removed.left.is_empty() {
                    return Err(ChangeError::Left(removed.left));
                }
            }
            Self::Run { tool } => {
                tool.run()?;
            }
            Self::Sweep { owner, folders, .. } => {
                for folder in folders {
                    sweep::clear(folder, *owner);
                }
            }
            Self::EndProcesses { visit, .. } => {
                processes::visible()?;
                processes::end_visit(*visit).map_err(|left| match left {
                    Unended::Running(list) => ChangeError::Running(list),
                    Unended::Busy(list) => ChangeError::Busy(list),
                })?;
            }
        }
        Ok(())
    }
}

/// Removes the temporary file that a killed run of the same grant may have left beside `path`.
pub fn clear_temporary(hands: &Hands, path: &Path, trust: Trust) -> Result<(), FileError> {
    match Place::open(path, trust) {
        Ok(place) => place.dir().unlink(&place.temporary(&hands.tag)).map(drop),
        Err(error) if error.is_absent() => Ok(()),
        Err(error) => Err(error),
    }
}

fn resolve(owner: &Owner) -> Result<((u32, u32), Trust), ChangeError> {
    match owner {
        Owner::Root => Ok(((0, 0), Trust::Root)),
        Owner::Account(name) => {
            let found = accounts::local_account(name)?
                .ok_or_else(|| ChangeError::NoAccount(name.clone()))?;
            Ok(((found.uid, found.gid), Trust::Owner(found.uid)))
        }
    }
}

fn set_mode(path: &Path, mode: u32, owner: &Owner) -> Result<(), ChangeError> {
    let (owner, trust) = resolve(owner)?;
    let place = Place::open(path, trust)?;
    let dir = place.dir().open_dir(place.name())?;
    let meta = dir.meta()?;
    if meta.kind != Kind::Dir || meta.uid != owner.0 {
        return Err(FileError::Unsafe {
            path: path.to_owned(),
            why: "not a folder of the account",
        }
        .into());
    }
    // The group is the customer's own choice.
    dir.set_owner_mode((meta.uid, meta.gid), mode)?;
    Ok(())
}

/// Where content stands while a tool judges it.
fn check_file(hands: &Hands) -> PathBuf {
    PathBuf::from(format!("/run/support-access-check-{}", hands.tag))
}

/// Lets a tool judge content before it stands where it counts: a syntax error in `/etc/sudoers.d`
/// can switch sudo off for everybody.
fn approve(hands: &Hands, check: &Tool, content: &[u8]) -> Result<(), ChangeError> {
    clear_check(hands)?;
    let place = Place::open(&check_file(hands), Trust::Root)?;
    place.stage(content, (0, 0), 0o440, &hands.tag)?.place_new()?;
    let verdict = check.clone().arg(place.path().display().to_string()).run();
    place.dir().unlink(place.name())?;
    verdict?;
    Ok(())
}

/// Removes what a run that was killed while a tool judged may have left.
pub fn clear_check(hands: &Hands) -> Result<(), FileError> {
    let place = Place::open(&check_file(hands), Trust::Root)?;
    place.dir().unlink(&place.temporary(&hands.tag))?;
    place.dir().unlink(place.name()).map(drop)
}
