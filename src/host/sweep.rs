//! Files of a uid, wherever they lie on this server's own disks.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::files::{Dir, FileError, Kind, move_up, open_folder};

/// Where programs put what need not last: what lies here goes with its owner.
pub const TEMPORARY: [&str; 3] = ["/tmp", "/var/tmp", "/dev/shm"];

/// File systems that hold this server's own files. Others are another machine's, or the kernel's.
const LOCAL: [&str; 10] =
    ["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "tmpfs", "vfat", "jfs"];

/// Deeper folders are not searched.
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
    // A folder that is a disk of its own, as `/tmp` often is, is no name below another.
    for root in roots().iter().filter(|root| !except.contains(&root.as_path())) {
        search_below(root, uid, except, &mut found);
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
    let Ok(folder) = open_folder(root) else { return };
    let Ok(meta) = folder.meta() else { return };
    visit(&folder, meta.dev, 0, &mut |dir, name, meta| {
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

/// Removes the uid's files from one folder that all may use. Folders of others are entered, never
/// removed; a folder of the uid goes when nothing of others is in it. What can't go stays.
pub(in crate::host) fn clear(folder: &Path, uid: u32) {
    let Ok(top) = open_folder(folder) else { return };
    let Ok(meta) = top.meta() else { return };
    let mut work = Clearing { top: &top, uid, dev: meta.dev, moved: 0 };
    loop {
        work.clear(&top, 0);
        // What was moved up from the depth stands in the top folder now.
        if std::mem::take(&mut work.moved) == 0 {
            return;
        }
    }
}

struct Clearing<'a> {
    top: &'a Dir,
    uid: u32,
    dev: u64,
    moved: u64,
}

impl Clearing<'_> {
    fn clear(&mut self, dir: &Dir, depth: usize) {
        for name in dir.names().unwrap_or_default() {
            // What can't be removed is found again, and named, by the search that comes after.
            let _ = self.clear_one(dir, &name, depth);
        }
    }

    fn clear_one(&mut self, dir: &Dir, name: &OsStr, depth: usize) -> Result<(), FileError> {
        let Some(meta) = dir.look(name)? else { return Ok(()) };
        let his = meta.uid == self.uid;
        if meta.kind == Kind::Dir && meta.dev == self.dev {
            if depth < MAX_DEPTH {
                self.clear(&dir.open_dir(name)?, depth + 1);
            } else if his {
                return move_up(self.top, dir, name, &mut self.moved);
            }
        }
        if his {
            if meta.kind == Kind::Dir {
                dir.remove_dir(name)?
            } else {
                dir.unlink(name)?
            };
        }
        Ok(())
    }
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
pub(super) fn parse_roots(table: &str) -> Vec<PathBuf> {
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
        clear(base.path(), 61182);
        assert!(!at("his/own").exists() && !at("alone").exists());
        assert!(at("his/other").exists() && at("stays").exists());
        let found = search_in(&[base.path()], 61182);
        assert_eq!(found.paths, [at("his")], "his folder can't go: another's file is in it");
    }

    #[test]
    fn a_tree_deeper_than_we_go_is_cleared() {
        let base = tempfile::tempdir_in("/root").unwrap();
        let mut path = base.path().to_owned();
        for _ in 0..3 * MAX_DEPTH {
            path.push("d");
            std::fs::create_dir(&path).unwrap();
            std::os::unix::fs::chown(&path, Some(61182), None).unwrap();
        }
        clear(base.path(), 61182);
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
        clear(&folder, 61182);
        assert!(folder.join("job").exists(), "daemon could have swapped its folder for a link");
        std::os::unix::fs::chown(base.path().join("daemon"), Some(0), None).unwrap();
        clear(&folder, 61182);
        assert!(!folder.join("job").exists());
    }
}
