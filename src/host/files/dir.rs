//! A folder held open, and what can be done in it by a plain name.

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::fcntl::{AtFlags, OFlag, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, fstatat, mkdirat};
use nix::unistd::{Gid, LinkatFlags, Uid, UnlinkatFlags, fsync, linkat, unlinkat};

use super::{FileError, Result};

/// What a name stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A folder.
    Dir,
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A FIFO, socket or device.
    Other,
}

/// The part of a file's status that we look at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Meta {
    /// What it is.
    pub kind: Kind,
    /// Permission bits, with set-id and sticky bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Device of the file system it is on.
    pub dev: u64,
    /// Number of names it has.
    pub links: u64,
    /// Size in bytes.
    pub size: u64,
}

impl From<FileStat> for Meta {
    #[allow(clippy::useless_conversion, reason = "the widths differ between architectures")]
    fn from(stat: FileStat) -> Self {
        let kind = match SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT {
            SFlag::S_IFDIR => Kind::Dir,
            SFlag::S_IFREG => Kind::File,
            SFlag::S_IFLNK => Kind::Link,
            _ => Kind::Other,
        };
        Self {
            kind,
            mode: stat.st_mode & 0o7777,
            uid: stat.st_uid,
            gid: stat.st_gid,
            dev: stat.st_dev,
            links: u64::from(stat.st_nlink),
            size: u64::try_from(stat.st_size).unwrap_or(0),
        }
    }
}

/// An open folder. Names given to its methods are single components.
#[derive(Debug)]
pub struct Dir {
    fd: OwnedFd,
    path: PathBuf,
}

impl Dir {
    /// The root of the file system.
    pub fn root() -> Result<Self> {
        let path = PathBuf::from("/");
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let fd = nix::fcntl::open(&path, flags, Mode::empty())
            .map_err(|source| FileError::System { doing: "open", path: path.clone(), source })?;
        Ok(Self { fd, path })
    }

