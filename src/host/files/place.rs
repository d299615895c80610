//! A name in an open folder: what a path means after it was walked safely.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use ring::digest::{Context, SHA256};

use super::dir::{Dir, Kind, Meta};
use super::{FileError, Result, Trust};

/// Links that one walk follows at most.
const MAX_LINKS: usize = 20;

/// A folder held open and a name in it.
#[derive(Debug)]
pub struct Place {
    dir: Dir,
    name: OsString,
}

/// A file written and synced beside its place, not yet under its name.
#[derive(Debug)]
pub(in crate::host) struct Staged<'a> {
    place: &'a Place,
    temporary: OsString,
}

impl Place {
    /// Walks to the folder that holds `path`. The last component is not opened and need not exist.
    pub fn open(path: &Path, trust: Trust) -> Result<Self> {
        let parent = path.parent().unwrap_or(Path::new("/"));
        let name = path.file_name().ok_or_else(|| FileError::Unsafe {
            path: path.to_owned(),
            why: "not an absolute path of a file",
        })?;
        Ok(Self { dir: open_dir(parent, trust)?, name: name.to_owned() })
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Dir {
        &self.dir
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// The full path, for messages.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.dir.path().join(&self.name)
    }

    /// Status of what stands there, links not followed.
    pub fn look(&self) -> Result<Option<Meta>> {
        self.dir.look(&self.name)
    }

    /// The whole content, at most `limit` bytes; `None` when nothing is there.
    pub fn read(&self, limit: u64) -> Result<Option<Vec<u8>>> {
        let file = match self.dir.open_file(&self.name) {
            Ok(file) => file,
            Err(error) if error.is_absent() => return Ok(None),
            Err(error) => return Err(error),
        };
        let failed = |error: &std::io::Error| io_error("read", self.path(), error);
        // At once, since a buffer that grows is twice in memory.
        let size = file.metadata().map_err(|error| failed(&error))?.len().min(limit) + 1;
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(usize::try_from(size).unwrap_or(usize::MAX))
            .map_err(|_| failed(&std::io::ErrorKind::OutOfMemory.into()))?;
        file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
        if bytes.len() as u64 > limit {
            return Err(FileError::TooLarge { path: self.path(), limit });
        }
        Ok(Some(bytes))
    }

    /// SHA-256 of the content, in hexadecimal; `None` when nothing is there.
    pub(super) fn digest(&self) -> Result<Option<String>> {
        let mut file = match self.dir.open_file(&self.name) {
            Ok(file) => file,
            Err(error) if error.is_absent() => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut hash = Context::new(&SHA256);
        let mut piece = vec![0; 1 << 16];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok(Some(crate::host::hex(hash.finish()))),
                Ok(length) => hash.update(&piece[..length]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(io_error("read", self.path(), &error)),
            }
        }
    }

    /// Writes `bytes` to a temporary file beside the place, with owner and mode set and synced. The
    /// temporary name follows from `tag`, so that a later run can remove what a killed one left.
    pub(in crate::host) fn stage(
        &self,
        bytes: &[u8],
        owner: (u32, u32),
        mode: u32,
        tag: &str,
    ) -> Result<Staged<'_>> {
        let temporary = self.temporary(tag);
        self.dir.unlink(&temporary)?;
        let mut file = self.dir.create_file(&temporary)?;
        let staged = Staged { place: self, temporary };
        let failed = |doing, e: &std::io::Error| io_error(doing, staged.path(), e);
        file.write_all(bytes).map_err(|e| failed("write", &e))?;
        std::os::unix::fs::fchown(&file, Some(owner.0), Some(owner.1))
            .map_err(|e| failed("chown", &e))?;
        file.set_permissions(std::fs::Permissions::from_mode(mode))
            .map_err(|e| failed("chmod", &e))?;
        file.sync_all().map_err(|e| failed("fsync", &e))?;
        let meta = file.metadata().map_err(|e| failed("stat", &e))?;
        if meta.size() != bytes.len() as u64 {
            return Err(FileError::Unsafe {
                path: staged.path(),
                why: "was changed while being written",
            });
        }
        Ok(staged)
    }

    /// Name of the temporary file that [`Place::stage`] uses.
    #[must_use]
    pub fn temporary(&self, tag: &str) -> OsString {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push(".");
        name.push(tag);
        name.push(".tmp");
        name
    }

