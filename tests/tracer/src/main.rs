//! Runs a program under ptrace(2) with all the processes that it starts, counts the system calls by
//! which any of them changes something, and kills at one of them.
//!
//!     tracer LOG count -- PROGRAM...            carries everything out
//!     tracer LOG tree N -- PROGRAM...           at the entry of the Nth call all processes die
//!     tracer LOG after N CALL OBJECT -- ...     at the next one after the Nth CALL on OBJECT
//!     tracer LOG child N -- PROGRAM...          the process dies that makes the children's Nth call
//!
//! The call at which somebody dies is not carried out. What systemd and other services do on request
//! is not of the tree, as it would not be of a run that somebody kills.
//!
//! LOG gets a line for each call: its number, the number among the children's (`-` for one of the
//! program's own), the process, the call, its object; at last `killed` if somebody was, or `ended`.
//! The exit code is the program's; 137 if it was killed.

mod calls;
mod filter;
mod process;
mod wait;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use nix::errno::Errno;
use nix::sys::ptrace::{self, Event, Options};
use nix::sys::signal::{Signal, kill, raise};
use nix::unistd::Pid;

use process::{Call, Sockets};
use wait::Status;

/// The hidden mode: this program as the one that is about to be traced.
const BECOME: &str = "become";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.split_first() {
        Some((first, rest)) if first == BECOME => Err(become_traced(rest)),
        Some((log, rest)) => trace(log, rest),
        None => Err("tracer LOG MODE -- PROGRAM...".to_owned()),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("tracer: {error}");
            ExitCode::from(125)
        }
    }
}

/// Waits to be traced, then becomes the program. Returns only on failure.
fn become_traced(words: &[String]) -> String {
    let ready = ptrace::traceme().and_then(|()| raise(Signal::SIGSTOP));
    if let Err(error) = ready {
        return format!("ptrace: {error}");
    }
    if let Err(error) = filter::install() {
        return error;
    }
    let error = Command::new(&words[0]).args(&words[1..]).exec();
    format!("{}: {error}", words[0])
}

/// Who dies, and when.
enum Mode {
    Count,
    Tree(u64),
    After { left: u64, call: String, object: String },
    Child(u64),
}

impl Mode {
    fn parse(words: &[String]) -> Result<Self, String> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let number = |word: &str| word.parse().map_err(|_| format!("not a number: {word}"));
        match words.as_slice() {
            ["count"] => Ok(Self::Count),
            ["tree", n] => Ok(Self::Tree(number(n)?)),
            ["child", n] => Ok(Self::Child(number(n)?)),
            ["after", n, call, object] => Ok(Self::After {
                left: number(n)?,
                call: (*call).to_owned(),
                object: (*object).to_owned(),
            }),
            _ => Err(format!("no such mode: {}", words.join(" "))),
        }
    }
}

/// What to do at a call.
#[derive(PartialEq)]
enum Verdict {
    Go,
    KillTree,
    KillProcess,
}

struct Tracer {
    program: Pid,
    mode: Mode,
    known: HashSet<Pid>,
    sockets: Sockets,
    /// The program has become what shall be traced.
    begun: bool,
    calls: u64,
    children: u64,
    /// Somebody was.
    killed: bool,
    /// All shall die.
    ending: bool,
    log: String,
}

fn trace(log: &str, words: &[String]) -> Result<u8, String> {
    let middle = words.iter().position(|word| word == "--").ok_or("-- is missing")?;
    let mode = Mode::parse(&words[..middle])?;
    let error = |error: std::io::Error| error.to_string();
    let ourselves = std::env::current_exe().map_err(error)?;
    let mut command = Command::new(ourselves);
    command.arg(BECOME).args(&words[middle + 1..]);
    let child = command.spawn().map_err(error)?;
    let program = Pid::from_raw(child.id().cast_signed());
    let mut tracer = Tracer {
        program,
        mode,
        known: HashSet::new(),
        sockets: Sockets::default(),
        begun: false,
        calls: 0,
        children: 0,
        killed: false,
        ending: false,
        log: String::new(),
    };
    let code = tracer.run()?;
    tracer.log.push_str(if tracer.killed { "killed\n" } else { "ended\n" });
    std::fs::write(log, &tracer.log).map_err(|e| format!("{log}: {e}"))?;
    Ok(code)
}

