//! Removing a folder with everything in it, though its owner may have prepared it against us.

use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd};
use std::path::PathBuf;

use super::dir::{Dir, Kind};
use super::{FileError, Place, Result};

/// Below this depth a folder is first moved up to the top: a tree can be deeper than we may hold
/// folders open.
const MAX_DEPTH: usize = 64;

/// What became of a tree.
#[derive(Debug, Default)]
pub struct Removed {
    /// How many files, links and folders went.
    pub count: u64,
    /// What is still there, and why.
    pub left: Vec<FileError>,
}

/// Removes the folder at `place` and all in it. Links are removed, never followed; what is mounted
/// there or below is left as it is and named; so is whatever can't be removed.
pub(in crate::host) fn remove_tree(place: &Place) -> Result<Removed> {
    let Some(meta) = place.look()? else { return Ok(Removed::default()) };
    if meta.kind != Kind::Dir {
        return Err(FileError::Unsafe { path: place.path(), why: "not a folder" });
    }
    let top = place.dir().open_dir(place.name())?;
    let mount = mount_id(place.dir())?;
    if mount_id(&top)? != mount {
        return Err(mounted(&top));
    }
    let mut work = Work { mount, removed: Removed::default(), moved: 0, top: &top };
    loop {
        work.empty(&top, 0);
        // What was moved up from the depth stands in the top folder now.
        if work.moved == 0 {
            break;
        }
        work.moved = 0;
    }
    let mut removed = work.removed;
    if removed.left.is_empty() {
        match place.dir().remove_dir(place.name()) {
            Ok(was) => removed.count += u64::from(was),
            Err(error) => removed.left.push(error),
        }
    }
    Ok(removed)
}

struct Work<'a> {
    top: &'a Dir,
    mount: String,
    moved: u64,
    removed: Removed,
}

impl Work<'_> {
    fn empty(&mut self, dir: &Dir, depth: usize) {
        let names = match dir.names() {
            Ok(names) => names,
            Err(error) => return self.removed.left.push(error),
        };
        for name in names {
            if let Err(error) = self.remove(dir, &name, depth) {
                self.removed.left.push(error);
            }
        }
    }

    fn remove(&mut self, dir: &Dir, name: &OsStr, depth: usize) -> Result<()> {
        let Some(meta) = dir.look(name)? else { return Ok(()) };
        if meta.kind != Kind::Dir {
            self.removed.count += u64::from(dir.unlink(name)?);
            return Ok(());
        }
        let below = dir.open_dir(name)?;
        if mount_id(&below)? != self.mount {
            return Err(mounted(&below));
        }
        if depth >= MAX_DEPTH {
            return move_up(self.top, dir, name, &mut self.moved);
        }
        let before = self.removed.left.len();
        self.empty(&below, depth + 1);
        if self.removed.left.len() == before {
            self.removed.count += u64::from(dir.remove_dir(name)?);
        }
        Ok(())
    }
}

/// Moves a folder out of the depth to the top, under a free name. `moved` counts.
pub(in crate::host) fn move_up(top: &Dir, dir: &Dir, name: &OsStr, moved: &mut u64) -> Result<()> {
    let failed =
        |source| FileError::System { doing: "move up", path: dir.path().join(name), source };
    for _ in 0..1000 {
        *moved += 1;
        let new = format!(".support-access-deep-{}-{moved}", std::process::id());
        match nix::fcntl::renameat(dir.as_fd(), name, top.as_fd(), new.as_str()) {
            Ok(()) => return Ok(()),
            Err(nix::Error::EEXIST | nix::Error::ENOTEMPTY | nix::Error::ENOTDIR) => {}
            Err(source) => {
                *moved -= 1;
                return Err(failed(source));
            }
        }
    }
    Err(failed(nix::Error::EEXIST))
}

fn mounted(dir: &Dir) -> FileError {
    FileError::Unsafe { path: dir.path().to_owned(), why: "something is mounted here" }
}

/// The mount that a folder is on. A bind mount has the device number of what it shows, so `st_dev`
/// would not tell (proc(5): `fdinfo`, `mnt_id` since Linux 3.15).
pub(super) fn mount_id(dir: &Dir) -> Result<String> {
    let path = PathBuf::from(format!("/proc/self/fdinfo/{}", dir.as_fd().as_raw_fd()));
    let text = std::fs::read_to_string(&path).map_err(|e| FileError::System {
        doing: "read",
        path: path.clone(),
        source: nix::Error::from_raw(e.raw_os_error().unwrap_or(0)),
    })?;
    text.lines()
        .find_map(|line| line.strip_prefix("mnt_id:"))
        .map(|id| id.trim().to_owned())
        .ok_or(FileError::Unsafe { path, why: "the kernel does not tell the mount" })
}
