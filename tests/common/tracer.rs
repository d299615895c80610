//! The tracer (tests/tracer) on a host: what a run changes, call by call, and a run that is killed at
//! one of these calls.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::{PROGRAM, Ran, Server};

const TRACER: &str = "/run/test/tracer";
const LOG: &str = "/run/test/trace";

/// A system call that changed something, or would have.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Its number among those of the program's children, unless the program made it itself.
    pub(crate) child: Option<u64>,
    /// The process that made it.
    pub(crate) process: String,
    pub(crate) name: String,
    /// Paths, or whatever it was done to.
    pub(crate) object: String,
}

/// Who is killed, and when; the call at which it happens is not carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kill<'a> {
    Nobody,
    /// All, at that call.
    Tree(u64),
    /// All, at the next call after this one was made on this object that many times.
    After(u64, &'a str, &'a str),
    /// The process that makes that call of the children's.
    Child(u64),
}

/// A run under the tracer.
pub(crate) struct Traced {
    pub(crate) ran: Ran,
    pub(crate) calls: Vec<Call>,
    /// Whether it came to the call at which somebody was to be killed.
    pub(crate) killed: bool,
}

impl Server {
    /// Runs the program under the tracer.
    #[track_caller]
    pub(crate) fn trace(&self, kill: Kill<'_>, words: &str) -> Traced {
        self.trace_line(kill, &format!("{PROGRAM} {words} --lang en"))
    }

    /// Runs `grant` for the engineer's key and address under the tracer.
    #[track_caller]
    pub(crate) fn trace_grant(&self, kill: Kill<'_>, words: &str) -> Traced {
        self.trace(kill, &super::grant_words(words))
    }

    #[track_caller]
    pub(crate) fn trace_line(&self, kill: Kill<'_>, line: &str) -> Traced {
        if !self.host.exists(TRACER) {
            self.host.put(TRACER, tracer(), 0o755);
        }
        let mode = match kill {
            Kill::Nobody => "count".to_owned(),
            Kill::Tree(n) => format!("tree {n}"),
            Kill::After(n, call, object) => format!("after {n} {call} '{object}'"),
            Kill::Child(n) => format!("child {n}"),
        };
        let ran = Ran::new(self.host.run(&format!("exec {TRACER} {LOG} {mode} -- {line}")));
        assert!(ran.output.code != 125, "{ran}");
        let log = self.host.read(LOG);
        let killed = log.ends_with("killed\n");
        assert!(killed || log.ends_with("ended\n"), "the tracer was killed itself: {ran}");
        Traced { ran, calls: log.lines().filter_map(call).collect(), killed }
    }
}

fn call(line: &str) -> Option<Call> {
    let mut parts = line.splitn(5, '\t').skip(1);
    let mut next = || parts.next().map(str::to_owned);
    let child = next()?.parse().ok();
    Some(Call { child, process: next()?, name: next()?, object: next()? })
}

/// The tracer's bytes. It is another package's program, of which cargo tells a test nothing.
fn tracer() -> &'static [u8] {
    static TRACER: OnceLock<Vec<u8>> = OnceLock::new();
    TRACER.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--locked", "--package", "tracer"]);
        build.args(["--message-format", "json"]);
        build.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit());
        let said = build.output().expect("cargo runs");
        assert!(said.status.success(), "the tracer does not build");
        let path = String::from_utf8_lossy(&said.stdout).lines().find_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(PathBuf::from(message["executable"].as_str()?))
        });
        std::fs::read(path.expect("cargo names the program")).expect("it was built")
    })
}
