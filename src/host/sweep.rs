//! Files of a uid, wherever they lie on this server's own disks, and what becomes of them.

mod clear;
mod hand_over;
mod place;
mod quarantine;
mod report;
mod roots;
mod scan;
mod walk;

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hand_over::Handle;
use place::Place;
use quarantine::Quarantine;
use walk::{See, Status, walk};

use super::files::{Dir, FileError, open_folder};
use super::run::Tool;

pub(in crate::host) use clear::clear;
pub use clear::search_in;
pub use place::{QUARANTINE, SPOOLS, TEMPORARY};
pub use report::{Done, Find, Found, Report};
#[cfg(any(test, fuzzing))]
pub(in crate::host) use roots::parse_roots;

/// How many finds are listed by name.
pub const MOST: usize = 1000;

/// Whose files are looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Owner {
    /// The uid.
    pub uid: u32,
    /// What is older was somebody else's who had this uid (seconds since 1970).
    pub since: i64,
}

/// A search, which may deal with what it finds.
pub struct Sweep<'a> {
    /// Whose files.
    pub owner: Owner,
    /// Folders and files that are passed over.
    pub except: Vec<PathBuf>,
    /// The groups of an account like ours: they go with the owner.
    pub groups: std::ops::RangeInclusive<u32>,
    /// Is told now and then how many files were looked at.
    pub progress: &'a mut dyn FnMut(u64),
}

impl Sweep<'_> {
    /// Searches every local disk and tells what would be done. Reads, and never writes.
    pub fn look(self) -> Found {
        self.run(None, Report::default())
    }

    /// Searches every local disk and deals with what it finds: what root would read as an order goes
    /// to the quarantine, what lies in folders for temporary files goes for good, the rest becomes
    /// root's. `tag` names the quarantine's own folder.
    pub fn settle(self, tag: &str, report: Report) -> Found {
        gently();
        self.run(Some(tag), report)
    }

    fn run(self, tag: Option<&str>, report: Report) -> Found {
        let started = Instant::now();
        let mut work = Work {
            sweep: self,
            quarantine: tag.map(Quarantine::new),
            report,
            deferred: Vec::new(),
            looked: 0,
            told: started,
        };
        // A folder that is a disk of its own, as `/tmp` often is, is no name below another.
        for root in roots::roots() {
            if !work.sweep.except.contains(&root)
                && work.finds(&root)
                && let Ok(folder) = open_folder(&root)
            {
                walk(folder, &mut work);
            }
        }
        for (handle, path) in std::mem::take(&mut work.deferred) {
            work.hand_over(&handle, &path);
        }
        work.report.found
    }
}

/// Disks and processors have other work on this server. Not the idle class: on a busy disk it would
/// never be served.
fn gently() {
    let _ = rustix::process::nice(10);
    let own = std::process::id().to_string();
    let patience = std::time::Duration::from_secs(5);
    let _ = Tool::new("ionice").args(["-c", "2", "-n", "7", "-p", &own]).deadline(patience).run();
}

struct Work<'a> {
    sweep: Sweep<'a>,
    /// `None`: only look.
    quarantine: Option<Quarantine>,
    report: Report,
    /// Files with several names, one of which may be where root reads orders: these become root's
    /// only when all names have been seen.
    deferred: Vec<(Handle, PathBuf)>,
    looked: u64,
    told: Instant,
}

impl See for Work<'_> {
    fn uid(&self) -> u32 {
        self.sweep.owner.uid
    }

    fn enters(&mut self, dir: &Dir, name: &OsStr) -> bool {
        if self.sweep.except.is_empty() {
            return true;
        }
        let path = dir.path().join(name);
        !self.sweep.except.contains(&path) && path != Path::new(QUARANTINE)
    }

    fn tick(&mut self) {
        self.looked += 1;
        if self.looked.is_multiple_of(4096) {
            self.tell(self.looked);
        }
    }

    fn hit(&mut self, dir: &Dir, name: &CStr, status: &Status) -> bool {
        let name = OsStr::from_bytes(name.to_bytes());
        let path = dir.path().join(name);
        if self.sweep.except.contains(&path) {
            return false;
        }
        let place = Place::of(&path);
        let act = self.quarantine.is_some();
        if status.born < self.sweep.owner.since {
            self.report.add(&path, Done::Older);
        } else if place == Place::Container {
            self.report.add(&path, Done::Container);
        } else if place == Place::Temporary && !act {
            // These folders are cleared before the search that acts.
        } else if place == Place::Temporary {
            return match clear::remove(dir, name, status) {
                Ok(()) => true,
                Err(error) => {
                    self.report.add(&path, Done::Failed(error.to_string()));
                    false
                }
            };
        } else if place == Place::Orders {
            return self.put_away(dir, name, status, path);
        } else {
            match Handle::open(dir, name, self.uid()) {
                Ok(handle) if status.links > 1 && !status.is_dir() && act => {
                    if self.deferred.len() < MOST {
                        self.report.add(&path, Done::Handed);
                        self.deferred.push((handle, path));
                    } else {
                        self.report.add(&path, Done::Failed("has several names".to_owned()));
                    }
                }
                Ok(handle) => {
                    self.report.add(&path, Done::Handed);
                    self.hand_over(&handle, &path);
                }
                Err(error) => self.report.add(&path, Done::Failed(error.to_string())),
            }
        }
        false
    }

    fn unsearched(&mut self, path: PathBuf, error: &FileError) {
        self.report.add(&path, Done::Failed(error.to_string()));
    }
}

impl Work<'_> {
    /// Whether there is anything to be dealt with.
    fn finds(&mut self, root: &Path) -> bool {
        let Ok(folder) = open_folder(root) else { return false };
        let mut except = self.sweep.except.clone();
        except.push(QUARANTINE.into());
        scan::finds(folder, self.uid(), &except, &mut |looked| self.tell(looked))
    }

    fn tell(&mut self, looked: u64) {
        if self.told.elapsed() > Duration::from_secs(1) {
            self.told = Instant::now() + Duration::from_secs(4);
            (self.sweep.progress)(looked);
        }
    }

    fn hand_over(&mut self, handle: &Handle, path: &Path) {
        if self.quarantine.is_some()
            && let Err(error) = handle.hand_over(self.sweep.owner.uid, &self.sweep.groups)
        {
            self.report.add(path, Done::Failed(error.to_string()));
        }
    }

    /// Moves a name to the quarantine. Returns whether it is gone from where it stood.
    fn put_away(&mut self, dir: &Dir, name: &OsStr, status: &Status, path: PathBuf) -> bool {
        let Some(quarantine) = &self.quarantine else {
            self.report.add(&path, Done::Quarantined(quarantine::target("ID", &path)));
            return false;
        };
        let to = quarantine.target(&path);
        self.report.add(&path, Done::Quarantined(to));
        match quarantine.take(dir, name, status, &path) {
            Ok(Some(handle)) if status.links > 1 && !status.is_dir() => {
                if self.deferred.len() < MOST {
                    self.deferred.push((handle, path));
                }
                true
            }
            Ok(handle) => {
                if let Some(handle) = handle {
                    self.hand_over(&handle, &path);
                }
                true
            }
            Err(error) => {
                self.report.add(&path, Done::Failed(error.to_string()));
                false
            }
        }
    }
}
