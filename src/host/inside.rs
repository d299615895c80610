//! This program as its own child, by a hidden verb; and what it does so in private namespaces.

use std::ffi::OsString;
use std::io::{self, Read, Write};

use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::Uid;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::run::Tool;
use super::{as_account, door, namespace};

/// The exit code when something went wrong inside; sshd and ssh use 255, a refusal of ours is 1.
const FAILED: u8 = 125;

/// Serves the hidden verb, if that is what was typed; `args` come without the program's name.
/// Returns the exit code.
#[must_use]
pub fn entry(args: &[OsString]) -> Option<u8> {
    let (verb, args) = args.split_first()?;
    (verb == namespace::VERB).then(|| as_child(namespace::VERB, || serve(args)))
}

/// Does a child's work, which only root's may do; returns the exit code.
pub fn as_child(verb: &str, work: impl FnOnce() -> io::Result<()>) -> u8 {
    let done = if Uid::effective().is_root() {
        // Whoever waits for us being killed must not leave us behind.
        prctl::set_pdeathsig(Signal::SIGKILL).map_err(io::Error::from).and_then(|()| work())
    } else {
        Err(io::Error::from(io::ErrorKind::PermissionDenied))
    };
    match done {
        Ok(()) => 0,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{verb}: {error}");
            FAILED
        }
    }
}

/// This program again, as a child that is started with these words.
#[must_use]
pub fn child(words: &[&str]) -> Tool {
    namespace::ourselves(words)
}

fn serve(args: &[OsString]) -> io::Result<()> {
    let words: Vec<Option<&str>> = args.iter().map(|arg| arg.to_str()).collect();
    match words.as_slice() {
        [Some(namespace::FOLDER), Some(folder), Some(_), ..] => {
            Err(namespace::run_with_folder(folder, &args[2], &args[3..]))
        }
        [Some(namespace::DOOR)] => reply(&door::answer_request(&question()?)),
        [Some(namespace::READER)] => reply(&as_account::answer(&question()?)?),
        [Some(namespace::DAEMON)] => reply(&door::answer_question(&question()?)),
        _ => Err(io::Error::from(io::ErrorKind::InvalidInput)),
    }
}

/// What the child is asked.
pub fn question<Q: DeserializeOwned>() -> io::Result<Q> {
    let mut text = Vec::new();
    io::stdin().lock().take(1 << 20).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// What it answers.
pub fn reply(answer: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_vec(answer)?;
    io::stdout().lock().write_all(&text)
}
