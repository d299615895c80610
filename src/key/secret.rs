//! A private key, out of whatever file.

use ring::signature::{Ed25519KeyPair, KeyPair};
use zeroize::Zeroizing;

use super::public::Public;
use super::wire::put;

/// Bytes that are overwritten when they are dropped.
pub(super) type Hidden = Zeroizing<Vec<u8>>;

/// A copy to be overwritten.
pub(super) fn copy(bytes: &[u8]) -> Hidden {
    Zeroizing::new(bytes.to_vec())
}

/// A private key.
pub struct Secret {
    /// Its public half.
    pub public: Public,
    /// Its comment, in whatever encoding it was written.
    pub comment: Vec<u8>,
    pub(super) numbers: Numbers,
}

/// What is secret in a key.
pub(super) enum Numbers {
    /// The seed.
    Ed25519(Hidden),
    /// The exponent.
    Ecdsa(Hidden),
    /// What OpenSSH and PuTTY keep; the rest follows from it.
    Rsa { d: Hidden, p: Hidden, q: Hidden, iqmp: Hidden },
    /// In a piece of hardware, or of a type that nobody takes any more.
    Elsewhere,
}

/// Why a private key could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It is not whole.
    Damaged,
    /// The public half is another key's.
    HalvesDiffer,
    /// Of a kind that is not read here.
    Unsupported,
}

/// Why a file could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// It is encrypted, and ssh-keygen knows how.
    Encrypted,
    /// It is a PuTTY key, and needs a passphrase.
    NeedsPassphrase,
    /// The passphrase is another one, or the file was changed.
    Wrong,
    /// It is not whole, or no private key.
    Damaged,
    /// Of a kind that is not read here; ssh-keygen may.
    Unsupported,
    /// Its making asks for more memory or time than is sensible.
    Excessive,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("public", &self.public).finish_non_exhaustive()
    }
}

impl Secret {
    /// Holds both halves together as far as that is cheap.
    pub(super) fn new(public: Public, comment: Vec<u8>, numbers: Numbers) -> Result<Self, Why> {
        let fits = match &numbers {
            Numbers::Ed25519(seed) => ed25519_public(seed).as_ref() == Some(&public),
            Numbers::Ecdsa(d) if public.bits == 256 => {
                let mut padded = Zeroizing::new([0; 32]);
                let at = 32usize.checked_sub(d.len()).ok_or(Why::Damaged)?;
                padded[at..].copy_from_slice(d);
                let half = p256::SecretKey::from_slice(&padded[..]).map_err(|_| Why::Damaged)?;
                let half = half.public_key().to_sec1_bytes();
                p256::PublicKey::from_sec1_bytes(&half).ok()
                    == p256::PublicKey::from_sec1_bytes(&public.blob[public.blob.len() - 65..]).ok()
            }
            Numbers::Elsewhere => return Err(Why::Unsupported),
            _ => true,
        };
        if fits { Ok(Self { public, comment, numbers }) } else { Err(Why::HalvesDiffer) }
    }
}

/// The public half of an Ed25519 key.
pub(super) fn ed25519_public(seed: &[u8]) -> Option<Public> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
    ed25519_half(pair.public_key().as_ref())
}

/// An Ed25519 key from its public half alone.
pub(super) fn ed25519_half(half: &[u8]) -> Option<Public> {
    let mut blob = Vec::new();
    put(&mut blob, b"ssh-ed25519");
    put(&mut blob, half);
    Public::read(&blob)
}

/// A new Ed25519 key from 32 random bytes.
#[must_use]
pub fn new_ed25519(seed: &[u8; 32], comment: &str) -> Option<Secret> {
    let numbers = Numbers::Ed25519(copy(seed));
    Secret::new(ed25519_public(seed)?, comment.as_bytes().to_vec(), numbers).ok()
}

/// A new ECDSA key of P-256 from 32 random bytes; nothing from those few that are no such number.
#[must_use]
pub fn new_p256(seed: &[u8; 32], comment: &str) -> Option<Secret> {
    let half = p256::SecretKey::from_slice(seed).ok()?.public_key().to_sec1_bytes();
    let mut blob = Vec::new();
    for part in [&b"ecdsa-sha2-nistp256"[..], b"nistp256", &half] {
        put(&mut blob, part);
    }
    let numbers = Numbers::Ecdsa(copy(seed));
    Secret::new(Public::read(&blob)?, comment.as_bytes().to_vec(), numbers).ok()
}
