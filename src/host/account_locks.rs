//! What a killed account tool leaves in `/etc`: shadow's tools make `passwd.PID`, link `passwd.lock` to
//! it, write `passwd+`, and take all of it away when they end. A tool that finds the lock of a dead
//! process breaks it, but after a reboot the number may be another process's, and then no account can
//! be changed any more.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use super::files::{Dir, Place, Trust};
use super::{Hands, clock};

const FILES: [&str; 6] = ["passwd", "shadow", "group", "gshadow", "subuid", "subgid"];

/// Makes durable what the tools did, and removes locks that a process which is no more has taken since
/// that moment, with what was written under them: of no use to anybody, so what can't be looked at or
/// removed is left.
pub fn settle(_hands: &Hands, since: i64) {
    let Ok(place) = Place::open(Path::new("/etc/passwd"), Trust::Root) else { return };
    let dir = place.dir();
    // The tools sync the files, not their new names.
    let _ = dir.sync();
    let names = dir.names().unwrap_or_default();
    let dead: Vec<_> = names.iter().filter(|name| is_dead(dir, name, since)).collect();
    if dead.is_empty() {
        return;
    }
    // lckpwdf(3): a tool holds this for as long as it is at work, and then nothing here is dead.
    let Ok(lock) = dir.append_file(OsStr::new(".pwd.lock"), 0o600) else { return };
    #[allow(clippy::cast_possible_truncation, reason = "the constants are small")]
    let whole = libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    if fcntl(&lock, FcntlArg::F_SETLK(&whole)).is_ok() {
        for name in dead {
            let _ = dir.unlink(name);
        }
    }
}

fn is_dead(dir: &Dir, name: &OsStr, since: i64) -> bool {
    if let Some(file) = name.to_str().and_then(|name| name.strip_suffix('+')) {
        let made = dir.open_file(name).ok().and_then(|file| file.metadata().ok());
        return FILES.contains(&file)
            && made.is_some_and(|meta| meta.uid() == 0 && meta.mtime() >= since);
    }
    let Some((holder, taken)) = holder(dir, name) else { return false };
    let booted = clock::boot().map_or(i64::MIN, |(_, elapsed)| clock::now() - elapsed);
    taken >= since && (taken < booted || !Path::new(&format!("/proc/{holder}")).exists())
}

/// The process that a lock names: in its content, and unless the name is `.lock`, there as well; and
/// when it was taken.
fn holder(dir: &Dir, name: &OsStr) -> Option<(u32, i64)> {
    let (file, suffix) = name.to_str()?.split_once('.')?;
    if !FILES.contains(&file) || (suffix != "lock" && suffix.parse::<u32>().is_err()) {
        return None;
    }
    let lock = dir.open_file(&OsString::from(name)).ok()?;
    let meta = lock.metadata().ok()?;
    if meta.uid() != 0 || meta.size() > 16 {
        return None;
    }
    let content = std::io::read_to_string(lock).ok()?;
    let content = content.trim_end_matches(['\0', '\n']);
    // Killed before it wrote its number, it has left an empty file of its number's name.
    let number = if content.is_empty() { suffix } else { content };
    let number = number.parse().ok()?;
    (suffix == "lock" || suffix.parse() == Ok(number)).then_some((number, meta.mtime()))
}
