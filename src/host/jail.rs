//! A room without doors, for a child of ours that hears a stranger: no rights, no file but the two
//! that a name is looked up with, little memory and little time.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl;
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Gid, Uid, chdir, chroot, setgroups, setresgid, setresuid};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::namespace;

/// Uid and gid of `nobody` on Debian and RHEL 8 and later; on RHEL 7 it is nobody's either.
const NOBODY: u32 = 65534;

/// Files that musl and glibc read to look a name up (resolv.conf(5), hosts(5)).
const RESOLVER: [&str; 2] = ["etc/resolv.conf", "etc/hosts"];

/// Longer ones are taken to be empty.
const LIMIT: u64 = 1 << 20;

/// Bounds of a process that fetches one small file: address space and data in bytes, time on the
/// processor in seconds, open files.
const BOUNDS: [(Resource, u64); 5] = [
    (Resource::As, 512 << 20),
    (Resource::Cpu, 20),
    (Resource::Nofile, 32),
    (Resource::Fsize, 1 << 20),
    (Resource::Core, 0),
];

/// Gives the children of this process a pid namespace of their own: they can neither trace nor signal
/// others, not even of the same uid, and with the first of them end all. Whether this system lets us.
#[must_use]
pub fn seclude() -> bool {
    unshare(CloneFlags::CLONE_NEWPID).is_ok()
}

/// A room that is made, and not yet entered.
#[derive(Debug)]
pub struct Jail<'p> {
    /// Where it lies, if this system lets us make one.
    room: Option<&'p Path>,
}

impl<'p> Jail<'p> {
    /// Makes the room, over a folder that this process then sees no more, and sets the bounds.
    /// Threads that are started from here on share them; none may have been started before.
    pub fn prepare(over: &'p Path) -> io::Result<Self> {
        prctl::set_no_new_privs()?;
        // In a container that may mount nothing, the child still gives up its rights.
        let room = furnish(over).is_ok().then_some(over);
        for (resource, bound) in BOUNDS {
            let bound = Some(bound);
            setrlimit(resource, Rlimit { current: bound, maximum: bound })?;
        }
        Ok(Self { room })
    }

    /// Enters it for good, with all threads.
    pub fn enter(self) -> io::Result<()> {
        if let Some(room) = self.room {
            chroot(room)?;
            chdir("/")?;
        }
        let (uid, gid) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
        setgroups(&[])?;
        setresgid(gid, gid, gid)?;
        setresuid(uid, uid, uid)?;
        Ok(())
    }
}

fn furnish(over: &Path) -> io::Result<()> {
    // Read first: one may be a link into a folder that is covered.
    let files = RESOLVER.map(|name| (name, read(&Path::new("/").join(name)).unwrap_or_default()));
    namespace::leave(false)?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let memory = Some("mode=0755,size=4m");
    mount(Some("support-access"), over, Some("tmpfs"), flags, memory)?;
    umask(Mode::from_bits_truncate(0o022));
    fs::create_dir(over.join("etc"))?;
    for (name, bytes) in files {
        File::create_new(over.join(name))?.write_all(&bytes)?;
    }
    let flags = flags | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
    Ok(mount(None::<&str>, over, None::<&str>, flags, None::<&str>)?)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT { Ok(Vec::new()) } else { Ok(bytes) }
}
