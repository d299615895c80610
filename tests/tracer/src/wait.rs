//! Waiting for what is traced. Signals are plain numbers here: a C library tells its threads by a
//! real-time one to give up their rights with the first (nptl(7)), and nix has no name for those.

use nix::errno::Errno;
use nix::unistd::Pid;

/// What became of a process or thread.
pub(crate) enum Status {
    /// It ended, with this code or 128 and the signal's number.
    Ended(i32),
    /// It stopped at an event (ptrace(2), `PTRACE_EVENT_*`).
    Event(i32),
    /// It stopped because of a signal.
    Stopped(i32),
    /// It went on.
    Other,
}

/// Waits for the next of all.
pub(crate) fn next() -> Result<(Pid, Status), Errno> {
    let mut raw = 0;
    // SAFETY: the kernel writes one number to a place that is ours.
    #[allow(unsafe_code, reason = "nix knows no real-time signals")]
    let pid = Errno::result(unsafe { libc::waitpid(-1, &raw mut raw, libc::__WALL) })?;
    let status = if libc::WIFEXITED(raw) {
        Status::Ended(libc::WEXITSTATUS(raw))
    } else if libc::WIFSIGNALED(raw) {
        Status::Ended(128 + libc::WTERMSIG(raw))
    } else if libc::WIFSTOPPED(raw) && raw >> 16 != 0 {
        Status::Event(raw >> 16)
    } else if libc::WIFSTOPPED(raw) {
        Status::Stopped(libc::WSTOPSIG(raw))
    } else {
        Status::Other
    };
    Ok((Pid::from_raw(pid), status))
}

/// Lets one go on, with a signal or, where that is 0, without.
pub(crate) fn go_on(pid: Pid, signal: i32) {
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: this request reads no memory. One that was killed meanwhile is no error of ours.
    #[allow(unsafe_code, reason = "nix knows no real-time signals")]
    unsafe {
        libc::ptrace(libc::PTRACE_CONT, pid.as_raw(), none, libc::c_long::from(signal));
    }
}
