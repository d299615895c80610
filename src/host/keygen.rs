//! The system's ssh-keygen, for the formats and ciphers that it knows. The key lies in memory alone, and
//! the passphrases come from us: never as an argument, and in no file.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::time::Duration;

use zeroize::Zeroizing;

use super::memory::Memory;
use super::run::{RunError, Tool};

/// By these, ssh-keygen's question finds our answer.
const OLD: &str = "SUPPORT_ACCESS_OLD";
const NEW: &str = "SUPPORT_ACCESS_NEW";

/// A key file is not longer.
const LONGEST: u64 = 256 * 1024;

/// In which format a key is written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// OpenSSH's own.
    OpenSsh,
    /// OpenSSL's.
    Pem,
}

/// Why a key was not written anew.
#[derive(Debug, thiserror::Error)]
pub enum KeygenError {
    /// The passphrase is another one.
    #[error("another passphrase")]
    Wrong,
    /// It did not work.
    #[error(transparent)]
    Run(RunError),
    /// It said that it worked, and did nothing.
    #[error("it changed nothing")]
    Idle,
}

impl From<RunError> for KeygenError {
    fn from(error: RunError) -> Self {
        let wrong =
            matches!(&error, RunError::Failed { stderr, .. } if stderr.contains("passphrase"));
        if wrong { Self::Wrong } else { Self::Run(error) }
    }
}

/// Answers ssh-keygen, which starts this program to ask for a passphrase, as ssh(1) says of
/// `SSH_ASKPASS`: the question is an argument, the answer goes to stdout.
#[must_use]
pub fn entry() -> Option<u8> {
    let old = std::env::var_os(OLD)?;
    let mut args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let question = args.pop()?.to_string_lossy().into_owned();
    let path = if question.contains("old") { old } else { std::env::var_os(NEW)? };
    // What we lay there ourselves, and nothing else that somebody may name.
    if !path.to_string_lossy().starts_with("/proc/") {
        return Some(1);
    }
    let mut answer = Zeroizing::new(Vec::with_capacity(2048));
    let read = File::open(path).and_then(|file| file.take(1024).read_to_end(&mut answer));
    answer.push(b'\n');
    let said = read.and_then(|_| std::io::stdout().write_all(&answer));
    Some(u8::from(said.is_err()))
}

/// Writes a private key anew, with another passphrase (nothing is none) or in another format.
pub fn rewrite(
    key: &[u8],
    old: &[u8],
    new: &[u8],
    form: Form,
) -> Result<Zeroizing<Vec<u8>>, KeygenError> {
    let spawn = |source| RunError::Spawn { program: "ssh-keygen".to_owned(), source };
    let hidden = |bytes| Memory::new("key", bytes).map_err(spawn);
    let (mut file, old_answer, new_answer) = (hidden(key)?, hidden(old)?, hidden(new)?);
    let tool = Tool::new("ssh-keygen")
        .args(["-p", "-f", &file.path()])
        // A format must be said to old ones in one way, to new ones in another.
        .args(match form {
            Form::OpenSsh => vec!["-o"],
            Form::Pem => vec!["-m", "PEM"],
        })
        .args(if old.is_empty() { vec!["-P", ""] } else { vec![] })
        .args(if new.is_empty() { vec!["-N", ""] } else { vec![] })
        .env("SSH_ASKPASS", format!("/proc/{}/exe", std::process::id()))
        .env("SSH_ASKPASS_REQUIRE", "force")
        // Before OpenSSH 8.4, only where there is a display.
        .env("DISPLAY", "none")
        .env(OLD, old_answer.path())
        .env(NEW, new_answer.path())
        .deadline(Duration::from_mins(2));
    tool.run()?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024));
    file.read(LONGEST, &mut bytes).map_err(spawn)?;
    // What nobody touched would be given out as encrypted.
    if bytes.as_slice() == key { Err(KeygenError::Idle) } else { Ok(bytes) }
}