    /// The path by which it was reached, for messages only.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn error(&self, doing: &'static str, name: &OsStr, source: nix::Error) -> FileError {
        FileError::System { doing, path: self.path.join(name), source }
    }

    /// The folder's own status.
    pub fn meta(&self) -> Result<Meta> {
        fstat(&self.fd).map(Meta::from).map_err(|e| self.error("stat", OsStr::new(""), e))
    }

    /// Status of a name, links not followed; `None` when there is no such name.
    pub fn look(&self, name: &OsStr) -> Result<Option<Meta>> {
        match fstatat(&self.fd, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat.into())),
            Err(nix::Error::ENOENT) => Ok(None),
            Err(e) => Err(self.error("stat", name, e)),
        }
    }

    /// Opens a folder in it; a link is an error.
    pub fn open_dir(&self, name: &OsStr) -> Result<Self> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let fd = openat(&self.fd, name, flags, Mode::empty())
            .map_err(|e| self.error("open", name, e))?;
        Ok(Self { fd, path: self.path.join(name) })
    }

    /// Opens a regular file for reading; links, FIFOs and devices are errors and never waited for.
    pub fn open_file(&self, name: &OsStr) -> Result<std::fs::File> {
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let fd = openat(&self.fd, name, flags, Mode::empty()).map_err(|e| match e {
            // A link, a socket.
            nix::Error::ELOOP | nix::Error::ENXIO => {
                FileError::Unsafe { path: self.path.join(name), why: "not a regular file" }
            }
            e => self.error("open", name, e),
        })?;
        let meta: Meta = fstat(&fd).map_err(|e| self.error("stat", name, e))?.into();
        if meta.kind == Kind::File {
            Ok(fd.into())
        } else {
            Err(FileError::Unsafe { path: self.path.join(name), why: "not a regular file" })
        }
    }

    /// Opens an existing regular file of root's for appending, or makes it.
    pub(in crate::host) fn append_file(&self, name: &OsStr, mode: u32) -> Result<std::fs::File> {
        let flags = OFlag::O_WRONLY
            | OFlag::O_APPEND
            | OFlag::O_CREAT
            | OFlag::O_NOFOLLOW
            | OFlag::O_NONBLOCK
            | OFlag::O_CLOEXEC;
        let fd = openat(&self.fd, name, flags, Mode::from_bits_truncate(mode))
            .map_err(|e| self.error("open", name, e))?;
        let meta: Meta = fstat(&fd).map_err(|e| self.error("stat", name, e))?.into();
        if meta.kind == Kind::File && meta.links == 1 && meta.uid == 0 {
            Ok(fd.into())
        } else {
            Err(FileError::Unsafe {
                path: self.path.join(name),
                why: "not a regular file of root's with one name",
            })
        }
    }

    /// Makes a new file for writing; anything that stands there is an error.
    pub(in crate::host) fn create_file(&self, name: &OsStr) -> Result<std::fs::File> {
        let flags =
            OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        openat(&self.fd, name, flags, Mode::from_bits_truncate(0o600))
            .map(std::fs::File::from)
            .map_err(|e| self.error("create", name, e))
    }

    /// Makes a folder with exactly this owner and mode, whatever the umask.
    pub(in crate::host) fn make_dir(
        &self,
        name: &OsStr,
        mode: u32,
        owner: (u32, u32),
    ) -> Result<()> {
        mkdirat(&self.fd, name, Mode::from_bits_truncate(0o700))
            .map_err(|e| self.error("make folder", name, e))?;
        self.open_dir(name)?.set_owner_mode(owner, mode)
    }

    /// Sets owner and mode of the folder itself.
    pub(in crate::host) fn set_owner_mode(&self, owner: (u32, u32), mode: u32) -> Result<()> {
        let (uid, gid) = (Uid::from_raw(owner.0), Gid::from_raw(owner.1));
        nix::unistd::fchown(&self.fd, Some(uid), Some(gid))
            .map_err(|e| self.error("chown", OsStr::new(""), e))?;
        nix::sys::stat::fchmod(&self.fd, Mode::from_bits_truncate(mode))
            .map_err(|e| self.error("chmod", OsStr::new(""), e))
    }

    /// Gives a file a second name, which must not exist.
    pub(in crate::host) fn link(&self, from: &OsStr, to: &OsStr) -> Result<()> {
        linkat(&self.fd, from, &self.fd, to, LinkatFlags::empty())
            .map_err(|e| self.error("link", to, e))
    }

    /// Renames over whatever stands at `to`.
    pub(in crate::host) fn rename(&self, from: &OsStr, to: &OsStr) -> Result<()> {
        nix::fcntl::renameat(&self.fd, from, &self.fd, to).map_err(|e| self.error("rename", to, e))
    }

    /// Removes a name that is not a folder. Returns whether it was there.
    pub(in crate::host) fn unlink(&self, name: &OsStr) -> Result<bool> {
        match unlinkat(&self.fd, name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) => Ok(true),
            Err(nix::Error::ENOENT) => Ok(false),
            Err(e) => Err(self.error("remove", name, e)),
        }
    }

    /// Removes an empty folder. Returns whether it was there.
    pub(in crate::host) fn remove_dir(&self, name: &OsStr) -> Result<bool> {
        match unlinkat(&self.fd, name, UnlinkatFlags::RemoveDir) {
            Ok(()) => Ok(true),
            Err(nix::Error::ENOENT) => Ok(false),
            Err(e) => Err(self.error("remove folder", name, e)),
        }
    }

    /// Where a link points.
    pub fn read_link(&self, name: &OsStr) -> Result<PathBuf> {
        readlinkat(&self.fd, name).map(PathBuf::from).map_err(|e| self.error("read link", name, e))
    }

    /// The names in it, without `.` and `..`.
    pub fn names(&self) -> Result<Vec<std::ffi::OsString>> {
        use std::os::unix::ffi::OsStrExt;
        let error = |e| self.error("list", OsStr::new(""), e);
        let own = openat(
            &self.fd,
            ".",
            OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC,
            Mode::empty(),
        )
        .map_err(error)?;
        let mut listing = nix::dir::Dir::from_fd(own).map_err(error)?;
        let mut names = Vec::new();
        for entry in listing.iter() {
            let entry = entry.map_err(error)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Makes the names in it durable.
    pub(in crate::host) fn sync(&self) -> Result<()> {
        fsync(&self.fd).map_err(|e| self.error("fsync", OsStr::new(""), e))
    }
}

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
