//! The key files of whoever runs us, in his own folders.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use users::os::unix::UserExt;
use zeroize::Zeroizing;

use super::files::{FileError, Place, Result, Trust};

/// Mode and owner of a file.
#[must_use]
pub fn mode(path: &Path) -> Option<(u32, u32)> {
    let about = fs::metadata(path).ok()?;
    Some((about.mode() & 0o7777, about.uid()))
}

/// Whoever runs us.
#[must_use]
pub fn me() -> u32 {
    users::get_effective_uid()
}

/// The name and home of whoever runs us.
#[must_use]
pub fn user() -> Option<(String, PathBuf)> {
    let user = users::get_user_by_uid(me())?;
    Some((user.name().to_string_lossy().into_owned(), user.home_dir().to_owned()))
}

/// This machine's name.
#[must_use]
pub fn host() -> String {
    nix::unistd::gethostname().map_or_else(|_| String::new(), |name| name.to_string_lossy().into())
}

/// Makes the folder in which ssh looks for keys, if it is not there.
pub fn folder(path: &Path) {
    // Whether it worked is seen when the key is written.
    let _ = fs::DirBuilder::new().mode(0o700).create(path);
}

/// The absolute path, the folder's links followed: it is its owner's business how it is reached.
fn settled(path: &Path) -> Option<PathBuf> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    Some(fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?.join(path.file_name()?))
}

/// Whether something stands there.
#[must_use]
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// A file to be written, whole or not at all.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Where.
    pub path: &'a str,
    /// What.
    pub bytes: &'a [u8],
    /// With which mode.
    pub mode: u32,
}

/// Writes files of ours, all of them or none; over others only where that is wanted.
pub fn write(files: &[New], force: bool) -> Result<()> {
    let places =
        files.iter().map(|file| place(Path::new(file.path))).collect::<Result<Vec<_>>>()?;
    let ours = (me(), users::get_effective_gid());
    let pairs = places.iter().zip(files);
    let staged = pairs.map(|(place, file)| place.stage(file.bytes, ours, file.mode, "key"));
    let staged = staged.collect::<Result<Vec<_>>>()?;
    for (at, file) in staged.into_iter().enumerate() {
        let done = if force { file.replace() } else { file.place_new() };
        if let Err(error) = done {
            // Those before it are of this run, for nothing was written over: of a pair, both or none.
            for place in places.iter().take(at).filter(|_| !force) {
                let _ = place.remove();
            }
            return Err(error);
        }
    }
    Ok(())
}

/// The folder, which is that of whoever it belongs to, and the name in it.
fn place(path: &Path) -> Result<Place> {
    let settled = settled(path).ok_or_else(|| FileError::System {
        doing: "open",
        path: path.to_owned(),
        source: nix::Error::ENOENT,
    })?;
    let owner = settled.parent().and_then(|parent| fs::metadata(parent).ok()).map(|it| it.uid());
    Place::open(&settled, Trust::Owner(owner.unwrap_or_else(me)))
}

/// Random bytes, from the kernel.
pub fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    for part in bytes.chunks_mut(8) {
        let random = Zeroizing::new(super::random()?);
        part.copy_from_slice(&random[..part.len()]);
    }
    Ok(bytes)
}
