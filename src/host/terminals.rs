//! The terminals of a visit, and a word to those who sit there.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use nix::fcntl::{OFlag, openat};
use nix::sys::stat::{Mode, SFlag, fstat, major, makedev, minor};

use super::files::{Place, Trust};
use super::processes::{self, Visit};

/// The first number of every pseudoterminal (Linux, devices.txt).
const PTS: u64 = 136;

/// Says a line, which must be fit for a terminal, on each terminal of the uid's own on which its
/// visit runs, and returns how many took it. A root shell through sudo is on one of these, or on
/// one of sudo's that is shown there. Nobody is waited for: a terminal may have been stopped.
pub fn tell(uid: u32, line: &str) -> usize {
    let visit = processes::of_visit(Visit { uid, since: 0 });
    let terminals: BTreeSet<u64> = visit.iter().filter_map(|p| terminal(p.pid)).collect();
    // A program may have switched off that a line end goes to the line's begin as well.
    let line = format!("\r\n\x07{line}\r\n");
    terminals.iter().filter(|number| say(uid, **number, &line).is_some()).count()
}

/// Number of a process's pseudoterminal (proc(5), `tty_nr`).
fn terminal(pid: i32) -> Option<u64> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The name before the last parenthesis may hold anything.
    let field = stat.rsplit_once(')')?.1.split_whitespace().nth(4)?;
    let device = u64::from(field.parse::<i32>().ok()?.cast_unsigned());
    (major(device) == PTS).then(|| minor(device))
}

fn say(uid: u32, number: u64, line: &str) -> Option<()> {
    let path = format!("/dev/pts/{number}");
    let place = Place::open(Path::new(&path), Trust::Root).ok()?;
    let flags = OFlag::O_WRONLY
        | OFlag::O_NOCTTY
        | OFlag::O_NONBLOCK
        | OFlag::O_NOFOLLOW
        | OFlag::O_CLOEXEC;
    let file = openat(place.dir(), place.name(), flags, Mode::empty()).ok()?;
    let stat = fstat(&file).ok()?;
    // Meanwhile the number may have become somebody else's.
    let kind = SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits());
    let his = kind == SFlag::S_IFCHR && stat.st_rdev == makedev(PTS, number) && stat.st_uid == uid;
    (his && std::fs::File::from(file).write(line.as_bytes()).is_ok_and(|length| length > 0))
        .then_some(())
}
