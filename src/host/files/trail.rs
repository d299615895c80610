//! What stands on the way to a file, looked at and never opened: every folder, link and the file
//! itself, as the kernel would walk there.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use nix::fcntl::{OFlag, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, fstat};

use super::{FileError, Kind, Meta, Result};

/// One name on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// Where it is, links before it resolved.
    pub path: PathBuf,
    /// What it is.
    pub meta: Meta,
    /// Where it leads, if it is a link.
    pub link: Option<PathBuf>,
}

/// As many links as Linux follows (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// Walks to a path, and on through links. Ends at the first name that is not there: then the last
/// stop is its folder, and the missing path comes back as well.
pub fn trail(path: &Path) -> Result<(Vec<Stop>, Option<PathBuf>)> {
    let mut stops = Vec::new();
    let mut left: VecDeque<OsString> = names(path);
    let mut links = 0;
    let (mut here, mut at) = (open(None, OsStr::new("/"), Path::new("/"))?, PathBuf::from("/"));
    stops.push(Stop { path: at.clone(), meta: status(&here, &at)?.into(), link: None });
    // Open folders up to here, for `..`.
    let mut above: Vec<(OwnedFd, PathBuf)> = Vec::new();
    while let Some(name) = left.pop_front() {
        if name == ".." {
            if let Some((folder, path)) = above.pop() {
                (here, at) = (folder, path);
            }
            continue;
        }
        let path = at.join(&name);
        let next = match open(Some(&here), &name, &path) {
            Ok(next) => next,
            Err(error) if error.is_absent() => return Ok((stops, Some(path))),
            Err(error) => return Err(error),
        };
        let meta: Meta = status(&next, &path)?.into();
        if meta.kind == Kind::Link {
            links += 1;
            let system = |doing, source| FileError::System { doing, path: path.clone(), source };
            if links > MOST_LINKS {
                return Err(system("follow", nix::Error::ELOOP));
            }
            let target = PathBuf::from(readlinkat(&next, "").map_err(|e| system("read", e))?);
            stops.push(Stop { path, meta, link: Some(target.clone()) });
            if target.is_absolute() {
                (here, at) = (open(None, OsStr::new("/"), Path::new("/"))?, PathBuf::from("/"));
                above.clear();
            }
            for name in names(&target).into_iter().rev() {
                left.push_front(name);
            }
            continue;
        }
        stops.push(Stop { path: path.clone(), meta, link: None });
        above.push((std::mem::replace(&mut here, next), std::mem::replace(&mut at, path)));
    }
    Ok((stops, None))
}

fn names(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            _ => None,
        })
        .collect()
}

/// A handle that can be looked at and passed through, and does nothing else (open(2), `O_PATH`).
fn open(folder: Option<&OwnedFd>, name: &OsStr, path: &Path) -> Result<OwnedFd> {
    let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    match folder {
        Some(folder) => openat(folder, name, flags, Mode::empty()),
        None => nix::fcntl::open(name, flags, Mode::empty()),
    }
    .map_err(|source| FileError::System { doing: "look at", path: path.to_owned(), source })
}

fn status(handle: &OwnedFd, path: &Path) -> Result<FileStat> {
    fstat(handle).map_err(|source| FileError::System {
        doing: "stat",
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_and_shown() {
        let base = tempfile::tempdir().unwrap();
        let base = base.path().canonicalize().unwrap();
        std::fs::create_dir(base.join("real")).unwrap();
        std::fs::File::create(base.join("real/file")).unwrap();
        symlink("real", base.join("link")).unwrap();
        symlink("../link/file", base.join("real/again")).unwrap();
        let (stops, missing) = trail(&base.join("link/again")).unwrap();
        assert_eq!(missing, None);
        let ends: Vec<String> = stops
            .iter()
            .filter_map(|stop| Some(stop.path.strip_prefix(&base).ok()?.display().to_string()))
            .collect();
        assert_eq!(ends, ["", "link", "real", "real/again", "link", "real", "real/file"]);
        assert_eq!(stops.last().unwrap().meta.kind, Kind::File);
    }

    #[test]
    fn what_is_not_there_ends_the_trail() {
        let base = tempfile::tempdir().unwrap();
        let (stops, missing) = trail(&base.path().join("a/b")).unwrap();
        assert_eq!(missing, Some(base.path().join("a")));
        assert_eq!(stops.last().unwrap().meta.kind, Kind::Dir);
        symlink("loop", base.path().join("loop")).unwrap();
        assert!(trail(&base.path().join("loop")).is_err());
    }
}
