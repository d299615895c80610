//! Package managers at work as root. One that is torn away leaves packages half unpacked, and the
//! server worse than any visit could.

use std::collections::HashSet;
use std::path::Path;

use super::{Process, status};

/// Programs that change what is installed.
const MANAGERS: [&str; 17] = [
    "dpkg",
    "apt",
    "apt-get",
    "aptitude",
    "rpm",
    "rpmdb",
    "dnf5",
    "microdnf",
    "zypper",
    "apk",
    "pacman",
    "snap",
    "dnf",
    "dnf-3",
    "yum",
    "unattended-upgrade",
    "needrestart",
];

/// Interpreters that some of them are written for: then the script's name tells.
const INTERPRETERS: [&str; 3] = ["python", "platform-python", "perl"];

/// Processes that are not to be torn away, and for each whether it may be asked to end: package
/// managers that do not run as the uid itself, what they started, and what they run under (sudo,
/// which would pass the end of its terminal on to them).
pub(super) fn at_work(all: &[Process]) -> Vec<(i32, bool)> {
    let foreign: Vec<&Process> = all.iter().filter(|process| !process.own).collect();
    let managers: Vec<&Process> =
        foreign.iter().filter(|process| is_manager(process.pid)).copied().collect();
    let below = |top: i32| {
        let mut set = HashSet::from([top]);
        while let Some(next) =
            foreign.iter().find(|p| set.contains(&p.parent) && !set.contains(&p.pid))
        {
            set.insert(next.pid);
        }
        set
    };
    let mut busy: HashSet<i32> = HashSet::new();
    let mut may_ask = HashSet::new();
    for manager in &managers {
        let tree = below(manager.pid);
        // dpkg has no handler for TERM: it would end at once, between two files. And apt's end would
        // take dpkg's terminal away. Those that write the database themselves (rpm, dnf) have a
        // handler, and end between two packages.
        let handles = status(manager.pid).is_some_and(|it| it.caught & (1 << 14) != 0);
        let writes = tree.iter().any(|pid| executable(*pid).is_some_and(|it| it == "dpkg"));
        if handles || !writes {
            may_ask.insert(manager.pid);
        }
        busy.extend(tree);
        let mut above = manager.parent;
        while let Some(parent) = foreign.iter().find(|process| process.pid == above) {
            if !busy.insert(parent.pid) {
                break;
            }
            above = parent.parent;
        }
    }
    busy.into_iter().map(|pid| (pid, may_ask.contains(&pid))).collect()
}

/// By what it executes: a name can be anybody's.
fn is_manager(pid: i32) -> bool {
    let Some(program) = executable(pid) else { return false };
    if MANAGERS.contains(&program.as_str()) {
        return true;
    }
    let line = super::read(pid, "cmdline").unwrap_or_default();
    let script = line.split('\0').skip(1).find(|word| !word.starts_with('-')).and_then(system_name);
    INTERPRETERS.iter().any(|it| program.starts_with(it))
        && script.is_some_and(|name| MANAGERS.contains(&name.as_str()))
}

/// The name of a process's program, if it is one of the system's. dpkg may be replacing itself.
fn executable(pid: i32) -> Option<String> {
    let path = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    let path = path.to_str()?;
    system_name(path.strip_suffix(" (deleted)").unwrap_or(path))
}

fn system_name(path: &str) -> Option<String> {
    let path = Path::new(path);
    let folder = path.parent()?.to_str()?;
    ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/libexec", "/usr/lib/snapd"]
        .contains(&folder)
        .then(|| path.file_name()?.to_str().map(ToOwned::to_owned))?
}
