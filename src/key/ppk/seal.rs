//! How PuTTY encrypts a key and guards it against changes.

use std::fmt;

use aes::Aes256;
use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit, generic_array::GenericArray};
use argon2::{Algorithm, Argon2, Params, Version};
use ring::{digest, hmac};
use zeroize::Zeroizing;

use crate::key::secret::{Hidden, OpenError};

/// The size of a block.
const BLOCK: usize = 16;

/// What PuTTY itself takes, in KiB and rounds: an eighth of a second on today's machines.
const MEMORY: u32 = 8 * 1024;
const PASSES: u32 = 21;

/// More memory than that, in KiB, or more of it to go through in all passes together, nobody asks for who
/// wants to be waited for: some seconds of work, 24 times what PuTTY itself takes.
const MOST_MEMORY: u32 = 256 * 1024;
const MOST_WORK: u64 = 4 * 1024 * 1024;
const MOST_LANES: u32 = 64;

/// How a file is to be written.
pub struct Seal {
    /// 2, for PuTTY before 0.75, or 3.
    pub version: u8,
    /// Nothing if it is not to be encrypted.
    pub passphrase: Hidden,
    /// Random.
    pub salt: [u8; 16],
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Seal {
    pub(super) fn derivation(&self) -> Option<Derivation> {
        (self.version == 3).then(|| Derivation {
            algorithm: Algorithm::Argon2id,
            memory: MEMORY,
            passes: PASSES,
            parallelism: 1,
            salt: self.salt.to_vec(),
        })
    }
}

/// How version 3 makes keys of a passphrase.
pub(super) struct Derivation {
    algorithm: Algorithm,
    memory: u32,
    passes: u32,
    parallelism: u32,
    salt: Vec<u8>,
}

impl Derivation {
    pub(super) fn is_excessive(&self) -> bool {
        let work = u64::from(self.memory) * u64::from(self.passes);
        self.memory > MOST_MEMORY || work > MOST_WORK || self.parallelism > MOST_LANES
    }
}

impl fmt::Display for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { memory, passes, parallelism, salt, .. } = self;
        writeln!(f, "Key-Derivation: Argon2id\nArgon2-Memory: {memory}\nArgon2-Passes: {passes}")?;
        writeln!(f, "Argon2-Parallelism: {parallelism}\nArgon2-Salt: {}", to_hex(salt))
    }
}

/// The lines by which it is told.
#[derive(Default)]
pub(super) struct Numbers {
    algorithm: Option<Algorithm>,
    memory: Option<u32>,
    passes: Option<u32>,
    parallelism: Option<u32>,
    salt: Option<Vec<u8>>,
}

impl Numbers {
    pub(super) fn take(&mut self, name: &str, value: &str) {
        match name {
            "Key-Derivation" => {
                self.algorithm = match value {
                    "Argon2id" => Some(Algorithm::Argon2id),
                    "Argon2i" => Some(Algorithm::Argon2i),
                    "Argon2d" => Some(Algorithm::Argon2d),
                    _ => None,
                }
            }
            "Argon2-Memory" => self.memory = value.parse().ok(),
            "Argon2-Passes" => self.passes = value.parse().ok(),
            "Argon2-Parallelism" => self.parallelism = value.parse().ok(),
            "Argon2-Salt" => self.salt = from_hex(value),
            _ => {}
        }
    }

    pub(super) fn whole(self) -> Option<Derivation> {
        Some(Derivation {
            algorithm: self.algorithm?,
            memory: self.memory?,
            passes: self.passes?,
            parallelism: self.parallelism?,
            salt: self.salt?,
        })
    }
}

/// Key, first block and the sum's key, one after the other.
pub(super) struct Keys {
    cipher: Zeroizing<[u8; 32]>,
    first: Zeroizing<[u8; BLOCK]>,
    sum: Hidden,
}

/// What version 2 makes the sum's key of, before the passphrase.
const SUM_2: &[u8] = b"putty-private-key-file-mac-key";

