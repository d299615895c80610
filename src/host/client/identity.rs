//! A private key's file, as ssh will see it. What stands in it is read by ssh-keygen; of ours are
//! the first bytes, in which no secret is.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::fcntl::OFlag;
use nix::unistd::{Uid, User, geteuid};

use crate::host::run::{RunError, Tool};

/// The armour's first line and the format's name.
const HEAD: u64 = 48;

/// What a key's file is good for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Identity {
    /// There is none.
    Missing,
    /// This user may not read it: mode and owner.
    Unreadable(String),
    /// Others may read it, so that ssh won't: mode and owner.
    TooOpen(String),
    /// It is a public key.
    Public,
    /// `PuTTY`'s own format, of this version.
    Putty(String),
    /// ssh-keygen can't read it, for this reason; its first bytes may say why.
    Damaged {
        /// What ssh-keygen says.
        why: String,
        /// A byte order mark, or line ends of Windows.
        disguised: bool,
    },
    /// Behind a passphrase.
    Encrypted,
    /// Fit; its public half.
    Good(String),
}

/// Looks at it as ssh would.
#[must_use]
pub fn inspect(path: &Path) -> Identity {
    let about = std::fs::metadata(path);
    let whose = about.as_ref().map_or(String::new(), |meta| {
        let owner = User::from_uid(Uid::from_raw(meta.uid())).ok().flatten();
        let owner = owner.map_or_else(|| meta.uid().to_string(), |user| user.name);
        format!("{:04o} {owner}", meta.mode() & 0o7777)
    });
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return Identity::Unreadable(whose);
        }
        Err(_) => return Identity::Missing,
    };
    // Nobody is told to shut a folder.
    if about.as_ref().is_ok_and(|meta| !meta.is_file()) {
        return Identity::Missing;
    }
    // As in sshkey_perm_ok() of OpenSSH: another owner's file is that one's business.
    let open =
        |meta: &std::fs::Metadata| meta.uid() == geteuid().as_raw() && meta.mode() & 0o077 != 0;
    let mut head = Vec::new();
    let _ = file.take(HEAD).read_to_end(&mut head);
    let text = String::from_utf8_lossy(&head);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if let Some(rest) = start.strip_prefix("PuTTY-User-Key-File-") {
        return Identity::Putty(rest.chars().take_while(char::is_ascii_digit).collect());
    }
    let public = [
        "ssh-",
        "ecdsa-",
        "sk-",
        "-----BEGIN PUBLIC",
        "-----BEGIN RSA PUBLIC",
        "---- BEGIN SSH2 PUBLIC",
    ];
    if public.iter().any(|begin| start.starts_with(begin)) {
        return Identity::Public;
    }
    if about.is_ok_and(|meta| open(&meta)) {
        return Identity::TooOpen(whose);
    }
    let disguised = text.starts_with('\u{feff}') || text.contains('\r');
    // An empty passphrase is none: it is asked whether the key has one.
    let tool = Tool::new("ssh-keygen").args(["-y", "-P", "", "-f"]).arg(path.display().to_string());
    match tool.run() {
        Ok(out) => Identity::Good(out.stdout.trim().to_owned()),
        Err(RunError::Failed { stderr, .. }) if stderr.contains("passphrase") => {
            Identity::Encrypted
        }
        Err(RunError::Failed { stderr, .. }) => {
            let why = stderr.lines().map(str::trim).find(|line| !line.is_empty());
            Identity::Damaged { why: why.unwrap_or_default().to_owned(), disguised }
        }
        Err(error) => Identity::Damaged { why: error.to_string(), disguised },
    }
}
