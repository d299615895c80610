//! Ending a visit's processes.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

use super::{
    Process, Visit, in_our_namespace, of_visit, own_line, packages, pids, read, start, status,
    terminal,
};
use crate::host::Hands;

/// Who asked as somebody else (through sudo) has so long to end in order.
const ASKED: Duration = Duration::from_secs(3);

/// For so long we try, and a package manager may go on.
const GRACE: Duration = Duration::from_secs(10);

/// What did not end.
#[derive(Debug, Eq, PartialEq)]
pub(in crate::host) enum Unended {
    /// In spite of all.
    Running(Vec<Process>),
    /// A package manager at work, with what it stands on: it was let go on.
    Busy(Vec<Process>),
}

/// Ends every process of a visit: first a halt, so that none can start another, then an end. What
/// runs as somebody else (through sudo) gets a moment to end in order, and a package manager at work
/// is not torn from what it does.
pub(in crate::host) fn end_visit(visit: Visit) -> Result<(), Unended> {
    let begun = Instant::now();
    let mut asked = HashSet::new();
    let mut kept_terminals = HashSet::new();
    loop {
        let all = of_visit(visit);
        let busy = packages::at_work(&all);
        let stays = |process: &Process| busy.iter().any(|(pid, _)| *pid == process.pid);
        let (busy_ones, mut others): (Vec<_>, Vec<_>) = all.iter().cloned().partition(stays);
        let waited = begun.elapsed();
        if others.is_empty() && (busy_ones.is_empty() || waited >= GRACE) {
            return if busy_ones.is_empty() { Ok(()) } else { Err(Unended::Busy(busy_ones)) };
        }
        if waited >= GRACE + ASKED {
            others.extend(busy_ones);
            return Err(Unended::Running(others));
        }
        terminal::keep(&busy_ones, &others, &mut kept_terminals);
        for process in others.iter().filter(|p| p.own) {
            send(process, Signal::STOP);
        }
        for process in &others {
            if process.own || waited >= ASKED {
                send(process, Signal::KILL);
            } else if asked.insert(process.pid) {
                send(process, Signal::TERM);
            }
        }
        for process in &busy_ones {
            if busy.contains(&(process.pid, true)) && asked.insert(process.pid) {
                send(process, Signal::TERM);
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Ends the logins of an account that sshd has begun and that are not of its visit yet: it may have taken
/// a key that is gone by now, and PAM takes its time.
pub fn end_logins(_hands: &Hands, account: &str, visit: Visit) {
    let begun = Instant::now();
    let mut logins = under_way(account, visit);
    for login in &logins {
        send(login, Signal::TERM);
    }
    while !logins.is_empty() && begun.elapsed() < ASKED {
        std::thread::sleep(Duration::from_millis(20));
        logins.retain(|login| start(login.pid) == Some(login.start));
    }
    for login in &logins {
        send(login, Signal::KILL);
    }
}

/// sshd's processes for such logins: they are root's, and name the account before they ask for its
/// keys.
fn under_way(account: &str, visit: Visit) -> Vec<Process> {
    let visit: HashSet<i32> = of_visit(visit).iter().map(|process| process.pid).collect();
    let besides = own_line();
    pids()
        .filter(|pid| !visit.contains(pid) && !besides.contains(pid) && in_our_namespace(*pid))
        .filter_map(|pid| {
            let start = start(pid)?;
            let it = status(pid).filter(|it| it.uids.iter().all(|uid| *uid == 0))?;
            let title = read(pid, "cmdline")?;
            is_login(&title, account).then_some(Process {
                pid,
                name: it.name,
                own: false,
                parent: it.parent,
                start,
            })
        })
        .collect()
}

/// `sshd: NAME [priv]`, from OpenSSH 9.8 on `sshd-session: NAME [priv]`.
fn is_login(title: &str, account: &str) -> bool {
    let title = title.split('\0').next().unwrap_or_default().trim_end();
    title.split_once(": ").is_some_and(|(program, rest)| {
        ["sshd", "sshd-session"].contains(&program)
            && rest.strip_suffix(" [priv]").is_some_and(|name| name == account)
    })
}

/// By a handle, so that a pid which was given to another process meanwhile is not hit. Before Linux
/// 5.3 there is none; then only the time between look and signal is left.
fn send(process: &Process, signal: Signal) {
    let Some(pid) = Pid::from_raw(process.pid) else { return };
    let handle = pidfd_open(pid, PidfdFlags::empty());
    if start(process.pid) != Some(process.start) {
        return;
    }
    let _ = match handle {
        Ok(handle) => pidfd_send_signal(handle, signal),
        Err(rustix::io::Errno::NOSYS) => kill_process(pid, signal),
        Err(error) => Err(error),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_of_a_uid_are_found_and_ended() {
        use std::os::unix::process::CommandExt;
        let visit = Visit { uid: 61183, since: 0 };
        #[allow(clippy::disallowed_methods, reason = "a process of another uid is needed")]
        let mut child = std::process::Command::new("/bin/sh")
            .args(["-c", "while :; do sleep 0.01 & done"])
            .uid(61183)
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(100));
        assert!(!of_visit(visit).is_empty());
        // Nobody reaps it yet, as where its parent was stopped along with it.
        assert_eq!(end_visit(visit), Ok(()));
        child.wait().unwrap();
    }

    #[test]
    fn a_login_is_known_by_its_title() {
        for title in ["sshd: ann [priv]\0\0", "sshd-session: ann [priv]"] {
            assert!(is_login(title, "ann"), "{title}");
        }
        for title in
            ["sshd: anna [priv]", "sshd: ann@pts/0", "sshd: ann [net]", "x: ann [priv]", ""]
        {
            assert!(!is_login(title, "ann"), "{title}");
        }
    }

    #[test]
    fn a_pid_that_is_another_process_now_is_not_hit() {
        #[allow(clippy::disallowed_methods, reason = "a process to be spared is needed")]
        let mut child = std::process::Command::new("/bin/sleep").arg("60").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let start = start(pid).unwrap();
        let mut known =
            Process { pid, name: String::new(), own: true, parent: 1, start: start - 1 };
        send(&known, Signal::KILL);
        std::thread::sleep(Duration::from_millis(50));
        assert!(child.try_wait().unwrap().is_none());
        known.start = start;
        send(&known, Signal::KILL);
        assert!(!child.wait().unwrap().success());
    }
}
