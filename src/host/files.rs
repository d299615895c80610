//! Files by directory handle. A path is walked one component at a time; a symbolic link is followed
//! only where nobody but root could have put it, and below a folder of another owner never.

mod dir;
mod place;
#[cfg(test)]
mod tests;
mod trail;
mod tree;

pub use dir::{Dir, Kind, Meta};
pub use place::Place;
pub(in crate::host) use place::open_folder;
pub use trail::{Stop, trail};
pub use tree::Removed;
pub(in crate::host) use tree::{move_up, remove_tree};

use std::path::{Path, PathBuf};

/// Why a file could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("{}: {doing}: {}", .path.display(), .source.desc())]
    System {
        /// What was to be done, as a verb ("open", "rename").
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: nix::Error,
    },
    /// A component could have been put or swapped by somebody other than root and the file's owner.
    #[error("{}: {why}", .path.display())]
    Unsafe {
        /// The component.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Larger than anything that should stand there.
    #[error("{}: larger than {limit} bytes", .path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
}

impl FileError {
    /// Whether the file, or a folder above it, is simply not there. A file where a folder should be
    /// holds no names either.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::System { source: nix::Error::ENOENT | nix::Error::ENOTDIR, .. })
    }

    /// Whether something stands there already.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::System { source: nix::Error::EEXIST, .. })
    }
}

/// Result of work on files.
pub type Result<T> = std::result::Result<T, FileError>;

/// Who may own the folders and files on a path, besides root.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trust {
    /// Root only: system files.
    Root,
    /// Root, and below a folder of this uid that uid: the support account's home.
    Owner(u32),
}

/// Reads a whole file of at most `limit` bytes; `None` when it is not there.
pub fn read(path: &Path, trust: Trust, limit: u64) -> Result<Option<Vec<u8>>> {
    let place = match Place::open(path, trust) {
        Ok(place) => place,
        Err(error) if error.is_absent() => return Ok(None),
        Err(error) => return Err(error),
    };
    place.read(limit)
}

/// SHA-256 of a file, which need not be kept in memory for it; `None` when it is not there.
pub fn digest(path: &Path, trust: Trust) -> Result<Option<String>> {
    let place = match Place::open(path, trust) {
        Ok(place) => place,
        Err(error) if error.is_absent() => return Ok(None),
        Err(error) => return Err(error),
    };
    place.digest()
}

/// Reads a system file as text, bytes that are not UTF-8 replaced; `None` when it is not there.
pub fn read_text(path: &str) -> Result<Option<String>> {
    Ok(read(Path::new(path), Trust::Root, 64 << 20)?
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Makes a name durable that somebody else has made (systemd).
pub fn settle(path: &Path) -> Result<()> {
    Place::open(path, Trust::Root)?.dir().sync()
}

/// Whether something is mounted on the way from one folder to another below it.
pub fn is_mounted_between(top: &Path, below: &Path, trust: Trust) -> Result<bool> {
    let mount = |path| tree::mount_id(&place::open_dir(path, trust)?);
    Ok(mount(top)? != mount(below)?)
}

/// What stands at a path, without following a link at its end; `None` when nothing does.
pub fn look(path: &Path, trust: Trust) -> Result<Option<Meta>> {
    match Place::open(path, trust) {
        Ok(place) => place.look(),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(error),
    }
}
