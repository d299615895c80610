//! Making a file root's, without making it more than it was.

use std::ffi::OsStr;
use std::ops::RangeInclusive;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, chmod, chownat, getxattr, openat, removexattr};
use rustix::fs::{Gid, Uid};
use rustix::io::Errno;

use super::walk::Status;
use crate::host::files::{Dir, FileError};

/// What gives rights beside owner and mode (xattr(7)): access lists and capabilities.
const RIGHTS: [&str; 3] =
    ["system.posix_acl_access", "system.posix_acl_default", "security.capability"];

/// A file held open whatever it is, a link too; nothing of it is read or waited for.
pub(super) struct Handle(OwnedFd);

impl Handle {
    /// Opens a name that must be the uid's.
    pub(super) fn open(dir: &Dir, name: &OsStr, uid: u32) -> Result<Self, FileError> {
        let failed = |error| system(dir, name, "open", error);
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = openat(dir, name, flags, Mode::empty()).map_err(failed)?;
        if Status::of(&handle, c"").map_err(failed)?.uid != uid {
            let path = dir.path().join(name);
            return Err(FileError::Unsafe { path, why: "changed while being looked at" });
        }
        Ok(Self(handle))
    }

    pub(super) fn node(&self) -> Result<(u64, u64), Errno> {
        Ok(Status::of(&self.0, c"")?.node)
    }

    /// Gives it to root, if it is the uid's still: first the owner, whereby the kernel takes set-id
    /// bits and capabilities off a program, then all that lets others in. The group stays if it is
    /// one of the customer's.
    pub(super) fn hand_over(&self, uid: u32, groups: &RangeInclusive<u32>) -> Result<(), Errno> {
        let status = Status::of(&self.0, c"")?;
        if status.uid != uid {
            return Ok(());
        }
        let group = groups.contains(&status.gid).then_some(Gid::ROOT);
        chownat(&self.0, "", Some(Uid::ROOT), group, AtFlags::EMPTY_PATH)?;
        if status.kind() == FileType::Symlink {
            return Ok(());
        }
        // A handle of this kind can do no more; through /proc it stands for the file itself.
        let path = format!("/proc/self/fd/{}", self.0.as_raw_fd());
        let mut mode = status.mode & 0o7777 & !0o6022;
        let mut list = [0; 1024];
        match getxattr(path.as_str(), RIGHTS[0], &mut list) {
            Ok(length) => mode = mode & !0o070 | group_bits(&list[..length]) << 3 & mode,
            Err(Errno::RANGE) => mode &= !0o070,
            Err(_) => {}
        }
        for name in RIGHTS {
            match removexattr(path.as_str(), name) {
                Ok(()) | Err(Errno::NODATA | Errno::NOTSUP) => {}
                Err(error) => return Err(error),
            }
        }
        chmod(path.as_str(), Mode::from_raw_mode(mode))
    }
}

/// What an access list says of the file's own group. The mode shows its mask instead, which without
/// the list would become the group's rights. (acl(5); in the kernel's `posix_acl_xattr.h` a
/// version, then eight bytes for each entry: tag, permissions, id.)
fn group_bits(list: &[u8]) -> u32 {
    const OWN_GROUP: [u8; 2] = [4, 0];
    let mut entries = list.get(4..).unwrap_or_default().chunks_exact(8);
    entries.find(|entry| entry[..2] == OWN_GROUP).map_or(0, |entry| u32::from(entry[2] & 7))
}

pub(super) fn system(dir: &Dir, name: &OsStr, doing: &'static str, error: Errno) -> FileError {
    let source = nix::Error::from_raw(error.raw_os_error());
    FileError::System { doing, path: dir.path().join(name), source }
}
