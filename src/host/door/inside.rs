//! The child's part of the proof.

use std::cell::Cell;
use std::fs::{self, File};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpid};

use super::attempt::{Ask, Knock, LONGEST, Stage};
use super::classify::{Trace, clean, tail};
use super::peer::represent;
use super::relay;
use super::tap::Tap;
use super::{Answer, Probe, Question, Reason, Refusal, Report, Request, Source, Unproven, Verdict};
use crate::host::run::RunError;
use crate::host::sshd::missing_folder;
use crate::host::{namespace, netlink};

/// Where logins are recorded. A proof is no login, and PAM modules of some systems would write one
/// here even without a terminal.
const RECORDS: [&str; 3] = ["/var/log/wtmp", "/var/log/lastlog", "/var/log/btmp"];

/// Who is here, which is recorded likewise.
const UTMP: &str = "/run/utmp";

/// Proves the way in. Runs in the child.
pub(in crate::host) fn answer_request(request: &Request) -> Report {
    let report = prove(request).unwrap_or_else(|why| Report::uniform(request, &why.into()));
    end_children();
    report
}

/// Signs in to the running daemon. Runs in the child.
pub(in crate::host) fn answer_question(question: &Question) -> Answer {
    let answer = sign_in(question).unwrap_or_else(|obstacle| match obstacle {
        Obstacle::Unproven(why) => Answer::Unproven(why),
        Obstacle::Refused(refusal) => Answer::RefusedHere(refusal),
    });
    end_children();
    answer
}

/// What stands in the way of every attempt.
enum Obstacle {
    Unproven(Unproven),
    Refused(Refusal),
}

impl From<Unproven> for Obstacle {
    fn from(why: Unproven) -> Self {
        Self::Unproven(why)
    }
}

impl From<io::Error> for Obstacle {
    fn from(error: io::Error) -> Self {
        Self::Unproven(Unproven::Broken { why: error.to_string() })
    }
}

impl From<nix::Error> for Obstacle {
    fn from(error: nix::Error) -> Self {
        io::Error::from(error).into()
    }
}

