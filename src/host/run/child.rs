//! A child until it ends: what it prints is read as it comes, and it is killed when its time is over.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// How much of each output stream is kept; the rest is read and dropped.
const KEEP: usize = 1 << 20;

/// How often a finished child is noticed although a grandchild holds its output open.
const SLICE: Duration = Duration::from_millis(50);

/// How it ended, and what it printed.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Reads and waits until it has ended; `None` where it did not in time, and was killed with its whole
/// process group.
pub(super) fn collect(child: &mut Child, deadline: Duration) -> std::io::Result<Option<Ended>> {
    let end = Instant::now() + deadline;
    let mut streams = [
        child.stdout.take().map(|pipe| Stream::new(pipe.into())),
        child.stderr.take().map(|pipe| Stream::new(pipe.into())),
    ];
    let mut ended = None;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            kill_group(child);
            return Ok(None);
        }
        let more = read_ready(&mut streams, left.min(SLICE));
        if ended.is_some() && !more {
            break;
        }
        if ended.is_none() {
            ended = if streams.iter().all(|s| s.as_ref().is_none_or(|s| s.closed)) {
                wait_until(child, end)?
            } else {
                child.try_wait()?
            };
        }
    }
    let [stdout, stderr] = streams.map(|s| s.map_or_else(String::new, Stream::text));
    Ok(Some(Ended { status: ended.unwrap_or_default(), stdout, stderr }))
}

/// One output pipe of a child.
struct Stream {
    pipe: File,
    kept: Vec<u8>,
    closed: bool,
}

impl Stream {
    fn new(pipe: OwnedFd) -> Self {
        Self { pipe: File::from(pipe), kept: Vec::new(), closed: false }
    }

    fn read(&mut self) {
        let mut buffer = [0; 8192];
        match self.pipe.read(&mut buffer) {
            Ok(0) => self.closed = true,
            Ok(n) => {
                let room = KEEP.saturating_sub(self.kept.len()).min(n);
                self.kept.extend_from_slice(&buffer[..room]);
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => self.closed = true,
        }
    }

    fn text(self) -> String {
        String::from_utf8_lossy(&self.kept).into_owned()
    }
}

/// Waits at most `wait` and reads what came. Returns whether anything was there.
fn read_ready(streams: &mut [Option<Stream>; 2], wait: Duration) -> bool {
    let timeout = PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO);
    let mut open: Vec<&mut Stream> = streams.iter_mut().flatten().filter(|s| !s.closed).collect();
    let ready: Vec<bool> = {
        let mut fds: Vec<PollFd> =
            open.iter().map(|s| PollFd::new(s.pipe.as_fd(), PollFlags::POLLIN)).collect();
        if fds.is_empty() || poll(&mut fds, timeout).is_err() {
            return false;
        }
        fds.iter().map(|fd| fd.any().unwrap_or(false)).collect()
    };
    for (stream, _) in open.iter_mut().zip(&ready).filter(|(_, ready)| **ready) {
        stream.read();
    }
    ready.contains(&true)
}

/// Waits for a child that closed its output but has not ended.
fn wait_until(child: &mut Child, end: Instant) -> std::io::Result<Option<ExitStatus>> {
    let mut pause = Duration::from_micros(100);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(SLICE);
    }
}

fn kill_group(child: &mut Child) {
    if let Ok(pid) = i32::try_from(child.id()) {
        let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::KEEP;
    use crate::host::run::Tool;

    #[test]
    fn much_output_is_cut_and_does_not_block() {
        let out = Tool::new("sh").args(["-c", "head -c 3000000 /dev/zero"]).run().unwrap();
        assert_eq!(out.stdout.len(), KEEP);
    }
}
