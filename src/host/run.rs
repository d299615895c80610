//! Other programs: by absolute path, with a clean environment, no stdin and a deadline.

mod child;

use std::fmt;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use child::Ended;

/// Where system programs live; the caller's `PATH` is never asked.
const DIRECTORIES: [&str; 4] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The `PATH` that a program we start gets.
const CHILD_PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// Why a program did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It is in none of the system's folders.
    #[error("{program}: not installed")]
    Missing {
        /// Name of the program.
        program: String,
    },
    /// It could not be started.
    #[error("{program}: could not be started: {source}")]
    Spawn {
        /// Name of the program.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It ran past its deadline and was killed with its whole process group.
    #[error("{program}: no answer within {} s, killed", .after.as_secs())]
    Timeout {
        /// Name of the program.
        program: String,
        /// The deadline.
        after: Duration,
    },
    /// It ended with a code that is not among those allowed.
    #[error("{program}: {status}{}", Detail(.stderr))]
    Failed {
        /// Name of the program.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote on stderr; untrusted text.
        stderr: String,
    },
}

struct Detail<'a>(&'a str);

impl fmt::Display for Detail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<&str> =
            self.0.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() { Ok(()) } else { write!(f, ": {}", lines.join("; ")) }
    }
}

/// What a program printed and how it ended.
#[derive(Clone, Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// Its stdout, at most 1 MiB of it, with bytes that are not UTF-8 replaced.
    pub stdout: String,
    /// Its stderr, likewise.
    pub stderr: String,
}

impl Output {
    /// The exit code, or 128 plus the signal's number, as a shell would say.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| 128 + self.status.signal().unwrap_or(0))
    }
}

/// A program with its arguments, ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    program: String,
    args: Vec<String>,
    envs: Vec<(String, String)>,
    stdin: Vec<u8>,
    deadline: Duration,
    allowed: Vec<i32>,
}

impl Tool {
    /// A program by its name (looked up in the system's folders only) or absolute path.
    #[must_use]
    pub fn new(program: impl Into<String>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            envs: Vec::new(),
            stdin: Vec::new(),
            deadline: Duration::from_mins(1),
            allowed: vec![0],
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds several arguments.
    #[must_use]
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds a variable to the child's environment, which is otherwise `PATH` and `LC_ALL=C`.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.envs.push((name.into(), value.into()));
        self
    }

    /// Gives the child bytes to read; otherwise its stdin is `/dev/null`. At most 64 KiB, which a
    /// pipe holds without anybody reading.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// How long it may take; 60 s unless told.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The exit codes that are not a failure; only 0 unless told.
    #[must_use]
    pub fn allow(mut self, codes: &[i32]) -> Self {
        self.allowed.extend_from_slice(codes);
        self
    }

    /// The same, started by another program, as `nice` would start it.
    #[must_use]
    pub fn through<S: Into<String>>(
        mut self,
        program: impl Into<String>,
        args: impl IntoIterator<Item = S>,
    ) -> Self {
        let inner = std::mem::replace(&mut self.program, program.into());
        let inner = find(&inner).map_or(inner, |path| path.display().to_string());
        let front = args.into_iter().map(Into::into).chain([inner]);
        self.args.splice(..0, front);
        self
    }

