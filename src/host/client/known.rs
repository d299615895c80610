//! The host keys that this machine remembers, and those that a server shows.

use std::path::{Path, PathBuf};

use ssh_key::{HashAlg, PublicKey};

use crate::host::run::Tool;

/// A host key, and where it is remembered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Known {
    /// The file; empty for one that was only shown.
    pub file: PathBuf,
    /// `type base64`
    pub public: String,
    /// `SHA256:…`
    pub fingerprint: String,
}

impl Known {
    fn read(file: &Path, words: &str) -> Option<Self> {
        let key = PublicKey::from_openssh(words).ok()?;
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        let public = PublicKey::new(key.key_data().clone(), "").to_openssh().ok()?;
        Some(Self { file: file.to_owned(), public: public.trim().to_owned(), fingerprint })
    }
}

/// What a file of known hosts says of a name, hashed or not. Lines with a marker, which stand for
/// authorities and for keys that are revoked, are ssh's to judge.
#[must_use]
pub fn known(name: &str, file: &Path) -> Vec<Known> {
    if !file.is_file() {
        return Vec::new();
    }
    let tool = Tool::new("ssh-keygen").args(["-F", name, "-f"]).arg(file.display().to_string());
    let Ok(out) = tool.allow(&[1]).run() else { return Vec::new() };
    let keys = out.stdout.lines().filter(|line| !line.starts_with(['#', '@']));
    keys.filter_map(|line| Known::read(file, line.split_once(' ')?.1)).collect()
}

/// The key of one type that a server shows. Nobody vouches for it: who compares is the user.
#[must_use]
pub fn scan(host: &str, port: u16, kind: &str) -> Option<Known> {
    let short = |name: &&&str| kind.contains(**name);
    let kind = ["ed25519", "ecdsa"].iter().find(short).unwrap_or(&"rsa");
    let tool =
        Tool::new("ssh-keyscan").args(["-T", "5", "-t", kind, "-p", &port.to_string(), "--", host]);
    let out = tool.allow(&[1]).run().ok()?;
    let line = out.stdout.lines().find(|line| !line.starts_with('#'))?;
    Known::read(Path::new(""), line.split_once(' ')?.1)
}
