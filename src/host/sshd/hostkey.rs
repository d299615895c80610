//! The server's own keys, as the receipt gives them to the engineer.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use ssh_key::{HashAlg, PublicKey};

use super::Config;

/// A host key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostKey {
    /// `ssh-ed25519` and the like.
    pub algorithm: String,
    /// `SHA256:…`
    pub fingerprint: String,
    /// Algorithm and key as in a `.pub` file, without a comment.
    pub public: String,
}

impl HostKey {
    /// The line for the engineer's `known_hosts`.
    #[must_use]
    pub fn known_hosts(&self, host: &str, port: u16) -> String {
        if port == 22 {
            format!("{host} {}", self.public)
        } else {
            format!("[{host}]:{port} {}", self.public)
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let key = PublicKey::from_openssh(text.trim()).ok()?;
        Some(Self {
            algorithm: key.algorithm().to_string(),
            fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
            public: PublicKey::new(key.key_data().clone(), "").to_openssh().ok()?.trim().to_owned(),
        })
    }
}

/// The host keys that sshd is configured to use, from the `.pub` file beside each. A key without
/// one is left out.
#[must_use]
pub fn host_keys(config: &Config) -> Vec<HostKey> {
    let mut keys: Vec<HostKey> = Vec::new();
    for path in config.all("hostkey") {
        let mut public = PathBuf::from(path);
        // With the private half in an agent, sshd is given the public file itself.
        if public.extension() != Some(OsStr::new("pub")) {
            public.as_mut_os_string().push(".pub");
        }
        if let Some(key) = read(&public).as_deref().and_then(HostKey::parse)
            && !keys.contains(&key)
        {
            keys.push(key);
        }
    }
    keys
}

/// Reads a small regular file of root's that others can't write.
fn read(path: &Path) -> Option<String> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path).ok()?;
    let meta = file.metadata().ok()?;
    if !meta.is_file() || meta.uid() != 0 || meta.mode() & 0o022 != 0 {
        return None;
    }
    let mut text = String::new();
    file.take(16 * 1024).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    #[test]
    fn a_line_for_known_hosts() {
        let key = HostKey::parse(&format!("{KEY} root@host\n")).unwrap();
        assert_eq!(key.algorithm, "ssh-ed25519");
        assert!(key.fingerprint.starts_with("SHA256:"), "{}", key.fingerprint);
        assert_eq!(key.known_hosts("192.0.2.1", 22), format!("192.0.2.1 {KEY}"));
        assert_eq!(key.known_hosts("2001:db8::1", 2222), format!("[2001:db8::1]:2222 {KEY}"));
        assert_eq!(HostKey::parse("-----BEGIN OPENSSH PRIVATE KEY-----"), None);
    }
}
