//! Processes: whose they are, and how they are ended.

mod end;
mod packages;
mod terminal;

pub use end::end_logins;
pub(in crate::host) use end::{Unended, end_visit};

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A visit: all that logins of one uid do, from a moment on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Visit {
    /// The account's uid.
    pub uid: u32,
    /// When it began, in seconds since boot; 0 if before this boot. What ran by then is not its own.
    pub since: i64,
}

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
    parent: i32,
    /// When it was started, in ticks since boot: with the pid it names a process for good.
    start: u64,
}

pub(super) struct Status {
    pub(super) name: String,
    uids: Vec<u32>,
    parent: i32,
    /// It has ended, and waits only for its parent to ask how. Where the first thread has ended
    /// before the others, the process is shown as a zombie too, but has more than one thread.
    dead: bool,
    /// The signals that it has a handler for, as a bit each.
    caught: u64,
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

fn read(pid: i32, name: &str) -> Option<String> {
    let text = std::fs::read(format!("/proc/{pid}/{name}")).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

fn status(pid: i32) -> Option<Status> {
    parse_status(&read(pid, "status")?)
}

pub(super) fn parse_status(text: &str) -> Option<Status> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    Some(Status {
        name: field("Name:")?.trim().to_owned(),
        uids: field("Uid:")?.split_whitespace().filter_map(|id| id.parse().ok()).collect(),
        parent: field("PPid:")?.trim().parse().ok()?,
        dead: field("State:")?.trim_start().starts_with(['Z', 'X'])
            && field("Threads:").is_some_and(|count| count.trim() == "1"),
        caught: field("SigCgt:").and_then(|s| u64::from_str_radix(s.trim(), 16).ok()).unwrap_or(0),
    })
}

/// One number of proc(5)'s `stat`, counted as there. The name before it may hold anything.
fn stat(pid: i32, field: usize) -> Option<u64> {
    let text = read(pid, "stat")?;
    let (_, fields) = text.rsplit_once(')')?;
    fields.split_whitespace().nth(field - 3)?.parse().ok()
}

/// When a process was started, in ticks since boot.
fn start(pid: i32) -> Option<u64> {
    stat(pid, 22)
}

/// The uid of the login that a process descends from, through sudo and setsid (proc(5), `loginuid`).
fn login_uid(pid: i32) -> Option<u32> {
    read(pid, "loginuid")?.trim().parse().ok().filter(|uid| *uid != u32::MAX)
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

/// Whether a process of this id is one of sshd's.
#[must_use]
pub fn is_sshd(pid: u32) -> bool {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
    pid != 0 && name.is_ok_and(|name| name.starts_with("sshd"))
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

/// Where systemd, if it is process 1, has put a process: `/user.slice/user-1000.slice/…`, in the
/// unified hierarchy and in systemd's own. It uses one of them, though both may be there.
fn units(pid: i32) -> [String; 2] {
    let groups = read(pid, "cgroup").unwrap_or_default();
    ["", "name=systemd"].map(|kind| {
        let path = groups.lines().find_map(|line| {
            let (found, path) = line.split_once(':')?.1.split_once(':')?;
            (found == kind).then_some(path)
        });
        path.unwrap_or_default().to_owned()
    })
}

/// Who tells which processes belong to a visit.
struct Teller {
    visit: Visit,
    /// The path of the uid's own slice, where systemd is process 1. A container's systemd names its
    /// slices alike, but further down.
    slice: Option<[String; 2]>,
    /// Where it is not: processes that stand in a pid file are services of this server.
    services: HashSet<i32>,
}

impl Teller {
    fn new(visit: Visit) -> Self {
        let systemd = super::systemd_booted();
        let slice = systemd.then(|| {
            units(1).map(|one| {
                let top = one.strip_suffix("/init.scope").unwrap_or(&one).trim_end_matches('/');
                format!("{top}/user.slice/user-{}.slice/", visit.uid)
            })
        });
        let services = if systemd { HashSet::new() } else { in_pid_files(visit.uid) };
        Self { visit, slice, services }
    }

    /// Whether the uid's slice holds it; not systemd's own tool there, which makes and removes the
    /// folder under `/run/user`: ended half-way, it would leave that folder and a failed unit.
    fn in_slice(&self, units: &[String; 2]) -> bool {
        let slices = self.slice.iter().flatten();
        let mut below =
            units.iter().zip(slices).filter_map(|(unit, slice)| unit.strip_prefix(slice));
        below.any(|unit| !unit.starts_with("user-runtime-dir@"))
    }

    /// Where systemd is process 1, the uid's slice holds all that its logins started, through sudo
    /// too. A server without `pam_systemd` leaves logins in sshd's own unit: there, and without
    /// systemd, the login uid tells. A daemon that was restarted through sudo inherits that; it is
    /// known by its pid file, and what it starts by descending from it.
    ///
    /// Anybody can hide in a pid namespace of his own, but needs a user namespace for it (`unshare
    /// -Urp`): such a process counts if it came out of a login of the uid. A container's user does
    /// not, nor does what another unit runs.
    fn counts(&self, pid: i32, own: bool) -> bool {
        let units = units(pid);
        if self.in_slice(&units) {
            return true;
        }
        let login = login_uid(pid) == Some(self.visit.uid);
        if !in_our_namespace(pid) {
            return own && login && shares(pid, "user") == Some(false);
        }
        own || login
            && match self.slice {
                Some(_) => units.iter().any(|unit| unit.contains("/ssh")),
                None => !self.is_service(pid),
            }
    }

    fn is_service(&self, mut pid: i32) -> bool {
        // A child that was taken over by process 1 is not found this way; it has a file of its own.
        while pid > 1 {
            if self.services.contains(&pid) {
                return true;
            }
            pid = status(pid).map_or(0, |s| s.parent);
        }
        false
    }
}

/// The processes that a file `/run/*.pid` or `/run/*/*.pid` names, if the visit did not write it.
fn in_pid_files(uid: u32) -> HashSet<i32> {
    let list = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let mut files = list(Path::new("/run"));
    let below: Vec<_> =
        files.iter().filter(|path| path.is_dir()).flat_map(|dir| list(dir)).collect();
    files.extend(below);
    files.retain(|path| path.extension().is_some_and(|end| end == "pid"));
    let pid = |path: &std::path::PathBuf| {
        let meta = path.symlink_metadata().ok()?;
        // A FIFO would keep us waiting.
        (meta.is_file() && meta.uid() != uid && meta.len() < 32)
            .then(|| std::fs::read_to_string(path).ok()?.trim().parse().ok())?
    };
    files.iter().filter_map(pid).collect()
}

/// Whether the run at hand is part of the visit: ending the visit would end it half-way.
pub fn is_inside(visit: Visit) -> bool {
    let teller = Teller::new(visit);
    own_line().into_iter().any(|pid| {
        login_uid(pid) == Some(visit.uid)
            || teller.in_slice(&units(pid))
            || status(pid).is_some_and(|status| status.uids.contains(&visit.uid))
    })
}

/// All that runs in the name of a visit, but for the run at hand.
pub fn of_visit(visit: Visit) -> Vec<Process> {
    let own_line = own_line();
    let teller = Teller::new(visit);
    let since = u64::try_from(visit.since).unwrap_or(0) * TICKS;
    pids()
        .filter(|pid| !own_line.contains(pid))
        .filter_map(|pid| {
            // A parent that was stopped along with its child (su, a debugger) never asks.
            let Status { name, uids, parent, .. } = status(pid).filter(|status| !status.dead)?;
            let own = uids.contains(&visit.uid);
            let start = start(pid).filter(|start| *start >= since)?;
            teller.counts(pid, own).then_some(Process { pid, name, own, parent, start })
        })
        .collect()
}

/// Ticks of a second in `/proc`, on every machine that Linux now runs on (`USER_HZ`).
const TICKS: u64 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_line_is_never_among_those_to_end() {
        let line = own_line();
        assert!(line.contains(&1) || line.len() > 1);
        let all = of_visit(Visit { uid: 0, since: 0 });
        assert!(all.iter().all(|p| !line.contains(&p.pid)));
    }

    #[test]
    fn what_ran_before_the_visit_is_not_its_own() {
        use std::os::unix::process::CommandExt;
        #[allow(clippy::disallowed_methods, reason = "a process of another uid is needed")]
        let mut child =
            std::process::Command::new("/bin/sleep").arg("60").uid(61181).spawn().unwrap();
        let (_, now) = crate::host::clock::boot().unwrap();
        let found = |since| of_visit(Visit { uid: 61181, since }).len();
        assert_eq!((found(now - 5), found(now + 5)), (1, 0));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
