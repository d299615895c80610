//! Going through a tree: one look at each name, by the handle of its folder. No path is built and
//! nothing kept but for folders on the way.

use std::collections::VecDeque;
use std::ffi::{CStr, OsStr};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::fs::{
    AtFlags, FileType, RawDir, SeekFrom, StatxAttributes, StatxFlags, seek, statat, statx,
};
use rustix::io::Errno;

use crate::host::files::{Dir, FileError};

/// Folders held open one below the other. What is deeper waits until those above are done.
pub(super) const MAX_DEPTH: usize = 200;

/// Folders that wait so.
const MAX_WAITING: usize = 200;

/// What a name stands for, as far as a sweep must know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Status {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) mode: u32,
    pub(super) links: u64,
    pub(super) node: (u64, u64),
    /// When it was made, or where the file system does not know that, last changed.
    pub(super) born: i64,
    /// Whether it is the root of another mount, not to be entered from here; known since Linux 5.8.
    mount: Option<bool>,
}

impl Status {
    /// Status of a name, links not followed; of the handle itself if the name is empty.
    pub(super) fn of(dir: impl AsFd, name: &CStr) -> Result<Self, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::EMPTY_PATH;
        match statx(&dir, name, flags, StatxFlags::BASIC_STATS | StatxFlags::BTIME) {
            Ok(stat) => {
                let known = StatxFlags::from_bits_retain(stat.stx_mask).contains(StatxFlags::BTIME);
                let born = if known { stat.stx_btime } else { stat.stx_ctime };
                Ok(Self {
                    uid: stat.stx_uid,
                    gid: stat.stx_gid,
                    mode: stat.stx_mode.into(),
                    links: stat.stx_nlink.into(),
                    node: (
                        u64::from(stat.stx_dev_major) << 32 | u64::from(stat.stx_dev_minor),
                        stat.stx_ino,
                    ),
                    born: born.tv_sec,
                    mount: stat
                        .stx_attributes_mask
                        .contains(StatxAttributes::MOUNT_ROOT)
                        .then(|| stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT)),
                })
            }
            // Before Linux 4.11.
            Err(Errno::NOSYS) => {
                let stat = statat(&dir, name, flags)?;
                #[allow(clippy::useless_conversion, reason = "widths differ between architectures")]
                Ok(Self {
                    uid: stat.st_uid,
                    gid: stat.st_gid,
                    mode: stat.st_mode,
                    links: u64::from(stat.st_nlink),
                    node: (stat.st_dev, stat.st_ino),
                    born: stat.st_ctime,
                    mount: None,
                })
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.mode)
    }

    /// Whether it is not to be entered from a folder of this device. The device tells less than the
    /// mount: a subvolume of btrfs has its own.
    pub(super) fn is_other_mount(&self, device: u64) -> bool {
        self.mount.unwrap_or(self.node.0 != device)
    }

    pub(super) fn is_dir(&self) -> bool {
        self.kind() == FileType::Directory
    }
}

/// What is done on the way.
pub(super) trait See {
    /// Whose files are looked for.
    fn uid(&self) -> u32;

    /// Whether to go into this folder.
    fn enters(&mut self, dir: &Dir, name: &OsStr) -> bool;

    /// For each name.
    fn tick(&mut self) {}

    /// A name of the uid's, after all that is below it. Says whether the name is gone.
    fn hit(&mut self, dir: &Dir, name: &CStr, status: &Status) -> bool;

    /// A folder too deep to be entered from here. Says whether that is dealt with.
    fn deep(&mut self, _dir: &Dir, _name: &OsStr, _status: &Status) -> bool {
        false
    }

    /// A folder that could not be searched.
    fn unsearched(&mut self, path: PathBuf, error: &FileError);
}

/// Goes through all that is below a folder and on its mount.
pub(super) fn walk(top: Dir, see: &mut dyn See) {
    let device = Status::of(&top, c"").map(|status| status.node.0).unwrap_or_default();
    let mut waiting = VecDeque::from([top]);
    while let Some(dir) = waiting.pop_front() {
        Walk { device, waiting: &mut waiting, see }.level(&dir, 0);
    }
}

struct Walk<'a> {
    device: u64,
    waiting: &'a mut VecDeque<Dir>,
    see: &'a mut dyn See,
}

impl Walk<'_> {
    fn level(&mut self, dir: &Dir, depth: usize) {
        let mut buffer = Vec::with_capacity(8192);
        loop {
            let mut gone = false;
            let mut names = RawDir::new(dir.as_fd(), buffer.spare_capacity_mut());
            while let Some(entry) = names.next() {
                let entry = match entry {
                    Ok(entry) => entry,
                    // It was removed while it was held.
                    Err(Errno::NOENT) => break,
                    Err(error) => {
                        let source = nix::Error::from_raw(error.raw_os_error());
                        let path = dir.path().to_owned();
                        let error = FileError::System { doing: "list", path: path.clone(), source };
                        self.see.unsearched(path, &error);
                        break;
                    }
                };
                let name = entry.file_name();
                if name != c"." && name != c".." {
                    gone |= self.name(dir, name, depth);
                }
            }
            // What a folder lists while names go from it is not laid down anywhere.
            if !gone || seek(dir, SeekFrom::Start(0)).is_err() {
                return;
            }
        }
    }

    /// Says whether the name is gone.
    fn name(&mut self, dir: &Dir, name: &CStr, depth: usize) -> bool {
        self.see.tick();
        let Ok(status) = Status::of(dir, name) else { return false };
        if status.is_dir() {
            let plain = OsStr::from_bytes(name.to_bytes());
            if !status.is_other_mount(self.device) && self.see.enters(dir, plain) {
                if depth >= MAX_DEPTH && self.see.deep(dir, plain, &status) {
                    return true;
                }
                match dir.open_dir(plain) {
                    Ok(below) if depth < MAX_DEPTH => self.level(&below, depth + 1),
                    Ok(below) if self.waiting.len() < MAX_WAITING => self.waiting.push_back(below),
                    Ok(below) => {
                        let why = "too many folders as deep as this one";
                        let path = below.path().to_owned();
                        let error = FileError::Unsafe { path: path.clone(), why };
                        self.see.unsearched(path, &error);
                    }
                    Err(error) if error.is_absent() => {}
                    Err(error) => self.see.unsearched(dir.path().join(plain), &error),
                }
            }
        }
        status.uid == self.see.uid() && self.see.hit(dir, name, &status)
    }
}
