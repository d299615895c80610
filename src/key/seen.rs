//! What was seen in a key file.

use super::public::Public;
use crate::text::key::Flaw;

/// Which kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `-----BEGIN OPENSSH PRIVATE KEY-----`
    OpenSsh,
    /// `-----BEGIN RSA PRIVATE KEY-----`
    Pkcs1,
    /// `-----BEGIN EC PRIVATE KEY-----`
    Sec1,
    /// `-----BEGIN PRIVATE KEY-----`, or encrypted.
    Pkcs8,
    /// PuTTY's, version 2.
    Ppk2,
    /// PuTTY's, version 3.
    Ppk3,
    /// `---- BEGIN SSH2 PUBLIC KEY ----`
    Rfc4716,
    /// `-----BEGIN PUBLIC KEY-----` and the like.
    PemPublic,
    /// Another one in armor.
    Pem,
    /// Lines as in `authorized_keys`, or one of them.
    Lines,
}

impl Format {
    /// Its name, as programs and people use it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenSsh => "OpenSSH",
            Self::Pkcs1 => "PEM (PKCS#1)",
            Self::Sec1 => "PEM (SEC 1)",
            Self::Pkcs8 => "PEM (PKCS#8)",
            Self::Ppk2 => "PPK 2 (PuTTY)",
            Self::Ppk3 => "PPK 3 (PuTTY)",
            Self::Rfc4716 => "RFC 4716 (SSH2)",
            Self::PemPublic => "PEM (public)",
            Self::Pem => "PEM",
            Self::Lines => "authorized_keys",
        }
    }
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Flawed {
    /// Where, counted from 1.
    pub line: usize,
    /// What.
    pub flaw: Flaw,
    /// Whether ssh or sshd takes no key from there because of it.
    pub refuses: bool,
}

impl Flawed {
    pub(super) fn refuses(line: usize, flaw: Flaw) -> Self {
        Self { line, flaw, refuses: true }
    }

    pub(super) fn warns(line: usize, flaw: Flaw) -> Self {
        Self { line, flaw, refuses: false }
    }
}

/// A key in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The line that it begins on.
    pub line: usize,
    /// It, or its public half.
    pub public: Public,
    /// What stands behind it, in whatever encoding; untrusted.
    pub comment: Vec<u8>,
    /// What stands in front of it in a line of `authorized_keys`; untrusted text.
    pub options: String,
}

/// What was seen in a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// Nothing if it is no key file.
    pub format: Option<Format>,
    /// Whether private halves stand there.
    pub private: bool,
    /// How they are encrypted, if they are.
    pub cipher: Option<String>,
    /// The keys; a private key's public half if it can be seen.
    pub keys: Vec<Held>,
    /// What is wrong, in the order of the file.
    pub flaws: Vec<Flawed>,
}

impl Looked {
    /// The format's name; of a single line without options, that of a `.pub` file.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        Some(match (self.format?, self.keys.as_slice()) {
            (Format::Lines, [key]) if key.options.is_empty() => {
                let certified = key.public.certificate.is_some();
                if certified { "OpenSSH certificate" } else { "OpenSSH public key" }
            }
            (format, _) => format.name(),
        })
    }
}
