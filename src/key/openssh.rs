//! OpenSSH's own private keys (PROTOCOL.key).

use zeroize::Zeroizing;

use super::armor::{self, Armor};
use super::public::Public;
use super::secret::{Hidden, Numbers, Secret, Why, copy};
use super::wire::{Reader, put, put_number};

const MAGIC: &[u8] = b"openssh-key-v1\0";

/// What OpenSSH encrypts keys with.
const CIPHERS: [&str; 10] = [
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
    "aes256-cbc",
    "aes192-cbc",
    "aes128-cbc",
    "3des-cbc",
    "aes128-gcm",
    "aes256-gcm",
    "chacha20-poly1305",
];

/// What stands in the open, also of an encrypted key.
pub(super) struct Container<'a> {
    /// `none`, or how the rest is encrypted.
    pub(super) cipher: &'a str,
    /// The public half.
    pub(super) public: Public,
    private: &'a [u8],
}

/// Reads what stands in the open.
pub(super) fn container(bytes: &[u8]) -> Option<Container<'_>> {
    let mut reader = Reader(bytes.strip_prefix(MAGIC)?);
    let (cipher, derivation, _) = (reader.text()?, reader.text()?, reader.string()?);
    let known = match derivation {
        "none" => cipher == "none",
        "bcrypt" => CIPHERS.contains(&cipher.trim_end_matches("@openssh.com")),
        _ => false,
    };
    if !known || reader.u32()? != 1 {
        return None;
    }
    let public = Public::read(reader.string()?)?;
    let private = reader.string()?;
    // Some ciphers leave a sum behind the last key.
    (cipher != "none" || reader.0.is_empty()).then_some(Container { cipher, public, private })
}

impl Container<'_> {
    /// Reads the private half, if it is not encrypted.
    pub(super) fn secret(&self) -> Result<Secret, Why> {
        let mut reader = Reader(self.private);
        if reader.u32() != reader.u32() {
            return Err(Why::Damaged);
        }
        let numbers = numbers(&self.public, &mut reader)?;
        let comment = reader.string().ok_or(Why::Damaged)?.to_vec();
        let padded = reader.0.iter().zip(1..).all(|(byte, count)| *byte == count);
        if reader.0.len() >= 16 || !padded {
            return Err(Why::Damaged);
        }
        Secret::new(self.public.clone(), comment, numbers)
    }
}

fn numbers(public: &Public, reader: &mut Reader) -> Result<Numbers, Why> {
    let kind = reader.text().ok_or(Why::Damaged)?;
    if kind != public.kind {
        return Err(Why::HalvesDiffer);
    }
    let read = |reader: &mut Reader| match kind {
        "ssh-ed25519" => {
            let half = reader.string()?;
            let pair = reader.string()?;
            let (seed, again) = pair.split_at_checked(32)?;
            (half == again).then(|| Numbers::Ed25519(copy(seed)))
        }
        "ssh-rsa" => {
            let (_, _) = (reader.number()?, reader.number()?);
            let (d, iqmp) = (copy(reader.number()?), copy(reader.number()?));
            let (p, q) = (copy(reader.number()?), copy(reader.number()?));
            Some(Numbers::Rsa { d, p, q, iqmp })
        }
        _ if kind.starts_with("ecdsa-") => {
            let (_, _) = (reader.string()?, reader.string()?);
            Some(Numbers::Ecdsa(copy(reader.number()?)))
        }
        _ => Some(Numbers::Elsewhere),
    };
    let start = reader.0;
    let numbers = read(reader).ok_or(Why::Damaged)?;
    if matches!(numbers, Numbers::Elsewhere) {
        return Err(Why::Unsupported);
    }
    // The public half is written down once more, for RSA in another order.
    let mut again = Vec::new();
    let mut copy = Reader(start);
    put(&mut again, kind.as_bytes());
    let (first, second) = (copy.string(), copy.string());
    let (Some(first), Some(second)) = (first, second) else { return Err(Why::Damaged) };
    match numbers {
        Numbers::Rsa { .. } => {
            put(&mut again, second);
            put(&mut again, first);
        }
        Numbers::Ecdsa(_) => {
            put(&mut again, first);
            put(&mut again, second);
        }
        _ => put(&mut again, first),
    }
    if again == public.blob { Ok(numbers) } else { Err(Why::HalvesDiffer) }
}

/// Writes a key without a passphrase. `check` is any number.
pub(super) fn write(secret: &Secret, check: [u8; 4]) -> Hidden {
    // All at once, so that no copy is left where it grew.
    let mut private = Zeroizing::new(Vec::with_capacity(16 * 1024));
    private.extend([check, check].concat());
    let public = &secret.public;
    match &secret.numbers {
        Numbers::Ed25519(seed) => {
            private.extend(&public.blob);
            let half = &public.blob[public.blob.len() - 32..];
            put(&mut private, &Zeroizing::new([seed, half].concat()));
        }
        Numbers::Ecdsa(d) => {
            private.extend(&public.blob);
            put_number(&mut private, d);
        }
        Numbers::Rsa { d, p, q, iqmp } => {
            let mut reader = Reader(&public.blob);
            let mut next = || reader.string().unwrap_or_default();
            let (kind, e, n) = (next(), next(), next());
            for part in [kind, n, e] {
                put(&mut private, part);
            }
            for number in [d, iqmp, p, q] {
                put_number(&mut private, number);
            }
        }
        Numbers::Elsewhere => {}
    }
    put(&mut private, &secret.comment);
    let padding = (1..=7).take(private.len().wrapping_neg() % 8);
    private.extend(padding);
    let mut all = Zeroizing::new(Vec::with_capacity(32 * 1024));
    all.extend(MAGIC);
    for part in [&b"none"[..], b"none", b""] {
        put(&mut all, part);
    }
    all.extend(1u32.to_be_bytes());
    put(&mut all, &public.blob);
    put(&mut all, &private);
    armor::wrap(&Armor { label: armor::OWN.to_owned(), ..Armor::default() }, &all)
}
