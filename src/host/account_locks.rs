//! What a killed account tool leaves in `/etc`: shadow's tools make `passwd.PID`, link `passwd.lock` to
//! it, and take both away when they end. A tool that finds the lock of a dead process breaks it, but
//! after a reboot the number may be another process's, and then no account can be changed any more.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::files::{Dir, Place, Trust};
use super::{Hands, clock};

const FILES: [&str; 6] = ["passwd", "shadow", "group", "gshadow", "subuid", "subgid"];

/// Removes locks that were taken since that moment by a process that is no more. Of no use to anybody,
/// so what can't be looked at or removed is left.
pub fn clear_dead(_hands: &Hands, since: i64) {
    let Ok(place) = Place::open(Path::new("/etc/passwd"), Trust::Root) else { return };
    for name in place.dir().names().unwrap_or_default() {
        if is_dead(place.dir(), &name, since) {
            let _ = place.dir().unlink(&name);
        }
    }
}

fn is_dead(dir: &Dir, name: &OsStr, since: i64) -> bool {
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
