//! Key pairs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Run, must, tool};

/// The kinds of key that `ssh-keygen` can make without hardware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `ssh-ed25519`
    Ed25519,
    /// `ecdsa-sha2-nistp256`
    Ecdsa,
    /// `ssh-rsa` of 3072 bits
    Rsa,
}

/// A throw-away key pair without a passphrase.
#[derive(Debug)]
pub struct Key {
    folder: PathBuf,
    private: String,
    public: String,
}

impl Key {
    /// Makes a new one.
    pub fn generate(kind: KeyKind) -> Self {
        let kind = match kind {
            KeyKind::Ed25519 => "ed25519",
            KeyKind::Ecdsa => "ecdsa",
            KeyKind::Rsa => "rsa",
        };
        Self::generate_with(&["-t", kind])
    }

    /// Makes a new one with arguments of ssh-keygen's own.
    pub fn generate_with(arguments: &[&str]) -> Self {
        let folder = Run::get().new_folder("key");
        let path = folder.join("key");
        must(
            tool("ssh-keygen")
                .args(["-q", "-N", "", "-C", "lab"])
                .args(arguments)
                .arg("-f")
                .arg(&path),
        );
        let read = |path: &Path| fs::read_to_string(path).expect("ssh-keygen made the file");
        Self { private: read(&path), public: read(&path.with_extension("pub")), folder }
    }

    /// The public half, as one line that ends with a newline.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The private half, as `ssh` reads it from a file.
    pub fn private(&self) -> &str {
        &self.private
    }

    /// The fingerprint, as `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        let line = must(tool("ssh-keygen").arg("-lf").arg(self.folder.join("key.pub")));
        line.split(' ').nth(1).expect("ssh-keygen -l prints it second").to_owned()
    }

    /// The private half's file on the machine (not on any host), say for `ssh-keygen -Y sign`.
    pub fn file(&self) -> PathBuf {
        self.folder.join("key")
    }

    /// A text with this key's signature (`ssh-keygen -Y sign`) at its end, as comment lines.
    pub fn sign(&self, namespace: &str, text: &str) -> String {
        let file = self.folder.join("text");
        fs::write(&file, text).expect("write what is to be signed");
        let armor = must(
            tool("ssh-keygen")
                .args(["-q", "-Y", "sign", "-n", namespace, "-f"])
                .arg(self.file())
                .stdin(fs::File::open(&file).expect("read it again")),
        );
        armor.lines().fold(text.to_owned(), |signed, line| format!("{signed}# {line}\n"))
    }

    /// A name for this key that no other of this run has.
    pub(crate) fn name(&self) -> &str {
        self.folder.file_name().and_then(|name| name.to_str()).expect("Run names its folders")
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
