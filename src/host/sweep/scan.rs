//! A first look at a tree by all processors at once, for what is nearly always so: nothing of the
//! account's is there. It only says whether the walk that deals with finds has anything to do.

use std::ffi::{CStr, OsStr};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;
use rustix::fs::RawDir;
use rustix::io::Errno;

use super::walk::{MAX_DEPTH, Status};
use crate::host::files::Dir;

/// Threads at most: a disk has little use for more.
const MOST_THREADS: usize = 4;

/// Folders at most that wait, held open, for a thread that has nothing to do.
const MOST_WAITING: usize = 64;

/// Bytes of a folder's list that are read at once.
const LIST: usize = 8 << 10;

/// Bytes of a thread's stack, whatever the environment says.
const STACK: usize = 1 << 20;

struct Scan<'a> {
    uid: u32,
    device: u64,
    except: &'a [PathBuf],
    queue: Mutex<Queue>,
    more: Condvar,
    /// Something is there, or could not be looked at.
    found: AtomicBool,
    looked: AtomicU64,
}

struct Queue {
    waiting: Vec<Dir>,
    /// Threads that may still find folders.
    busy: usize,
}

/// Whether anything of this uid is below the folder and on its mount, apart from what is excepted,
/// or something that can't be searched. Where there is one processor, a second look would cost more
/// than it saves: then the answer is yes.
pub(super) fn finds(top: Dir, uid: u32, except: &[PathBuf], progress: &mut dyn FnMut(u64)) -> bool {
    let threads = processors().min(MOST_THREADS);
    if threads < 2 {
        return true;
    }
    let device = Status::of(&top, c"").map(|status| status.node.0).unwrap_or_default();
    let scan = Scan {
        uid,
        device,
        except,
        queue: Mutex::new(Queue { waiting: vec![top], busy: 0 }),
        more: Condvar::new(),
        found: AtomicBool::new(false),
        looked: AtomicU64::new(0),
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where there may be no more threads, this one does it alone.
            let _ = thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, || scan.work(&mut |_| ()));
        }
        scan.work(progress);
    });
    scan.found.into_inner()
}

/// On which we may run. What the standard library asks costs three kilobytes of the download.
fn processors() -> usize {
    let ours = sched_getaffinity(Pid::from_raw(0)).unwrap_or_default();
    (0..CpuSet::count()).filter(|number| ours.is_set(*number) == Ok(true)).count()
}

impl Scan<'_> {
    fn work(&self, progress: &mut dyn FnMut(u64)) {
        let mut lists = Vec::new();
        while let Some(dir) = self.next() {
            self.level(&dir, 0, &mut lists);
            self.queue().busy -= 1;
            self.more.notify_all();
            progress(self.looked.load(Ordering::Relaxed));
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A folder to go on with; `None` when all has been seen, or enough.
    fn next(&self) -> Option<Dir> {
        let mut queue = self.queue();
        loop {
            if self.found.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(dir) = queue.waiting.pop() {
                queue.busy += 1;
                return Some(dir);
            }
            if queue.busy == 0 {
                return None;
            }
            queue = self.more.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn level(&self, dir: &Dir, depth: usize, lists: &mut Vec<Vec<u8>>) {
        let mut list = lists.pop().unwrap_or_else(|| Vec::with_capacity(LIST));
        let mut names = RawDir::new(dir.as_fd(), list.spare_capacity_mut());
        let mut looked = 0;
        while let Some(entry) = names.next() {
            let entry = match entry {
                Ok(entry) => entry,
                // It was removed while it was held.
                Err(Errno::NOENT) => break,
                Err(_) => {
                    self.found.store(true, Ordering::Relaxed);
                    break;
                }
            };
            let name = entry.file_name();
            if name != c"." && name != c".." {
                looked += 1;
                self.name(dir, name, depth, lists);
            }
            if self.found.load(Ordering::Relaxed) {
                break;
            }
        }
        self.looked.fetch_add(looked, Ordering::Relaxed);
        lists.push(list);
    }

    fn name(&self, dir: &Dir, name: &CStr, depth: usize, lists: &mut Vec<Vec<u8>>) {
        let Ok(status) = Status::of(dir, name) else { return };
        let plain = OsStr::from_bytes(name.to_bytes());
        let excepted = || self.except.contains(&dir.path().join(plain));
        if status.uid == self.uid && !excepted() {
            return self.found.store(true, Ordering::Relaxed);
        }
        if !status.is_dir() || status.is_other_mount(self.device) || excepted() {
            return;
        }
        match dir.open_dir(plain) {
            Ok(below) => {
                let mut queue = self.queue();
                if queue.waiting.len() < MOST_WAITING {
                    queue.waiting.push(below);
                    self.more.notify_one();
                    return;
                }
                drop(queue);
                if depth < MAX_DEPTH {
                    self.level(&below, depth + 1, lists);
                } else {
                    self.found.store(true, Ordering::Relaxed);
                }
            }
            Err(error) if error.is_absent() => {}
            Err(_) => self.found.store(true, Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the test makes the tree that is searched")]
mod tests {
    use std::fs;
    use std::os::unix::fs::lchown;
    use std::path::Path;

    use super::*;
    use crate::host::files::open_folder;

    /// Of nobody on this machine.
    const UID: u32 = 61_180;

    #[test]
    fn one_file_among_many_is_found_wherever_it_is() {
        if processors() < 2 {
            return;
        }
        let folder = tempfile::tempdir_in("/root").unwrap();
        let top = folder.path();
        // More folders than may wait, and some of them deep.
        for number in 0..300 {
            fs::create_dir_all(top.join(format!("{number}/a/b/c"))).unwrap();
        }
        let finds = |except: &[PathBuf]| finds(open_folder(top).unwrap(), UID, except, &mut |_| ());
        assert!(!finds(&[]));
        for place in ["file", "7/file", "299/a/b/c/file"] {
            let path = top.join(place);
            fs::write(&path, "").unwrap();
            lchown(&path, Some(UID), None).unwrap();
            assert!(finds(&[]), "{place}");
            assert!(!finds(std::slice::from_ref(&path)), "{place}");
            let above = path.parent().filter(|above| *above != top).unwrap_or(Path::new("/none"));
            assert_eq!(finds(&[above.to_owned()]), above == Path::new("/none"), "{place}");
            fs::remove_file(&path).unwrap();
        }
    }
}
