//! Ending a visit's processes.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

use super::{Process, Visit, of_visit, packages, start, terminal};

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