    /// Removes the name, which is not a folder. Returns whether it was there.
    pub(in crate::host) fn remove(&self) -> Result<bool> {
        let was = self.dir.unlink(&self.name)?;
        // Also where somebody else (systemd) has just removed it.
        self.dir.sync()?;
        Ok(was)
    }
}

impl Staged<'_> {
    /// The temporary file's path.
    #[must_use]
    pub(in crate::host) fn path(&self) -> PathBuf {
        self.place.dir.path().join(&self.temporary)
    }

    /// Gives the file its name; anything that stands there is an error.
    pub(in crate::host) fn place_new(self) -> Result<()> {
        self.place.dir.link(&self.temporary, &self.place.name)?;
        self.place.dir.unlink(&self.temporary)?;
        self.place.dir.sync()
    }

    /// Gives the file its name, over the file that stands there.
    pub(in crate::host) fn replace(self) -> Result<()> {
        self.place.dir.rename(&self.temporary, &self.place.name)?;
        self.place.dir.sync()
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // After placing it is gone already; after a failure this is the clean-up.
        let _ = self.place.dir.unlink(&self.temporary);
    }
}

fn io_error(doing: &'static str, path: PathBuf, error: &std::io::Error) -> FileError {
    // Only memory can run out without a number.
    let source = error.raw_os_error().map_or(nix::Error::ENOMEM, nix::Error::from_raw);
    FileError::System { doing, path, source }
}

/// Opens a folder which may be anybody's, on a way that only root could lay.
pub(in crate::host) fn open_folder(path: &Path) -> Result<Dir> {
    let Some((parent, name)) = path.parent().zip(path.file_name()) else { return Dir::root() };
    match open_dir(parent, Trust::Root)?.open_dir(name) {
        // Perhaps a link of root's.
        Err(error) if !error.is_absent() || path.is_symlink() => open_dir(path, Trust::Root),
        other => other,
    }
}

/// Walks to a folder.
pub(super) fn open_dir(path: &Path, trust: Trust) -> Result<Dir> {
    let mut rest: VecDeque<OsString> = components(path);
    let mut here = Dir::root()?;
    let mut links = 0;
    while let Some(name) = rest.pop_front() {
        let meta = here.look(&name)?.ok_or_else(|| FileError::System {
            doing: "open",
            path: here.path().join(&name),
            source: nix::Error::ENOENT,
        })?;
        if meta.kind == Kind::Link {
            links += 1;
            let fine = links <= MAX_LINKS && only_root_could_put(&here.meta()?, &meta);
            if !fine {
                let path = here.path().join(&name);
                return Err(FileError::Unsafe { path, why: "a symbolic link where none may be" });
            }
            let target = here.read_link(&name)?;
            for part in components(&target).into_iter().rev() {
                rest.push_front(part);
            }
            if target.is_absolute() {
                here = Dir::root()?;
            }
            continue;
        }
        if name == ".." {
            // Only a link of root's gets here; its meaning is the kernel's.
            here = here.open_dir(OsStr::new(".."))?;
            continue;
        }
        let next = here.open_dir(&name)?;
        check_owner(&next, trust)?;
        here = next;
    }
    Ok(here)
}

fn components(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|c| match c {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some(OsStr::from_bytes(b"..").to_owned()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect()
}

/// A link may be followed if root owns it and its folder, and nobody else can write there.
fn only_root_could_put(dir: &Meta, link: &Meta) -> bool {
    dir.uid == 0 && link.uid == 0 && dir.mode & 0o022 == 0
}

/// Refuses a folder in which anybody could swap names under our hands. A sticky folder of root's
/// (`/tmp`) is fine to pass through: nobody can rename what is not his. Write permission for a group
/// is the administrator's own choice (Debian's `/usr/local`, Ubuntu's `/var/log`).
fn check_owner(dir: &Dir, trust: Trust) -> Result<()> {
    let meta = dir.meta()?;
    let known = meta.uid == 0 || matches!(trust, Trust::Owner(uid) if uid == meta.uid);
    let why = if !known {
        "owned by another user"
    } else if meta.uid == 0 && meta.mode & 0o002 != 0 && meta.mode & 0o1000 == 0 {
        "others may write here"
    } else {
        return Ok(());
    };
    Err(FileError::Unsafe { path: dir.path().to_owned(), why })
}