    /// The command as one would type it, quoted for a shell.
    #[must_use]
    pub fn line(&self) -> String {
        let program =
            find(&self.program).map_or_else(|| self.program.clone(), |p| p.display().to_string());
        std::iter::once(program.as_str())
            .chain(self.args.iter().map(String::as_str))
            .map(quote)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Runs it to its end.
    pub fn run(&self) -> Result<Output, RunError> {
        let stdin = if self.stdin.is_empty() { Stdio::null() } else { Stdio::piped() };
        self.run_on(stdin, Stdio::piped())
    }

    /// Runs it to its end with a connection as its stdin and stdout, as inetd does.
    pub fn serve(&self, connection: OwnedFd) -> Result<Output, RunError> {
        let spawn_error = |source| RunError::Spawn { program: self.program.clone(), source };
        let copy = connection.try_clone().map_err(spawn_error)?;
        self.run_on(copy.into(), connection.into())
    }

    /// Runs it to its end from one file to another, as a filter.
    pub fn pass(&self, from: OwnedFd, to: OwnedFd) -> Result<Output, RunError> {
        self.run_on(from.into(), to.into())
    }

    fn run_on(&self, stdin: Stdio, stdout: Stdio) -> Result<Output, RunError> {
        let program = find(&self.program)
            .ok_or_else(|| RunError::Missing { program: self.program.clone() })?;
        #[allow(clippy::disallowed_methods, reason = "this is the one place that starts programs")]
        let mut command = Command::new(program);
        command
            .args(&self.args)
            .env_clear()
            .env("PATH", CHILD_PATH)
            .env("LC_ALL", "C")
            .envs(self.envs.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            .stdin(stdin)
            .stdout(stdout)
            .stderr(Stdio::piped())
            // A Ctrl-C or hang-up on the terminal is for us to handle, not for a useradd half-way.
            .process_group(0);
        let spawn_error = |source| RunError::Spawn { program: self.program.clone(), source };
        let mut child = command.spawn().map_err(spawn_error)?;
        // Our copies of the connection must not keep it open when the child is done with it.
        drop(command);
        if let Some(mut stdin) = child.stdin.take() {
            // A child that does not read its input is judged by its exit code.
            let _ = stdin.write_all(&self.stdin);
        }
        let ended = child::collect(&mut child, self.deadline).map_err(spawn_error)?;
        let Some(Ended { status, stdout, stderr }) = ended else {
            let (program, after) = (self.program.clone(), self.deadline);
            return Err(RunError::Timeout { program, after });
        };
        if status.code().is_some_and(|code| self.allowed.contains(&code)) {
            Ok(Output { status, stdout, stderr })
        } else {
            Err(RunError::Failed { program: self.program.clone(), status, stderr })
        }
    }
}

/// Finds a system program. An absolute path is taken as it is, if it is there.
#[must_use]
pub fn find(program: &str) -> Option<PathBuf> {
    if program.starts_with('/') {
        let path = PathBuf::from(program);
        return path.exists().then_some(path);
    }
    DIRECTORIES
        .iter()
        .map(|directory| Path::new(directory).join(program))
        .find(|path| path.exists())
}

/// One word of a command line, quoted if a shell would read it otherwise.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn keeps_output_and_code() {
        let out =
            Tool::new("sh").args(["-c", "echo a; echo b >&2; exit 3"]).allow(&[3]).run().unwrap();
        assert_eq!((out.stdout.as_str(), out.stderr.as_str(), out.code()), ("a\n", "b\n", 3));
    }

    #[test]
    fn a_hanging_program_is_killed_with_its_children() {
        let error = Tool::new("sh")
            .args(["-c", "sleep 600 & sleep 600"])
            .deadline(Duration::from_millis(200))
            .run()
            .unwrap_err();
        assert!(matches!(error, RunError::Timeout { .. }), "{error}");
    }

    #[test]
    fn a_grandchild_that_keeps_the_pipe_does_not_delay() {
        let out = Tool::new("sh").args(["-c", "sleep 5 & echo done"]).run().unwrap();
        assert_eq!(out.stdout, "done\n");
    }

    #[test]
    fn the_environment_is_clean_and_stdin_empty() {
        let out = Tool::new("sh").args(["-c", "env; cat"]).run().unwrap();
        let names: Vec<&str> = out.stdout.lines().filter_map(|l| l.split('=').next()).collect();
        assert!(!names.contains(&"HOME") && !names.contains(&"CARGO"), "{names:?}");
    }

    #[test]
    fn missing_and_failing_are_told_apart() {
        assert!(matches!(Tool::new("no-such-program").run(), Err(RunError::Missing { .. })));
        let failed = Tool::new("sh").args(["-c", "echo why >&2; exit 9"]).run().unwrap_err();
        assert_eq!(failed.to_string(), "sh: exit status: 9: why");
    }

    #[test]
    fn a_connection_is_stdin_and_stdout_and_is_closed() {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        (&ours).write_all(b"abc").unwrap();
        ours.shutdown(std::net::Shutdown::Write).unwrap();
        let out = Tool::new("sh").args(["-c", "cat; echo log >&2"]).serve(theirs.into()).unwrap();
        let mut echoed = String::new();
        (&ours).read_to_string(&mut echoed).unwrap();
        assert_eq!((echoed.as_str(), out.stderr.as_str()), ("abc", "log\n"));
    }

    #[test]
    fn a_program_is_started_by_another() {
        let tool = Tool::new("sh").args(["-c", "echo inner"]).through("env", ["A=b"]);
        assert_eq!(tool.run().unwrap().stdout, "inner\n");
        assert!(tool.line().ends_with("env A=b /usr/bin/sh -c 'echo inner'"), "{}", tool.line());
    }

    #[test]
    fn quoting_is_what_a_shell_reads_back() {
        let nasty = ["a b", "", "it's", "$(id)", "plain-1.2", "\n"];
        let line = Tool::new("printf").arg("%s|").args(nasty).line();
        let out = Tool::new("sh").args(["-c", &line]).run().unwrap();
        assert_eq!(out.stdout, format!("{}|", nasty.join("|")));
    }
}