impl Keys {
    /// Those of a file that is not encrypted.
    pub(super) fn none(version: u8) -> Self {
        let sum = if version == 2 { sha1(&[SUM_2]) } else { Zeroizing::default() };
        Self { cipher: Zeroizing::default(), first: Zeroizing::default(), sum }
    }
}

fn sha1(parts: &[&[u8]]) -> Hidden {
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    for part in parts {
        context.update(part);
    }
    Zeroizing::new(context.finish().as_ref().to_vec())
}

/// Makes the keys of a passphrase.
pub(super) fn keys(
    version: u8,
    derivation: Option<&Derivation>,
    passphrase: &[u8],
) -> Result<Keys, OpenError> {
    let mut keys = Keys::none(version);
    if version == 2 {
        let (one, two) = (sha1(&[&[0; 4], passphrase]), sha1(&[&[0, 0, 0, 1], passphrase]));
        keys.cipher[..20].copy_from_slice(&one);
        keys.cipher[20..].copy_from_slice(&two[..12]);
        keys.sum = sha1(&[SUM_2, passphrase]);
        return Ok(keys);
    }
    let how = derivation.ok_or(OpenError::Damaged)?;
    if how.is_excessive() {
        return Err(OpenError::Excessive);
    }
    let mut bytes = Zeroizing::new([0; 80]);
    Params::new(how.memory, how.passes, how.parallelism, Some(bytes.len()))
        .and_then(|params| {
            Argon2::new(how.algorithm, Version::V0x13, params).hash_password_into(
                passphrase,
                &how.salt,
                &mut bytes[..],
            )
        })
        .map_err(|_| OpenError::Damaged)?;
    keys.cipher.copy_from_slice(&bytes[..32]);
    keys.first.copy_from_slice(&bytes[32..48]);
    keys.sum = Zeroizing::new(bytes[48..].to_vec());
    Ok(keys)
}

fn hmac_key(version: u8, keys: &Keys) -> hmac::Key {
    let algorithm =
        if version == 2 { hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY } else { hmac::HMAC_SHA256 };
    hmac::Key::new(algorithm, &keys.sum)
}

/// The sum over a text.
pub(super) fn sum(version: u8, keys: &Keys, text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac_key(version, keys), text).as_ref().to_vec()
}

/// Whether a sum is the text's.
pub(super) fn fits(version: u8, keys: &Keys, text: &[u8], sum: &[u8]) -> bool {
    hmac::verify(&hmac_key(version, keys), text, sum).is_ok()
}

/// Fills the last block, as PuTTY does: with the start of the text's SHA-1.
pub(super) fn pad(plain: &mut Hidden) {
    let filling = sha1(&[&plain[..]]);
    let missing = plain.len().wrapping_neg() % BLOCK;
    plain.extend(&filling[..missing]);
}

/// Encrypts whole blocks, each mixed with the one before (CBC).
pub(super) fn encrypt(keys: &Keys, bytes: &mut [u8]) {
    let cipher = Aes256::new(GenericArray::from_slice(&keys.cipher[..]));
    let mut before = *keys.first;
    for block in bytes.chunks_exact_mut(BLOCK) {
        block.iter_mut().zip(before).for_each(|(byte, mixed)| *byte ^= mixed);
        cipher.encrypt_block(GenericArray::from_mut_slice(block));
        before.copy_from_slice(block);
    }
}

/// Decrypts whole blocks.
pub(super) fn decrypt(keys: &Keys, bytes: &mut [u8]) -> Option<()> {
    let cipher = Aes256::new(GenericArray::from_slice(&keys.cipher[..]));
    let mut before = *keys.first;
    if !bytes.len().is_multiple_of(BLOCK) {
        return None;
    }
    for block in bytes.chunks_exact_mut(BLOCK) {
        let mut sealed = [0; BLOCK];
        sealed.copy_from_slice(block);
        cipher.decrypt_block(GenericArray::from_mut_slice(block));
        block.iter_mut().zip(before).for_each(|(byte, mixed)| *byte ^= mixed);
        before = sealed;
    }
    Some(())
}

/// Bytes in hexadecimal.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Bytes from hexadecimal.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) || !bytes.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    bytes
        .chunks_exact(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
