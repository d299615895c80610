//! Signing in, with the real `ssh`.

use std::time::Duration;

use crate::using::quoted;
use crate::{Command, Host, Key, Output, Running};

/// A sign-in that is about to be tried: one key, no agent, no questions, no configuration.
#[derive(Debug)]
#[must_use = "nothing happens before `run`, `ok` or `open_session`"]
pub struct SshAttempt<'a> {
    host: &'a Host,
    key: &'a Key,
    to: String,
    options: Vec<String>,
    known_hosts: Option<String>,
    command: Option<String>,
    deadline: Duration,
}

impl<'a> SshAttempt<'a> {
    pub(crate) fn new(host: &'a Host, key: &'a Key, to: &str) -> Self {
        let options = [
            "BatchMode=yes",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "GlobalKnownHostsFile=/dev/null",
            "ConnectTimeout=60",
        ];
        Self {
            host,
            key,
            to: to.to_owned(),
            options: options.map(|option| format!("-o{option}")).into(),
            known_hosts: None,
            command: None,
            deadline: Duration::from_mins(2),
        }
    }

    /// Comes from this address, which the host must have (`ssh -b`).
    pub fn from(self, address: &str) -> Self {
        self.option("-b").option(address)
    }

    /// Goes to this port.
    pub fn port(self, port: u16) -> Self {
        self.option(&format!("-p{port}"))
    }

    /// Goes on only if the server shows one of these keys (lines as in `known_hosts`). Else any
    /// key will do at the first time, and only that one later on.
    pub fn known_hosts(mut self, lines: &str) -> Self {
        self.known_hosts = Some(lines.to_owned());
        self
    }

    /// What to run there; else a shell.
    pub fn command(mut self, line: &str) -> Self {
        self.command = Some(line.to_owned());
        self
    }

    /// Tells on stderr how the sign-in goes (`ssh -v`).
    pub fn verbose(self) -> Self {
        self.option("-v")
    }

    /// Any other argument of `ssh`.
    pub fn option(mut self, argument: &str) -> Self {
        self.options.push(argument.to_owned());
        self
    }

    /// How long each wait for it may take; past that it is killed, and the test fails.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Tries it. Exit code 255 is `ssh`'s own no; any other is the command's.
    pub fn run(self) -> Output {
        self.prepared("-T").run()
    }

    /// Tries it and returns the command's stdout; panics with all that was said if it fails.
    pub fn ok(self) -> String {
        self.prepared("-T").ok()
    }

    /// Signs in with a terminal, and stays until told otherwise.
    pub fn open_session(self) -> Session {
        let running = self.prepared("-tt").with_open_stdin().start();
        Session { running, done: 0 }
    }

    /// Puts key and known hosts where only memory is touched, and writes the line.
    fn prepared(self, terminal: &str) -> Command<'a> {
        let key = format!("/run/lab/{}", self.key.name());
        self.host.put(&key, self.key.private(), 0o600);
        let (strict, hosts) = if let Some(lines) = &self.known_hosts {
            let path = format!("/run/lab/{}", self.host.new_name());
            self.host.put(&path, lines, 0o600);
            ("yes", path)
        } else {
            ("accept-new", "/run/lab/known_hosts".to_owned())
        };
        let mut words = vec!["ssh".to_owned(), "-F/dev/null".to_owned(), terminal.to_owned()];
        words.push(format!("-i{key}"));
        words.push(format!("-oStrictHostKeyChecking={strict}"));
        words.push(format!("-oUserKnownHostsFile={hosts}"));
        words.extend(self.options);
        words.push(self.to);
        words.extend(self.command);
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let line = format!("exec {}", words.join(" "));
        self.host.command(&line).env("TERM", "xterm").deadline(self.deadline)
    }
}

/// A session with a terminal that stays open until it is left or cut.
#[derive(Debug)]
pub struct Session {
    running: Running,
    /// How many lines the shell has done.
    done: u32,
}

impl Session {
    /// Types something; a line ends with `\n`.
    pub fn send(&mut self, text: &str) {
        self.running.send(text);
    }

    /// Types a line for the shell, whole before any of it runs, and waits until the shell has done it.
    /// What is typed while it runs goes to whoever reads the terminal by then: sudo, which throws it
    /// away.
    pub fn does(&mut self, line: &str) {
        self.done += 1;
        let done = self.done;
        self.send(&format!("{{ {line}\n}}; echo do''ne-{done}\n"));
        self.wait_for(&format!("done-{done}"));
    }

    /// Waits until the terminal shows this; panics if it never does.
    pub fn wait_for(&mut self, text: &str) {
        self.running.wait_for(text);
    }

    /// What the terminal has shown until now, echo and all.
    pub fn screen(&self) -> String {
        self.running.stdout_so_far()
    }

    /// Whether it is still there.
    pub fn is_open(&mut self) -> bool {
        !self.running.is_finished()
    }

    /// Waits until it is cut or left, at most this long; says whether it was.
    pub fn is_cut_within(&mut self, limit: Duration) -> bool {
        self.running.ends_within(limit)
    }

    /// Waits for its end, and tells how it ended.
    pub fn wait(self) -> Output {
        self.running.wait()
    }
}
