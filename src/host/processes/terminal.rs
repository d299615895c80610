//! The terminal of a package manager that goes on though the visit around it ends. With the login
//! shell its terminal would end: the kernel sends HUP to whoever works there (sudo passes it on, dpkg
//! dies of it), and maintainer scripts fail when they can write no more. So we take the terminal
//! over: away from the session, and its other end into the hands of a `cat` that reads what is
//! written until nobody writes any more.

use std::collections::HashSet;
use std::os::fd::OwnedFd;

use rustix::fs::{CWD, Mode, OFlags, fcntl_getfl, fcntl_setfl, openat};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use super::{Process, read, stat};
use crate::host::run::Tool;

/// Takes over the terminals on which `busy` works and which one of `others` serves. Where the kernel
/// can't hand it over (before 5.6), the terminal goes as it would when a connection is cut.
pub(super) fn keep(busy: &[Process], others: &[Process], done: &mut HashSet<u64>) {
    for terminal in busy.iter().filter_map(|process| terminal_of(process.pid)) {
        if done.insert(terminal)
            && let Some(server) = others.iter().find_map(|process| server_end(process, terminal))
        {
            take_over(terminal, server);
        }
    }
}

/// The number N of the controlling terminal `/dev/pts/N` (proc(5), `tty_nr`).
fn terminal_of(pid: i32) -> Option<u64> {
    let number = stat(pid, 7)?;
    let (major, minor) = (number >> 8 & 0xfff, number & 0xff | number >> 12 & 0xf_ff00);
    (136..144).contains(&major).then(|| (major - 136) * 256 + minor)
}

/// The other end of that terminal, if the process holds it.
fn server_end(process: &Process, terminal: u64) -> Option<OwnedFd> {
    let folder = format!("/proc/{}/fd", process.pid);
    let holds = |entry: &std::fs::DirEntry| {
        let target = std::fs::read_link(entry.path()).ok()?;
        let number: i32 = entry.file_name().to_str()?.parse().ok()?;
        let info =
            target.ends_with("ptmx").then(|| read(process.pid, &format!("fdinfo/{number}")))??;
        let index = info.lines().find_map(|line| line.strip_prefix("tty-index:"))?;
        (index.trim().parse() == Ok(terminal)).then_some(number)
    };
    let number = std::fs::read_dir(folder).ok()?.flatten().find_map(|entry| holds(&entry))?;
    let handle = pidfd_open(Pid::from_raw(process.pid)?, PidfdFlags::empty()).ok()?;
    pidfd_getfd(handle, number, PidfdGetfdFlags::empty()).ok()
}

fn take_over(terminal: u64, server: OwnedFd) {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let path = format!("/dev/pts/{terminal}");
    if let Ok(slave) = openat(CWD, path, flags, Mode::empty()) {
        // A session that has lost its terminal gets no HUP from it.
        let _ = Tool::new("setsid").args(["-w", "-c", "true"]).serve(slave);
    }
    // sshd reads without waiting; a cat that may not wait would end at once.
    if let Ok(flags) = fcntl_getfl(&server) {
        let _ = fcntl_setfl(&server, flags - OFlags::NONBLOCK);
    }
    let _ = Tool::new("sh").args(["-c", "exec setsid -f cat >/dev/null 2>&1"]).serve(server);
}
