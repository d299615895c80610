//! Files of a uid, wherever they lie on this server's own disks.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::files::{Dir, FileError, Kind, Place, Trust};

/// Where programs put what need not last: what lies here goes with its owner.
pub const TEMPORARY: [&str; 3] = ["/tmp", "/var/tmp", "/dev/shm"];

/// File systems that hold this server's own files. Others are another machine's, or the kernel's.
const LOCAL: [&str; 10] =
    ["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "tmpfs", "vfat", "jfs"];

/// Deeper folders are named, not searched.
const MAX_DEPTH: usize = 200;

/// How many finds are listed by name.
pub const MOST: usize = 1000;

/// What a search came upon.
#[derive(Debug, Default)]
pub struct Found {
    /// Paths of the uid's files, at most [`MOST`].
    pub paths: Vec<PathBuf>,
    /// How many there are.
    pub count: u64,
}

/// Searches every local disk, but not `/proc`, `/sys`, network disks, container storage or the
/// folders in `except`.
pub fn search(uid: u32, except: &[&Path]) -> Found {
    let mut found = Found::default();
    for root in roots() {
        search_below(&root, uid, except, &mut found);
    }
    found
}

/// Searches these folders only.
pub fn search_in(folders: &[&Path], uid: u32) -> Found {
    let mut found = Found::default();
    for folder in folders {
        search_below(folder, uid, &[], &mut found);
    }
    found
}

fn search_below(root: &Path, uid: u32, except: &[&Path], found: &mut Found) {
    let Ok(place) = Place::open(&root.join("x"), Trust::Root) else { return };
    let Ok(meta) = place.dir().meta() else { return };
    visit(place.dir(), meta.dev, 0, &mut |dir, name, meta| {
        let path = dir.path().join(name);
        if except.iter().any(|skip| path == **skip) || is_container_storage(&path) {
            return false;
        }
        if meta.uid == uid {
            found.count += 1;
            if found.paths.len() < MOST {
                found.paths.push(path);
            }
        }
        true
    });
}

/// Removes the uid's files from one folder for temporary files. Folders of others are entered, never
/// removed; a folder of the uid goes when nothing of others is in it.
pub(in crate::host) fn clear(folder: &Path, uid: u32) -> Result<(), FileError> {
    let place = match Place::open(&folder.join("x"), Trust::Root) {
        Ok(place) => place,
        Err(error) if error.is_absent() => return Ok(()),
        Err(error) => return Err(error),
    };
    let dev = place.dir().meta()?.dev;
    clear_in(place.dir(), uid, dev, 0)
}

fn clear_in(dir: &Dir, uid: u32, dev: u64, depth: usize) -> Result<(), FileError> {
    let mut first_error = None;
    for name in dir.names()? {
        let done = (|| {
            let Some(meta) = dir.look(&name)? else { return Ok(()) };
            if meta.kind == Kind::Dir {
                if meta.dev == dev && depth < MAX_DEPTH {
                    clear_in(&dir.open_dir(&name)?, uid, dev, depth + 1)?;
                }
                if meta.uid == uid {
                    dir.remove_dir(&name)?;
                }
            } else if meta.uid == uid {
                dir.unlink(&name)?;
            }
            Ok(())
        })();
        if let Err(error) = done {
            first_error.get_or_insert(error);
        }
    }
    first_error.map_or(Ok(()), Err)
}

/// Calls `see` for each name below `dir` on its device; it says whether to go into a folder.
fn visit(
    dir: &Dir,
    dev: u64,
    depth: usize,
    see: &mut dyn FnMut(&Dir, &OsStr, &super::files::Meta) -> bool,
) {
    let Ok(names) = dir.names() else { return };
    for name in names {
        let Ok(Some(meta)) = dir.look(&name) else { continue };
        if see(dir, &name, &meta)
            && meta.kind == Kind::Dir
            && meta.dev == dev
            && depth < MAX_DEPTH
            && let Ok(below) = dir.open_dir(&name)
        {
            visit(&below, dev, depth + 1, see);
        }
    }
}

fn is_container_storage(path: &Path) -> bool {
    [
        "/var/lib/docker",
        "/var/lib/containers",
        "/var/lib/containerd",
        "/var/lib/lxc",
        "/var/lib/lxd",
    ]
    .iter()
    .any(|storage| path == Path::new(storage))
}

/// Mount points of local disks, `/` always among them. Mount points below one of the temporary
/// folders or of `/run/user` come as well.
fn roots() -> Vec<PathBuf> {
    let table = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    parse_roots(&table)
}

/// proc(5): field 5 is the mount point, with octal escapes; after ` - ` comes the type. Of several
/// mounts of one device and root only one is searched.
fn parse_roots(table: &str) -> Vec<PathBuf> {
    let mut seen = std::collections::HashSet::new();
    let mut roots = vec![PathBuf::from("/")];
    for line in table.lines() {
        let Some((left, right)) = line.split_once(" - ") else { continue };
        let fields: Vec<&str> = left.split(' ').collect();
        let (Some(device), Some(root), Some(point)) = (fields.get(2), fields.get(3), fields.get(4))
        else {
            continue;
        };
        let kind = right.split(' ').next().unwrap_or_default();
        if *point == "/" {
            seen.insert(((*device).to_owned(), (*root).to_owned()));
        } else if LOCAL.contains(&kind) && seen.insert(((*device).to_owned(), (*root).to_owned())) {
            roots.push(PathBuf::from(unescape(point)));
        }
    }
    roots
}

fn unescape(field: &str) -> String {
    field.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_disks_are_searched_and_each_once() {
        let table = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
                     23 22 0:5 / /proc rw - proc proc rw\n\
                     24 22 8:2 / /data\\040disk rw - xfs /dev/sdb rw\n\
                     25 22 8:2 / /again rw - xfs /dev/sdb rw\n\
                     26 22 0:40 / /mnt/nfs rw - nfs4 server:/ rw\n";
        assert_eq!(parse_roots(table), [PathBuf::from("/"), PathBuf::from("/data disk")]);
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
        assert!(clear(base.path(), 61182).is_err(), "his folder can't go: another's file is in it");
        assert!(!at("his/own").exists() && !at("alone").exists());
        assert!(at("his/other").exists() && at("stays").exists());
    }
}
