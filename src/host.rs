//! The only code that touches the machine. It knows nothing of grants.

pub mod account_locks;
pub mod accounts;
pub mod addresses;
pub mod as_account;
pub mod ask;
pub mod authlog;
pub mod beside;
pub mod change;
pub mod client;
pub mod clock;
pub mod door;
pub mod files;
pub mod firewall;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
pub mod inside;
pub mod ipc;
pub mod jail;
pub mod key_files;
pub mod keygen;
pub mod lock;
pub mod log;
mod memory;
mod namespace;
mod netlink;
pub mod pam;
pub mod processes;
mod recall;
pub mod record;
pub mod run;
pub mod signals;
pub mod sshd;
pub mod startup;
pub mod sudo;
pub mod sweep;
pub mod systemd;
pub mod terminals;

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

/// Whether systemd is process 1 (`sd_booted(3)`).
pub fn systemd_booted() -> bool {
    Path::new("/run/systemd/system").is_dir()
}

/// Whether we run as root.
pub fn is_root() -> bool {
    users::get_effective_uid() == 0
}

/// Eight bytes that nobody can guess, from the kernel.
pub fn random() -> Result<[u8; 8], files::FileError> {
    use std::io::Read;
    let mut bytes = [0; 8];
    let read = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|error| files::FileError::System {
        doing: "read",
        path: "/dev/urandom".into(),
        source: nix::Error::from_raw(error.raw_os_error().unwrap_or(0)),
    })?;
    Ok(bytes)
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    use std::fmt::Write;
    bytes.as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256, in hexadecimal. By ring, which is fast however small we are built: the program hashes its own
/// three megabytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, bytes))
}
