//! Public keys that open the account.

mod file;
mod problem;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, EcdsaCurve, PublicKey};

use super::fingerprint::Fingerprint;
use super::plain::{quoted, sanitise};
pub(super) use file::is_html;
pub use file::{parse_any_keys, parse_keys};
pub use problem::{KeyProblem, KeysError};

/// A line with an RSA key of 16,384 bits takes 2.8 KB.
const LONGEST_LINE: usize = 8 * 1024;

/// The longest comment that is kept, in characters.
const LONGEST_COMMENT: usize = 100;

/// The types that are accepted, as OpenSSH writes them.
const KNOWN_TYPES: [&str; 7] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// One public key: a valid type and body, and a comment that is safe to store and show.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthorizedKey {
    line: String,
    comment: String,
    fingerprint: Fingerprint,
}

impl AuthorizedKey {
    /// Reads one line: type, key in base64, and perhaps a comment; no options.
    pub fn parse(line: &str) -> Result<Self, KeyProblem> {
        Self::read(line, Limits::Ours)
    }

    /// The same for a key that only is to be looked for: also one that we would let nobody in with.
    pub fn parse_any(line: &str) -> Result<Self, KeyProblem> {
        Self::read(line, Limits::None)
    }

    fn read(line: &str, limits: Limits) -> Result<Self, KeyProblem> {
        if let Some(kind) = file::private_kind(line.as_bytes()) {
            return Err(KeyProblem::Private { kind: kind.to_owned() });
        }
        let line = line.trim_matches([' ', '\t']);
        if line.is_empty() || line.starts_with('#') {
            return Err(KeyProblem::Empty);
        }
        if line.starts_with('\u{feff}') {
            return Err(KeyProblem::ByteOrderMark);
        }
        if line.contains(|c: char| c.is_control() && c != '\t') {
            return Err(KeyProblem::LineEnd);
        }
        if line.len() > LONGEST_LINE {
            return Err(KeyProblem::TooLong);
        }
        let (kind, rest) = split_word(line);
        if kind != "ssh-dss" || limits == Limits::Ours {
            check_type(kind, rest)?;
        }
        let (body, comment) = split_word(rest);
        let key = decode(kind, body, limits)?;
        Ok(Self {
            line: format!("{kind} {body}"),
            comment: sanitise(comment, LONGEST_COMMENT),
            fingerprint: Fingerprint::of(&key),
        })
    }

    /// Type and key in base64: one line of two words, nothing else.
    #[must_use]
    pub fn line_without_comment(&self) -> &str {
        &self.line
    }

    /// The type, such as `ssh-ed25519`.
    #[must_use]
    pub fn key_type(&self) -> &str {
        split_word(&self.line).0
    }

    /// The key in base64.
    #[must_use]
    pub fn body(&self) -> &str {
        split_word(&self.line).1
    }

    /// How long it is, if it is an RSA key.
    #[must_use]
    pub fn rsa_bits(&self) -> Option<usize> {
        match PublicKey::from_openssh(&self.line).ok()?.key_data() {
            KeyData::Rsa(rsa) => bits(rsa.n.as_positive_bytes()?),
            _ => None,
        }
    }

    /// The comment: printable, on one line, at most 100 characters; often empty.
    #[must_use]
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// The SHA-256 fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl FromStr for AuthorizedKey {
    type Err = KeyProblem;

    fn from_str(line: &str) -> Result<Self, KeyProblem> {
        Self::parse(line)
    }
}

impl fmt::Display for AuthorizedKey {
    /// The line with its comment, as in a `.pub` file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)?;
        if self.comment.is_empty() { Ok(()) } else { write!(f, " {}", self.comment) }
    }
}

super::serde_as_text!(AuthorizedKey);

/// The first word and what follows it.
pub(super) fn split_word(text: &str) -> (&str, &str) {
    match text.split_once([' ', '\t']) {
        Some((word, rest)) => (word, rest.trim_start_matches([' ', '\t'])),
        None => (text, ""),
    }
}

/// Judges the first word of a line; `rest` tells options from nonsense.
fn check_type(word: &str, rest: &str) -> Result<(), KeyProblem> {
    let is_quote = |c| matches!(c, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '«' | '»');
    if KNOWN_TYPES.contains(&word) {
        let body = split_word(rest).0;
        return match body {
            "" => Err(KeyProblem::MissingData { kind: word.to_owned() }),
            _ if body.contains(is_quote) => Err(KeyProblem::Quotes),
            _ => Ok(()),
        };
    }
    if word.starts_with("ssh-dss") {
        return Err(KeyProblem::Dsa);
    }
    if word.contains("-cert-v0") {
        return Err(KeyProblem::Certificate { kind: quoted(word) });
    }
    if word.starts_with(is_quote) {
        return Err(KeyProblem::Quotes);
    }
    if word.starts_with("AAAA") {
        return Err(KeyProblem::MissingType);
    }
    let is_type = |w: &str| KNOWN_TYPES.contains(&w) || w == "ssh-dss" || w.contains("-cert-v0");
    if rest.split([' ', '\t']).any(is_type) {
        return Err(KeyProblem::Options);
    }
    Err(KeyProblem::UnknownType { word: quoted(word) })
}

/// Which keys are taken.
#[derive(Clone, Copy, PartialEq)]
enum Limits {
    /// Those that we let somebody in with.
    Ours,
    /// Any.
    None,
}

/// The length of a number.
fn bits(bytes: &[u8]) -> Option<usize> {
    Some(bytes.len() * 8 - bytes.first()?.leading_zeros() as usize)
}

/// Decodes the key and holds it against its stated type and the limits.
fn decode(kind: &str, body: &str, limits: Limits) -> Result<KeyData, KeyProblem> {
    let key = PublicKey::from_openssh(&format!("{kind} {body}")).map_err(|_| {
        inner_type(body).filter(|inside| inside != kind).map_or(KeyProblem::Damaged, |inside| {
            KeyProblem::TypeMismatch { named: kind.to_owned(), inside: quoted(&inside) }
        })
    })?;
    // Only the one canonical spelling of a key goes into the account's key file.
    if PublicKey::from(key.key_data().clone()).to_openssh().ok().as_deref()
        != Some(&format!("{kind} {body}"))
    {
        return Err(KeyProblem::Damaged);
    }
    match key.key_data() {
        KeyData::Rsa(rsa) if limits == Limits::Ours => {
            match rsa.n.as_positive_bytes().and_then(bits).ok_or(KeyProblem::Damaged)? {
                bits @ ..2048 => Err(KeyProblem::RsaShort { bits }),
                bits @ 16_385.. => Err(KeyProblem::RsaLong { bits }),
                _ => Ok(key.into()),
            }
        }
        _ => Ok(key.into()),
    }
}

/// The type that the key itself names, as far as it can be read.
fn inner_type(body: &str) -> Option<String> {
    let algorithms = [
        Algorithm::Ed25519,
        Algorithm::Rsa { hash: None },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
        Algorithm::SkEd25519,
        Algorithm::SkEcdsaSha2NistP256,
        Algorithm::Dsa,
    ];
    algorithms
        .iter()
        .map(|algorithm| algorithm.as_str().to_owned())
        .find(|name| PublicKey::from_openssh(&format!("{name} {body}")).is_ok())
}
