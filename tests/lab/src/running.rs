//! A command that runs, and what it did.

use std::fmt;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use crate::run::{remove_group, wait_until};

/// A command that has been started. When it is dropped, it is killed with all that it started.
#[derive(Debug)]
pub struct Running {
    what: String,
    group: PathBuf,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Collected,
    stderr: Collected,
    /// How long each wait for it may take.
    patience: Duration,
}

impl Running {
    pub(crate) fn new(
        what: String,
        group: PathBuf,
        mut child: Child,
        stdin: Option<ChildStdin>,
        patience: Duration,
    ) -> Self {
        let stdout = Collected::from(child.stdout.take().expect("stdout is a pipe").into());
        let stderr = Collected::from(child.stderr.take().expect("stderr is a pipe").into());
        Self { what, group, child, stdin, stdout, stderr, patience }
    }

    /// Types something.
    pub fn send(&mut self, text: &str) {
        let pipe = self.stdin.as_mut().expect("started with_open_stdin");
        pipe.write_all(text.as_bytes()).expect("write to the command's stdin");
    }

    /// Ends its stdin.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// What it has said on stdout until now.
    pub fn stdout_so_far(&self) -> String {
        self.stdout.text()
    }

    /// What it has said on stderr until now.
    pub fn stderr_so_far(&self) -> String {
        self.stderr.text()
    }

    /// Waits until its stdout has this text; panics if that takes longer than its deadline, or if it
    /// ends without.
    pub fn wait_for(&mut self, text: &str) {
        let mut found = false;
        wait_until(self.patience, || {
            let ended = self.is_finished();
            found = self.stdout.text().contains(text);
            found || ended
        });
        assert!(
            found,
            "{} never said {text:?}:\n{}{}",
            self.what,
            self.stdout.text(),
            self.stderr.text()
        );
    }

    /// Whether it has ended.
    pub fn is_finished(&mut self) -> bool {
        self.child.try_wait().expect("wait for the command").is_some()
    }

    /// Waits until it ends, at most this long; says whether it did.
    pub fn ends_within(&mut self, limit: Duration) -> bool {
        wait_until(limit, || self.is_finished())
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Output {
        let (status, stdout, stderr) = self.collect();
        Output {
            what: std::mem::take(&mut self.what),
            code: code(status),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    /// Waits for its end and returns its stdout as bytes; panics if it fails.
    pub(crate) fn bytes(mut self) -> Vec<u8> {
        let (status, stdout, stderr) = self.collect();
        assert!(status.success(), "{}: {status}\n{}", self.what, String::from_utf8_lossy(&stderr));
        stdout
    }

    /// Kills it (SIGKILL) with all that it started, at once.
    pub fn kill(&mut self) {
        // The group may be gone already: then so is the command.
        let _ = fs::write(self.group.join("cgroup.kill"), "1");
        let _ = self.child.wait();
    }

    /// Stops it with all that it started, at once, as a hung disk would; [`Running::thaw`] lets it go
    /// on.
    pub fn freeze(&mut self) {
        self.set_frozen("1");
    }

    /// Lets it go on.
    pub fn thaw(&mut self) {
        self.set_frozen("0");
    }

    fn set_frozen(&self, frozen: &str) {
        fs::write(self.group.join("cgroup.freeze"), frozen).expect("it has a cgroup");
        let events = self.group.join("cgroup.events");
        let wanted = format!("frozen {frozen}\n");
        let done = || fs::read_to_string(&events).is_ok_and(|it| it.contains(&wanted));
        assert!(wait_until(self.patience, done), "{}: not {wanted}", self.what);
    }

    fn collect(&mut self) -> (ExitStatus, Vec<u8>, Vec<u8>) {
        if !self.ends_within(self.patience) {
            self.kill();
            panic!("{} took too long:\n{}{}", self.what, self.stdout.text(), self.stderr.text());
        }
        let status = self.child.wait().expect("it has ended");
        // What it left behind in the background may hold its pipes for ever.
        wait_until(Duration::from_millis(500), || self.stdout.is_whole() && self.stderr.is_whole());
        (status, self.stdout.bytes(), self.stderr.bytes())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.kill();
        }
        // What the command left in the background lives on, as it would on a real server.
        remove_group(&self.group);
    }
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    what: String,
    /// The exit code; 128 and the signal's number if a signal ended it.
    pub code: i32,
    /// What it said on stdout.
    pub stdout: String,
    /// What it said on stderr.
    pub stderr: String,
}

impl Output {
    /// Whether the exit code is 0.
    pub fn succeeded(&self) -> bool {
        self.code == 0
    }

    /// The last line of stdout.
    pub fn last_line(&self) -> &str {
        self.stdout.lines().last().unwrap_or_default()
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, code, stdout, stderr } = self;
        write!(f, "{what}\nexit code {code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

/// What a pipe has brought until now.
#[derive(Clone, Debug)]
struct Collected(Arc<Mutex<Pipe>>);

#[derive(Debug)]
struct Pipe {
    /// Does not block.
    end: fs::File,
    bytes: Vec<u8>,
    is_whole: bool,
}

impl Collected {
    fn from(end: OwnedFd) -> Self {
        rustix::io::ioctl_fionbio(&end, true).expect("set the pipe's mode");
        let watched = end.try_clone().expect("duplicate the pipe");
        let pipe = Pipe { end: end.into(), bytes: Vec::new(), is_whole: false };
        let all = Self(Arc::new(Mutex::new(pipe)));
        let ours = all.clone();
        // Nobody who writes may have to wait until the test asks.
        std::thread::spawn(move || {
            while !ours.with(|it| it.is_whole) {
                let _ = poll(&mut [PollFd::from_borrowed_fd(watched.as_fd(), PollFlags::IN)], None);
            }
        });
        all
    }

    /// Looks at it when all is in that has been written until this moment, whoever has the processor.
    fn with<T>(&self, look: impl FnOnce(&Pipe) -> T) -> T {
        let mut pipe = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pipe.fetch();
        look(&pipe)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    fn bytes(&self) -> Vec<u8> {
        self.with(|it| it.bytes.clone())
    }

    fn is_whole(&self) -> bool {
        self.with(|it| it.is_whole)
    }
}

impl Pipe {
    fn fetch(&mut self) {
        let mut piece = [0; 8192];
        while !self.is_whole {
            match self.end.read(&mut piece) {
                Ok(0) => self.is_whole = true,
                Ok(length) => self.bytes.extend_from_slice(&piece[..length]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => self.is_whole = true,
            }
        }
    }
}
