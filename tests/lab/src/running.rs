//! A command that runs, and what it did.

use std::fmt;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

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
    end: Instant,
}

impl Running {
    pub(crate) fn new(
        what: String,
        group: PathBuf,
        mut child: Child,
        stdin: Option<ChildStdin>,
        end: Instant,
    ) -> Self {
        let stdout = Collected::from(child.stdout.take().expect("stdout is a pipe"));
        let stderr = Collected::from(child.stderr.take().expect("stderr is a pipe"));
        Self { what, group, child, stdin, stdout, stderr, end }
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

    /// Waits until its stdout has this text; panics at the deadline, or if it ends without.
    pub fn wait_for(&mut self, text: &str) {
        let limit = self.end.saturating_duration_since(Instant::now());
        let mut found = false;
        wait_until(limit, || {
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

    fn collect(&mut self) -> (ExitStatus, Vec<u8>, Vec<u8>) {
        let limit = self.end.saturating_duration_since(Instant::now());
        if !self.ends_within(limit) {
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
#[derive(Clone, Debug, Default)]
struct Collected(Arc<Mutex<(Vec<u8>, bool)>>);

impl Collected {
    fn from(mut pipe: impl Read + Send + 'static) -> Self {
        let all = Self::default();
        let ours = all.clone();
        std::thread::spawn(move || {
            let mut piece = [0; 8192];
            while let Ok(length @ 1..) = pipe.read(&mut piece) {
                ours.with(|it| it.0.extend_from_slice(&piece[..length]));
            }
            ours.with(|it| it.1 = true);
        });
        all
    }

    fn with<T>(&self, look: impl FnOnce(&mut (Vec<u8>, bool)) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    fn bytes(&self) -> Vec<u8> {
        self.with(|it| it.0.clone())
    }

    fn is_whole(&self) -> bool {
        self.with(|it| it.1)
    }
}
