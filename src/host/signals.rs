//! Signals are held back while steps run, and looked at between them: a step is never cut in half.

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// Whether whoever started us ignores the end of children, and so we do: then no program that we start
/// can be waited for (`SigIgn` in proc(5), bit 16).
#[must_use]
pub fn children_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 << (Signal::SIGCHLD as u32 - 1) != 0)
}

/// Interrupt, termination and hang-up, held back for as long as the program runs.
#[derive(Debug)]
pub struct Held {
    fd: Option<SignalFd>,
}

impl Held {
    /// Holds them back. A hang-up is the customer's own SSH session that dropped: the run goes on.
    #[must_use]
    pub fn new() -> Self {
        let mut all = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT] {
            all.add(signal);
        }
        // A file grown to the caller's limit shall be an error to roll back from, not our end.
        let mut blocked = all;
        blocked.add(Signal::SIGXFSZ);
        if blocked.thread_block().is_err() {
            return Self { fd: None };
        }
        Self { fd: SignalFd::with_flags(&all, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC).ok() }
    }

    /// Whether somebody asked for an end since the last look; hang-ups are swallowed.
    pub fn asked_to_stop(&mut self) -> bool {
        let mut asked = false;
        while let Some(Ok(Some(info))) = self.fd.as_mut().map(|fd| fd.read_signal()) {
            asked |= info.ssi_signo != Signal::SIGHUP as u32;
        }
        asked
    }
}

impl Default for Held {
    fn default() -> Self {
        Self::new()
    }
}
