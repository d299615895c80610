//! The only code that touches the machine. It knows nothing of grants.

pub mod accounts;
pub mod addresses;
pub mod change;
pub mod clock;
pub mod door;
pub mod files;
pub mod inside;
pub mod lock;
pub mod log;
mod namespace;
mod netlink;
pub mod processes;
pub mod record;
pub mod run;
pub mod signals;
pub mod sshd;
pub mod sudo;
pub mod sweep;
pub mod systemd;

use std::path::Path;

/// The right to change the machine. A plan is made without it; who carries one out must have it.
#[derive(Debug)]
pub struct Hands {
    tag: String,
}

impl Hands {
    /// Takes up the right to change. `tag` goes into the names of temporary files, so that a later
    /// run of the same grant finds what a killed one left.
    #[must_use]
    pub fn new(tag: &str) -> Self {
        Self { tag: tag.to_owned() }
    }
}

/// Whether SELinux labels matter here.
pub fn selinux() -> bool {
    Path::new("/sys/fs/selinux/enforce").exists() && run::find("restorecon").is_some()
}

/// Whether we run as root.
pub fn is_root() -> bool {
    users::get_effective_uid() == 0
}

/// Bytes that nobody can guess, from the kernel.
pub fn random<const N: usize>() -> std::io::Result<[u8; N]> {
    use std::io::Read;
    let mut bytes = [0; N];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// SHA-256, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