impl From<Obstacle> for Verdict {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Unproven(why) => Self::Unproven(why),
            Obstacle::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

fn prove(request: &Request) -> Result<Report, Obstacle> {
    prctl::set_child_subreaper(true)?;
    leave(true)?;
    namespace::cover(&request.scratch)?;
    let mut stage = Stage {
        account: &request.account,
        sshd: &request.sshd,
        scratch: &request.scratch,
        tap: None,
        stand_in: None,
        plain: Cell::new(false),
        end: Instant::now() + request.deadline,
    };
    set(&mut stage)?;
    let mut probes = Vec::new();
    for (index, key) in request.keys.iter().enumerate() {
        let key = stage.key(&format!("key-{index}.pub"), key)?;
        for source in &request.from {
            let verdict = probe(&stage, request, source, &key, Ask::Key)?;
            probes.push(Probe { key: index, source: source.clone(), verdict });
        }
    }
    let session = match &request.session {
        Some(session) => {
            let key = stage.key("session", &session.private)?;
            if request.stand_in {
                stage.stand_in(&session.public)?;
            }
            let accepted = probes.iter().find(|probe| probe.verdict == Verdict::Accepted);
            let possible = || request.from.iter().find(|source| server(request, source).is_some());
            let source = accepted.map(|probe| &probe.source).or_else(possible);
            Some(match source {
                Some(source) => {
                    let mut verdict = Verdict::Accepted;
                    let asked = [
                        (Ask::Command, true),
                        (Ask::Login, request.login_shell),
                        (Ask::Interactive, request.bash),
                    ];
                    for (ask, _) in asked.into_iter().filter(|(_, wanted)| *wanted) {
                        if verdict == Verdict::Accepted {
                            verdict = probe(&stage, request, source, &key, ask)?;
                        }
                    }
                    verdict
                }
                None => Verdict::Unproven(Unproven::NoServerAddress),
            })
        }
        None => None,
    };
    Ok(Report { probes, session })
}

fn sign_in(question: &Question) -> Result<Answer, Obstacle> {
    prctl::set_child_subreaper(true)?;
    leave(false)?;
    namespace::cover(&question.scratch)?;
    let mut stage = Stage {
        account: &question.account,
        sshd: &question.sshd,
        scratch: &question.scratch,
        tap: None,
        stand_in: None,
        plain: Cell::new(false),
        end: Instant::now() + question.deadline,
    };
    let key = stage.key("session", &question.private)?;
    let to = question.target;
    let knock = Knock { from: to.ip(), to, key: &key, ask: Ask::Command };
    // Reached before the network is left in which it listens.
    let daemon = match relay::reach(to, LONGEST) {
        Ok(daemon) => daemon,
        Err(error) => return Ok(Answer::Unreachable(vec![format!("{to}: {error}")])),
    };
    let daemon = match leave(true) {
        Ok(()) => {
            netlink::loopback_up()?;
            represent(to.ip())?;
            Some(daemon)
        }
        Err(_) => None,
    };
    let theirs = stage.knock(&knock, daemon.as_ref());
    if theirs.connected() && theirs.session_ran() {
        return Ok(Answer::Ran { host_key: theirs.host_key() });
    }
    if !theirs.connected() {
        return Ok(Answer::Unreachable(theirs.client_tail()));
    }
    leave(true)?;
    set(&mut stage)?;
    represent(knock.to.ip())?;
    let ours = knock_on_own(&stage, &knock)?;
    Ok(if ours.session_ran() {
        Answer::Differs(theirs.client_tail())
    } else if ours.held_by_audit() {
        Answer::Unproven(Unproven::AuditLogin)
    } else {
        Answer::RefusedHere(ours.refusal(true))
    })
}

/// One attempt, from a source that is made local for it.
fn probe(
    stage: &Stage,
    request: &Request,
    source: &Source,
    key: &Path,
    ask: Ask,
) -> Result<Verdict, Obstacle> {
    let Some(server) = server(request, source) else {
        return Ok(Verdict::Unproven(Unproven::NoServerAddress));
    };
    if !stage.has_time() {
        return Ok(Verdict::Unproven(Unproven::NoTime));
    }
    for address in [server, source.addr] {
        if let Err(why) = represent(address) {
            return Ok(Verdict::Unproven(why));
        }
    }
    let to = SocketAddr::new(server, request.port);
    let session = ask != Ask::Key;
    let trace = knock_on_own(stage, &Knock { from: source.addr, to, key, ask })?;
    if trace.code.is_some() && !trace.connected() {
        let why = format!("ssh: {}", trace.client_tail().join("; "));
        return Ok(Verdict::Unproven(Unproven::Broken { why }));
    }
    let accepted = if session { trace.session_ran() } else { trace.key_accepted() };
    Ok(if accepted {
        Verdict::Accepted
    } else if trace.held_by_audit() {
        Verdict::Unproven(Unproven::AuditLogin)
    } else {
        Verdict::Refused(trace.refusal(session))
    })
}

/// The address of this server that a source would come to.
fn server(request: &Request, source: &Source) -> Option<IpAddr> {
    request.servers.iter().copied().find(|server| server.is_ipv4() == source.addr.is_ipv4())
}

fn leave(network: bool) -> Result<(), Unproven> {
    namespace::leave(network).map_err(|error| Unproven::NoNamespace { why: error.to_string() })
}

/// One login to an sshd of our own. Where sshd says nothing at all, it is looked whether it would
/// start; a folder that it lacks is supplied.
fn knock_on_own(stage: &Stage, knock: &Knock) -> Result<Trace, Obstacle> {
    let trace = stage.knock_on_own(knock)?;
    if trace.answered() {
        return Ok(trace);
    }
    let test = stage.sshd.tool(["-t"]);
    let mut tested = test.run();
    let mut again = false;
    if let Err(RunError::Failed { stderr, .. }) = &tested
        && let Some(folder) = missing_folder(stderr)
    {
        namespace::supply(Path::new(folder))?;
        again = true;
        tested = test.run();
    }
    match tested {
        Ok(_) if again => Ok(stage.knock_on_own(knock)?),
        Ok(_) => Ok(trace),
        Err(RunError::Failed { stderr, .. }) => {
            let evidence = tail(&stderr);
            Err(Obstacle::Refused(Refusal { reason: Reason::BrokenConfig, evidence }))
        }
        Err(error) => Err(io::Error::other(clean(&error.to_string())).into()),
    }
}

/// Makes the surroundings in which sshd is asked.
fn set(stage: &mut Stage) -> Result<(), Obstacle> {
    netlink::loopback_up()?;
    let nothing = stage.scratch.join("nothing");
    File::create_new(&nothing)?;
    for record in RECORDS.map(Path::new) {
        if record.exists() {
            namespace::bind(&nothing, record)?;
        }
    }
    // How many are here counts where logins are limited in number.
    let here = stage.scratch.join("here");
    let utmp = Path::new(UTMP);
    if utmp.exists() {
        io::copy(&mut File::open(utmp)?, &mut File::create_new(&here)?)?;
        namespace::bind(&here, utmp)?;
    }
    // Without it, only PAM's own reasons stay unknown.
    stage.tap = Tap::new(stage.scratch).ok();
    Ok(())
}

/// Ends what a login may have left behind. Orphans come to us, as their subreaper.
fn end_children() {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Err(Errno::ECHILD) => return,
            Err(_) | Ok(WaitStatus::StillAlive) => break,
            Ok(_) => {}
        }
    }
    let us = getpid();
    for _ in 0..100 {
        let children = children_of(us);
        if children.is_empty() {
            return;
        }
        for child in children {
            let _ = kill(child, Signal::SIGKILL);
            let _ = waitpid(child, None::<WaitPidFlag>);
        }
    }
}

fn children_of(parent: Pid) -> Vec<Pid> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().map(Pid::from_raw))
        .filter(|pid| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("PPid:"));
            line.and_then(|line| line.trim().parse().ok()) == Some(parent.as_raw())
        })
        .collect()
}