impl Tracer {
    /// Follows all processes to their end; the program's exit code.
    fn run(&mut self) -> Result<u8, String> {
        let mut code = 137;
        loop {
            let (pid, status) = match wait::next() {
                Err(Errno::ECHILD) => return Ok(code),
                Err(Errno::EINTR) => continue,
                other => other.map_err(|e| format!("waitpid: {e}"))?,
            };
            match status {
                Status::Ended(ended) => {
                    self.known.remove(&pid);
                    if pid == self.program {
                        code = u8::try_from(ended).unwrap_or(255);
                    }
                }
                Status::Event(event) => self.event(pid, event),
                Status::Stopped(signal) => self.stopped(pid, signal)?,
                Status::Other => {}
            }
        }
    }

    fn event(&mut self, pid: Pid, event: i32) {
        if event == Event::PTRACE_EVENT_EXEC as i32 && pid == self.program {
            self.begun = true;
        }
        if event == Event::PTRACE_EVENT_SECCOMP as i32 && self.begun && !self.ending {
            match self.consider(pid) {
                Verdict::Go => {}
                Verdict::KillTree => {
                    (self.killed, self.ending) = (true, true);
                    for pid in &self.known {
                        let _ = kill(*pid, Signal::SIGKILL);
                    }
                }
                Verdict::KillProcess => {
                    self.killed = true;
                    let _ = kill(process::leader(pid), Signal::SIGKILL);
                    return;
                }
            }
        }
        self.go_on(pid, 0);
    }

    /// Counts the call at which a process is stopped.
    fn consider(&mut self, pid: Pid) -> Verdict {
        let Some(call) = process::call(pid, &mut self.sockets) else { return Verdict::Go };
        let own = process::leader(pid) == self.program;
        self.calls += 1;
        self.children += u64::from(!own);
        self.note(pid, own, &call);
        let (calls, children) = (self.calls, self.children);
        match &mut self.mode {
            Mode::Tree(n) if calls == *n => Verdict::KillTree,
            Mode::Child(n) if children == *n && !own => {
                // Once is enough: the number stays while the program goes on by itself.
                self.mode = Mode::Count;
                Verdict::KillProcess
            }
            Mode::After { left: 0, .. } => Verdict::KillTree,
            Mode::After { left, call: name, object } => {
                if call.name == *name && call.object == *object {
                    *left -= 1;
                }
                Verdict::Go
            }
            Mode::Count | Mode::Tree(_) | Mode::Child(_) => Verdict::Go,
        }
    }

    fn note(&mut self, pid: Pid, own: bool, call: &Call) {
        let child = if own { "-".to_owned() } else { self.children.to_string() };
        let (calls, name) = (self.calls, process::name(pid));
        let _ = writeln!(self.log, "{calls}\t{child}\t{name}\t{}\t{}", call.name, call.object);
    }

    fn stopped(&mut self, pid: Pid, signal: i32) -> Result<(), String> {
        let new = self.known.insert(pid);
        if new && pid == self.program {
            let options = Options::PTRACE_O_TRACEFORK
                | Options::PTRACE_O_TRACEVFORK
                | Options::PTRACE_O_TRACECLONE
                | Options::PTRACE_O_TRACEEXEC
                | Options::PTRACE_O_TRACESECCOMP
                | Options::PTRACE_O_EXITKILL;
            ptrace::setoptions(pid, options).map_err(|e| format!("ptrace: {e}"))?;
        }
        // A new process is first stopped for us. One that was stopped as a job (SIGSTOP, SIGTSTP)
        // has no signal to tell of (ptrace(2), "Group-stop"); nobody here would wake it up.
        let is_ours = new && signal == Signal::SIGSTOP as i32;
        let in_group_stop = || ptrace::getsiginfo(pid) == Err(Errno::EINVAL);
        let pass_on = !is_ours && !in_group_stop();
        self.go_on(pid, if pass_on { signal } else { 0 });
        Ok(())
    }

    fn go_on(&self, pid: Pid, signal: i32) {
        if self.ending {
            // Also one that was born meanwhile.
            let _ = kill(pid, Signal::SIGKILL);
        }
        wait::go_on(pid, signal);
    }
}
