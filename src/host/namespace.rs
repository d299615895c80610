//! Private namespaces: a child of ours that sees mounts and networks which nobody else sees.
//!
//! Without `unsafe` there is no fork, so the program starts itself again with a hidden verb. The
//! child asks for its namespaces before it does anything else.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, FileType};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::{Mode, umask};

use super::run::Tool;

/// The hidden verb.
pub(super) const VERB: &str = "__inside";

/// Runs another program that finds a folder which is missing outside.
pub(super) const FOLDER: &str = "folder";
/// Proves the way in.
pub(super) const DOOR: &str = "door";
/// Opens files in the name of an account.
pub(super) const READER: &str = "reader";
/// Signs in to the running daemon.
pub(super) const DAEMON: &str = "daemon";

const OURSELVES: &str = "/proc/self/exe";

/// This program again, as a child that does what these words say.
pub(super) fn ourselves(words: &[&str]) -> Tool {
    Tool::new(OURSELVES).args(words.iter().copied())
}

/// The same, to do one thing inside.
pub(super) fn inside(what: &str) -> Tool {
    ourselves(&[VERB, what])
}

/// The same program, but for it alone there is an empty folder `path` of root's under `/run`.
pub(super) fn with_folder(tool: &Tool, path: &str) -> Tool {
    tool.clone().through(OURSELVES, [VERB, FOLDER, path])
}

/// Leaves the shared namespaces. Mounts that others make still show up here; ours stay here.
pub(super) fn leave(network: bool) -> nix::Result<()> {
    let network = if network { CloneFlags::CLONE_NEWNET } else { CloneFlags::empty() };
    unshare(CloneFlags::CLONE_NEWNS | network)?;
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_SLAVE | MsFlags::MS_REC, None::<&str>)
}

/// Covers a folder with memory that is never swapped out and that only root may enter.
pub(super) fn cover(path: &Path) -> nix::Result<()> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount(Some("support-access"), path, Some("ramfs"), flags, Some("mode=0700"))
}

/// Puts one file or folder in the place of another.
pub(super) fn bind(from: &Path, to: &Path) -> nix::Result<()> {
    let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
    mount(Some(from), to, None::<&str>, flags, None::<&str>)
}

/// Makes a folder under `/run` that only we see: `/run` becomes a new folder in memory, into which
/// everything that it held is bound again, sockets included.
pub(super) fn supply(path: &Path) -> io::Result<()> {
    let run = Path::new("/run");
    let inside = path.strip_prefix(run).map_err(io::Error::other)?;
    if inside.components().count() != 1 {
        return Err(io::Error::other(format!("{}: not right under /run", path.display())));
    }
    umask(Mode::from_bits_truncate(0o022));
    // The covered folder stays reachable through the handle.
    let handle = File::open(run)?;
    let old = Path::new("/proc/self/fd").join(handle.as_raw_fd().to_string());
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("support-access"), run, Some("tmpfs"), flags, Some("mode=0755,size=1m"))?;
    for entry in fs::read_dir(&old)? {
        let entry = entry?;
        rebind(&entry.path(), &run.join(entry.file_name()), entry.file_type()?)?;
    }
    DirBuilder::new().mode(0o755).create(path)
}

fn rebind(from: &Path, to: &Path, kind: FileType) -> io::Result<()> {
    if kind.is_symlink() {
        return symlink(fs::read_link(from)?, to);
    }
    if kind.is_dir() {
        fs::create_dir(to)?;
    } else {
        File::create_new(to)?;
    }
    match bind(from, to) {
        // Gone between listing and binding.
        Err(Errno::ENOENT) => Ok(()),
        other => Ok(other?),
    }
}

/// Becomes another program, in a place where the folder `path` exists. Returns only on failure.
pub(super) fn run_with_folder(path: &str, program: &OsStr, args: &[OsString]) -> io::Error {
    let entered = leave(false).map_err(io::Error::from).and_then(|()| supply(Path::new(path)));
    if let Err(error) = entered {
        return error;
    }
    #[allow(clippy::disallowed_methods, reason = "the caller, host::run, has set everything up")]
    Command::new(program).args(args).exec()
}
