//! Processes: whose they are, and how they are ended.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::files::FileError;

/// A process of a visit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Process {
    /// Process id.
    pub pid: i32,
    /// Its name, untrusted text.
    pub name: String,
    /// Whether it runs under the uid itself; else it was started by a login of that uid (sudo).
    pub own: bool,
}

pub(super) struct Status {
    pub(super) name: String,
    uids: Vec<u32>,
    parent: i32,
    /// It has ended, and waits only for its parent to ask how. Where the first thread has ended
    /// before the others, the process is shown as a zombie too, but has more than one thread.
    dead: bool,
}

/// That processes can be seen at all: without `/proc`, or with that of another pid namespace, it would
/// look as if none ran.
pub fn visible() -> Result<(), FileError> {
    let path = Path::new("/proc/self");
    let source = nix::Error::ENOENT;
    let missing = FileError::System { doing: "open", path: path.to_owned(), source };
    let own = std::fs::read_link(path).unwrap_or_default();
    if own == Path::new(&std::process::id().to_string()) { Ok(()) } else { Err(missing) }
}

fn pids() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn status(pid: i32) -> Option<Status> {
    let text = std::fs::read(format!("/proc/{pid}/status")).ok()?;
    parse_status(&String::from_utf8_lossy(&text))
}

pub(super) fn parse_status(text: &str) -> Option<Status> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    Some(Status {
        name: field("Name:")?.trim().to_owned(),
        uids: field("Uid:")?.split_whitespace().filter_map(|id| id.parse().ok()).collect(),
        parent: field("PPid:")?.trim().parse().ok()?,
        dead: field("State:")?.trim_start().starts_with(['Z', 'X'])
            && field("Threads:").is_some_and(|count| count.trim() == "1"),
    })
}

/// The uid of the login that a process descends from, through sudo and setsid (proc(5), `loginuid`).
fn login_uid(pid: i32) -> Option<u32> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/loginuid")).ok()?;
    text.trim().parse().ok().filter(|uid| *uid != u32::MAX)
}

/// Whether a process shares our pid namespace; one of a container's is not ours to end.
fn in_our_namespace(pid: i32) -> bool {
    shares(pid, "pid") == Some(true)
}

/// Whether a process shares a namespace with us; `None` when it is gone.
fn shares(pid: i32, kind: &str) -> Option<bool> {
    let of = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/{kind}")).ok();
    Some(of(&pid.to_string())? == of("self")?)
}

/// Every uid that some process has.
pub(super) fn uids() -> HashSet<u32> {
    pids().filter_map(status).flat_map(|s| s.uids).collect()
}

/// Whether a daemon of root's of one of these names runs here, outside any container.
pub fn any_named(names: &[&str]) -> bool {
    pids()
        .filter(|pid| in_our_namespace(*pid))
        .filter_map(status)
        .any(|s| names.contains(&s.name.as_str()) && s.uids.iter().all(|uid| *uid == 0))
}

/// Our own process and its ancestors.
fn own_line() -> HashSet<i32> {
    let mut line = HashSet::new();
    let mut pid = i32::try_from(std::process::id()).unwrap_or(0);
    while pid > 0 && line.insert(pid) {
        pid = status(pid).map_or(0, |s| s.parent);
    }
    line
}

/// The login uid of the run at hand, if it descends from a login.
pub fn own_login_uid() -> Option<u32> {
    login_uid(i32::try_from(std::process::id()).ok()?)
}

/// Whether systemd counts a process to the user's own slice.
fn in_slice(pid: i32, uid: u32) -> bool {
    let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
    groups.contains(&format!("/user-{uid}.slice/"))
}

/// Processes that run as `uid`, and those that a login of `uid` started as somebody else. Anybody
/// can hide in a pid namespace of his own, but needs a user namespace for it (`unshare -Urp`): such
/// a process counts if it came out of a login of the uid. A container's user does not.
pub fn of_visit(uid: u32) -> Vec<Process> {
    let own_line = own_line();
    pids()
        .filter(|pid| !own_line.contains(pid))
        .filter_map(|pid| {
            // A parent that was stopped along with its child (su, a debugger) never asks.
            let status = status(pid).filter(|status| !status.dead)?;
            let own = status.uids.contains(&uid);
            let login = login_uid(pid) == Some(uid);
            let counts = if in_our_namespace(pid) {
                own || login
            } else {
                own && shares(pid, "user") == Some(false) && (login || in_slice(pid, uid))
            };
            counts.then_some(Process { pid, name: status.name, own })
        })
        .collect()
}

/// Ends every process of a visit: first a halt, so that none can start another, then an end. What
/// runs as somebody else (through sudo) gets a moment to end in order. Returns those still there.
pub(in crate::host) fn end_visit(uid: u32) -> Vec<Process> {
    let ask_until = Instant::now() + Duration::from_secs(3);
    let force_until = Instant::now() + Duration::from_secs(10);
    let mut asked = HashSet::new();
    loop {
        let left = of_visit(uid);
        let now = Instant::now();
        if left.is_empty() || now >= force_until {
            return left;
        }
        for process in left.iter().filter(|p| p.own) {
            let _ = kill(Pid::from_raw(process.pid), Signal::SIGSTOP);
        }
        for process in &left {
            let pid = Pid::from_raw(process.pid);
            if process.own || now >= ask_until {
                let _ = kill(pid, Signal::SIGKILL);
            } else if asked.insert(process.pid) {
                let _ = kill(pid, Signal::SIGTERM);
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_line_is_never_among_those_to_end() {
        let line = own_line();
        assert!(line.contains(&1) || line.len() > 1);
        assert!(of_visit(0).iter().all(|p| !line.contains(&p.pid)));
    }

    #[test]
    fn processes_of_a_uid_are_found_and_ended() {
        use std::os::unix::process::CommandExt;
        #[allow(clippy::disallowed_methods, reason = "a process of another uid is needed")]
        let mut child = std::process::Command::new("/bin/sh")
            .args(["-c", "while :; do sleep 0.01 & done"])
            .uid(61183)
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(100));
        assert!(!of_visit(61183).is_empty());
        // Nobody reaps it yet, as where its parent was stopped along with it.
        assert_eq!(end_visit(61183), vec![]);
        child.wait().unwrap();
    }
}
