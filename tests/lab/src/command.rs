//! Commands on a host.

use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use crate::run::{make_folder, script, tool};
use crate::running::{Output, Running};
use crate::{Host, needs};

/// How long a command may take unless said otherwise.
const DEADLINE: Duration = Duration::from_mins(2);

/// A line for the host's `/bin/sh`, to be run as a root who has just come in: no terminal, no
/// login, no stdin, root's search path, `LANG=C.UTF-8`, in `/root`.
#[derive(Debug)]
#[must_use = "nothing runs before `run`, `ok` or `start`"]
pub struct Command<'a> {
    host: &'a Host,
    line: String,
    user: Option<String>,
    environment: Vec<(String, String)>,
    stdin: Option<Vec<u8>>,
    keep_stdin: bool,
    deadline: Duration,
}

impl<'a> Command<'a> {
    pub(crate) fn new(host: &'a Host, line: impl Into<String>) -> Self {
        Self {
            host,
            line: line.into(),
            user: None,
            environment: [
                ("PATH", needs::PATH),
                ("LANG", "C.UTF-8"),
                ("HOME", "/root"),
                ("USER", "root"),
                ("LOGNAME", "root"),
                ("SHELL", "/bin/bash"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
            stdin: None,
            keep_stdin: false,
            deadline: DEADLINE,
        }
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self = self.without_env(name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a variable out of the environment, say `LANG` or `PATH`.
    pub fn without_env(mut self, name: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self
    }

    /// What the command reads from its stdin.
    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = Some(bytes.as_ref().to_vec());
        self
    }

    /// Keeps stdin open for [`Running::send`].
    pub fn with_open_stdin(mut self) -> Self {
        self.keep_stdin = true;
        self
    }

    /// Runs as this user of the host (through `runuser`), in the user's home.
    pub fn user(mut self, name: &str) -> Self {
        self.user = Some(name.to_owned());
        self
    }

    /// How long each wait for it may take; past that it is killed, and the test fails.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Runs it to its end.
    pub fn run(self) -> Output {
        self.start().wait()
    }

    /// Runs it and returns its stdout; panics with all that it said if it fails.
    pub fn ok(self) -> String {
        let output = self.run();
        assert!(output.succeeded(), "{output}");
        output.stdout
    }

    /// Starts it and returns at once.
    pub fn start(self) -> Running {
        let (pid, host_group) = self.host.process_one();
        let group = host_group.join("system.slice").join(format!("{}.scope", self.host.new_name()));
        make_folder(&group);

        let mut command = tool(script("enter"));
        command.arg(pid.to_string()).arg(&group);
        command.args(["/usr/bin/env", "-i", "-C", "/root"]);
        command.args(self.environment.iter().map(|(name, value)| format!("{name}={value}")));
        if let Some(user) = &self.user {
            command.args(["/usr/sbin/runuser", "-u", user, "--", "/bin/sh", "-c"]);
            command
                .arg(format!("export HOME=~{user} USER={user} LOGNAME={user}; cd; {}", self.line));
        } else {
            command.args(["/bin/sh", "-c", &self.line]);
        }
        let piped = self.keep_stdin || self.stdin.is_some();
        let mut child = command
            .stdin(if piped { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start sh/enter");

        let mut stdin = child.stdin.take();
        if let Some(bytes) = self.stdin {
            if self.keep_stdin {
                let pipe = stdin.as_mut().expect("stdin is a pipe");
                pipe.write_all(&bytes).expect("write to the command's stdin");
            } else if let Some(mut pipe) = stdin.take() {
                // A command need not read all of it.
                std::thread::spawn(move || pipe.write_all(&bytes));
            }
        }
        let what = format!("{}# {}", self.host.name(), self.line);
        Running::new(what, group, child, stdin, self.deadline)
    }
}
