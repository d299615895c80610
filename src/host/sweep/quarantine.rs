//! Where files go that root, or another user's login, would take for orders: a folder that only root
//! can enter, and that no program reads. Below it they stand under the path that they had.

use std::ffi::OsStr;
use std::io::copy;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, RenameFlags, renameat, renameat_with, symlinkat};
use rustix::io::Errno;

use super::QUARANTINE;
use super::hand_over::{Handle, system};
use super::walk::Status;
use crate::host::files::{Dir, FileError, open_folder};

/// One grant's part of the quarantine.
pub(super) struct Quarantine {
    tag: String,
}

/// Where a path would go.
pub(super) fn target(tag: &str, path: &Path) -> PathBuf {
    Path::new(QUARANTINE).join(tag).join(path.strip_prefix("/").unwrap_or(path))
}

impl Quarantine {
    pub(super) fn new(tag: &str) -> Self {
        Self { tag: tag.to_owned() }
    }

    pub(super) fn target(&self, path: &Path) -> PathBuf {
        target(&self.tag, path)
    }

    /// The folder that takes what stood in `folder`, made where missing.
    fn folder(&self, folder: &Path) -> Result<Dir, FileError> {
        let mut here = open_folder(Path::new("/var/lib"))?;
        let target = self.target(folder);
        for name in target.strip_prefix("/var/lib").unwrap_or(&target) {
            match here.make_dir(name, 0o700, (0, 0)) {
                Err(error) if !error.is_taken() => return Err(error),
                _ => here = here.open_dir(name)?,
            }
            let meta = here.meta()?;
            if (meta.uid, meta.mode & 0o077) != (0, 0) {
                let path = here.path().to_owned();
                return Err(FileError::Unsafe {
                    path,
                    why: "not a folder that only root can enter",
                });
            }
        }
        Ok(here)
    }

    /// Moves a name here, which must be the uid's still. Of a folder only itself goes: what is in it
    /// has gone before, or is somebody else's. The handle is that of the file at its new place.
    pub(super) fn take(
        &self,
        dir: &Dir,
        name: &OsStr,
        status: &Status,
        path: &Path,
    ) -> Result<Option<Handle>, FileError> {
        let handle = Handle::open(dir, name, status.uid)?;
        let failed = |doing, error| system(dir, name, doing, error);
        if status.is_dir() {
            self.folder(path)?;
            dir.remove_dir(name)?;
            return Ok(None);
        }
        let to = self.folder(path.parent().unwrap_or(Path::new("/")))?;
        let node = handle.node().map_err(|error| failed("stat", error))?;
        // A run that was killed may have left a copy there.
        let mut new = name.to_owned();
        while to.look(&new)?.is_some() {
            new.push("+");
        }
        match renameat_with(dir, name, &to, new.as_os_str(), RenameFlags::NOREPLACE) {
            // Not known everywhere; nobody but us writes there.
            Err(Errno::NOSYS | Errno::INVAL) => {
                renameat(dir, name, &to, new.as_os_str())
                    .map_err(|error| failed("rename", error))?;
            }
            Err(Errno::XDEV) => {
                copy_over(dir, name, status, &to, &new)?;
                // Nobody may have put another in its place meanwhile.
                let now = Handle::open(dir, name, status.uid)?.node();
                if now != Ok(node) {
                    return Err(FileError::Unsafe { path: path.to_owned(), why: "was exchanged" });
                }
                dir.unlink(name)?;
                return Ok(None);
            }
            other => other.map_err(|error| failed("rename", error))?,
        }
        let moved = Handle::open(&to, &new, status.uid);
        if moved.as_ref().ok().and_then(|moved| moved.node().ok()) != Some(node) {
            let _ = renameat_with(&to, new.as_os_str(), dir, name, RenameFlags::NOREPLACE);
            return Err(FileError::Unsafe { path: path.to_owned(), why: "was exchanged" });
        }
        to.sync()?;
        moved.map(Some)
    }
}

/// To another disk only content can go. What has none (a FIFO, a socket, a device) is not made anew.
fn copy_over(
    dir: &Dir,
    name: &OsStr,
    status: &Status,
    to: &Dir,
    new: &OsStr,
) -> Result<(), FileError> {
    match status.kind() {
        FileType::RegularFile => {
            let mut from = dir.open_file(name)?;
            let mut file = to.create_file(new)?;
            copy(&mut from, &mut file).and_then(|_| file.sync_all()).map_err(|error| {
                // Half a copy would stand in the way of the next try.
                let _ = to.unlink(new);
                let errno = error.raw_os_error().map_or(Errno::IO, Errno::from_raw_os_error);
                system(dir, name, "copy", errno)
            })?;
        }
        FileType::Symlink => {
            let target = dir.read_link(name)?;
            symlinkat(&target, to, new).map_err(|error| system(dir, name, "copy", error))?;
        }
        _ => {}
    }
    to.sync()
}
