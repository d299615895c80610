//! Folders that all may use: what the uid has there goes for good.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::walk::{See, Status, walk};
use super::{MOST, Owner};
use crate::host::files::{Dir, FileError, move_up, open_folder};

/// Removes the uid's files from one folder that all may use. Folders of others are entered, never
/// removed; a folder of the uid goes when nothing of others is in it. What can't go stays.
pub(in crate::host) fn clear(folder: &Path, owner: Owner) {
    loop {
        let (Ok(top), Ok(same)) = (open_folder(folder), open_folder(folder)) else { return };
        let mut work = Clearing { top, owner, moved: 0, found: None };
        walk(same, &mut work);
        // What was moved up from the depth stands in the top folder now.
        if work.moved == 0 {
            return;
        }
    }
}

/// What [`clear`] would remove from these folders, at most [`MOST`] names.
pub fn search_in(folders: &[&Path], owner: Owner) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in folders {
        let (Ok(top), Ok(same)) = (open_folder(folder), open_folder(folder)) else { continue };
        let mut work = Clearing { top, owner, moved: 0, found: Some(&mut found) };
        walk(same, &mut work);
    }
    found
}

/// Removes one name; links are removed, never followed.
pub(super) fn remove(dir: &Dir, name: &OsStr, status: &Status) -> Result<(), FileError> {
    if status.is_dir() { dir.remove_dir(name) } else { dir.unlink(name) }.map(drop)
}

struct Clearing<'a> {
    top: Dir,
    owner: Owner,
    moved: u64,
    /// Only look, and note here.
    found: Option<&'a mut Vec<PathBuf>>,
}

impl See for Clearing<'_> {
    fn uid(&self) -> u32 {
        self.owner.uid
    }

    fn enters(&mut self, _: &Dir, _: &OsStr) -> bool {
        true
    }

    fn hit(&mut self, dir: &Dir, name: &CStr, status: &Status) -> bool {
        let name = OsStr::from_bytes(name.to_bytes());
        if status.born < self.owner.since {
            return false;
        }
        if let Some(found) = &mut self.found {
            if found.len() < MOST {
                found.push(dir.path().join(name));
            }
            return false;
        }
        // What can't be removed is found again, and named, by the search that comes after.
        remove(dir, name, status).is_ok()
    }

    fn deep(&mut self, dir: &Dir, name: &OsStr, status: &Status) -> bool {
        let mine = status.uid == self.owner.uid && status.born >= self.owner.since;
        mine && self.found.is_none() && move_up(&self.top, dir, name, &mut self.moved).is_ok()
    }

    fn unsearched(&mut self, _: PathBuf, _: &FileError) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn his() -> Owner {
        Owner { uid: 61182, since: 0 }
    }

    #[test]
    fn what_others_have_in_a_folder_of_the_uid_stays() {
        let base = tempfile::tempdir_in("/root").unwrap();
        let at = |name: &str| base.path().join(name);
        std::fs::create_dir(at("his")).unwrap();
        for (name, uid) in [("his/own", 61182), ("his/other", 0), ("alone", 61182), ("stays", 0)] {
            std::fs::File::create(at(name)).unwrap();
            std::os::unix::fs::chown(at(name), Some(uid), None).unwrap();
        }
        std::os::unix::fs::chown(at("his"), Some(61182), None).unwrap();
        clear(base.path(), his());
        assert!(!at("his/own").exists() && !at("alone").exists());
        assert!(at("his/other").exists() && at("stays").exists());
        let found = search_in(&[base.path()], his());
        assert_eq!(found, [at("his")], "his folder can't go: another's file is in it");
    }

    #[test]
    fn a_tree_deeper_than_we_go_is_cleared() {
        let base = tempfile::tempdir_in("/root").unwrap();
        let mut path = base.path().to_owned();
        for _ in 0..600 {
            path.push("d");
            std::fs::create_dir(&path).unwrap();
            std::os::unix::fs::chown(&path, Some(61182), None).unwrap();
        }
        clear(base.path(), his());
        assert_eq!(std::fs::read_dir(base.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_of_a_daemon_s_is_swept_but_not_one_that_others_could_swap() {
        let base = tempfile::tempdir_in("/root").unwrap();
        let folder = base.path().join("daemon/spool");
        std::fs::create_dir(base.path().join("daemon")).unwrap();
        std::fs::create_dir(&folder).unwrap();
        std::fs::File::create(folder.join("job")).unwrap();
        std::os::unix::fs::chown(folder.join("job"), Some(61182), None).unwrap();
        std::os::unix::fs::chown(&folder, Some(1), None).unwrap();
        std::os::unix::fs::chown(base.path().join("daemon"), Some(1), None).unwrap();
        clear(&folder, his());
        assert!(folder.join("job").exists(), "daemon could have swapped its folder for a link");
        std::os::unix::fs::chown(base.path().join("daemon"), Some(0), None).unwrap();
        clear(&folder, his());
        assert!(!folder.join("job").exists());
    }
}
