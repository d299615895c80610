//! PuTTY's private keys, versions 2 and 3 (PuTTY's manual, appendix C).

mod seal;

use std::io::Write;

use zeroize::Zeroizing;

pub use seal::Seal;

use super::public::Public;
use super::secret::{Hidden, Numbers, OpenError, Secret, copy};
use super::wire::{Reader, base64, from_base64, one_line, put, put_lines, put_number};
use crate::text::key::Flaw;

pub(super) const HEAD: &str = "PuTTY-User-Key-File-";
/// What PuTTY calls the one cipher that it has.
pub(super) const CIPHER: &str = "aes256-cbc";

/// A file, taken apart.
pub(super) struct Ppk {
    pub(super) version: u8,
    /// The type.
    kind: String,
    /// `none` or [`CIPHER`].
    pub(super) cipher: String,
    /// In the encoding of the Windows that wrote it; the sum is made over its bytes.
    pub(super) comment: Vec<u8>,
    blob: Vec<u8>,
    private: Hidden,
    mac: Vec<u8>,
    derivation: Option<seal::Derivation>,
}

pub(super) fn is_ppk(text: &str) -> bool {
    text.contains(HEAD)
}

/// The comment's own bytes, where the file's text is not a guess at them.
fn comment(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines.find_map(|line| line.strip_prefix(b"Comment: ")).map(<[u8]>::to_vec)
}

/// Reads a file by its text and its bytes; the flaw if it is not whole.
pub(super) fn read(text: &str, bytes: &[u8]) -> Result<Ppk, Flaw> {
    let mut lines = text.lines().skip_while(|line| !line.contains(HEAD));
    let head = lines.next().unwrap_or_default();
    let rest = head.strip_prefix(HEAD).ok_or(Flaw::TextAbove)?;
    let (version, kind) = rest.split_once(": ").ok_or(Flaw::Damaged)?;
    let version = match version {
        "2" => 2,
        "3" => 3,
        _ => return Err(Flaw::PpkVersion { version: version.chars().take(4).collect() }),
    };
    let (mut cipher, mut told, mut mac) = (String::new(), String::new(), Vec::new());
    let (mut blob, mut private) = (None, None);
    let mut numbers = seal::Numbers::default();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once(':') else {
            if line.is_empty() {
                continue;
            }
            // A line that was cut is the last.
            return Err(if lines.next().is_none() { Flaw::NoEnd } else { Flaw::Damaged });
        };
        let value = value.strip_prefix(' ').unwrap_or(value);
        let mut block = || {
            let count = value.parse::<u16>().map_err(|_| Flaw::Damaged)?;
            let mut body = Zeroizing::new(String::with_capacity(usize::from(count) * 66));
            for _ in 0..count {
                *body += lines.next().ok_or(Flaw::NoEnd)?;
            }
            // Half a line is the last.
            let cut = || if lines.clone().next().is_none() { Flaw::NoEnd } else { Flaw::Damaged };
            from_base64(&body).ok_or_else(cut)
        };
        match name {
            "Encryption" => value.clone_into(&mut cipher),
            "Comment" => value.clone_into(&mut told),
            "Public-Lines" => blob = Some(block()?.to_vec()),
            "Private-Lines" => private = Some(block()?),
            "Private-MAC" => mac = seal::from_hex(value).ok_or(Flaw::Damaged)?,
            _ => numbers.take(name, value),
        }
    }
    let (Some(blob), Some(private)) = (blob, private) else { return Err(Flaw::NoEnd) };
    if mac.is_empty() {
        return Err(Flaw::NoEnd);
    }
    if !matches!(cipher.as_str(), "none" | CIPHER) {
        return Err(Flaw::Damaged);
    }
    let derivation = numbers.whole();
    let comment = comment(bytes).unwrap_or_else(|| told.into_bytes());
    Ok(Ppk { version, kind: kind.to_owned(), cipher, comment, blob, private, mac, derivation })
}

impl Ppk {
    /// The public half.
    pub(super) fn public(&self) -> Option<Public> {
        Public::read(&self.blob).filter(|public| public.kind == self.kind)
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.cipher == CIPHER
    }

    /// What the sum at the end is made over.
    fn summed(&self, plain: &[u8]) -> Hidden {
        let mut all = Zeroizing::new(Vec::with_capacity(32 * 1024));
        for part in [self.kind.as_bytes(), self.cipher.as_bytes(), &self.comment] {
            put(&mut all, part);
        }
        put(&mut all, &self.blob);
        put(&mut all, plain);
        all
    }

    /// Decrypts the private half and checks the sum.
    pub(super) fn secret(&self, passphrase: &[u8]) -> Result<Secret, OpenError> {
        let keys = if self.is_encrypted() {
            seal::keys(self.version, self.derivation.as_ref(), passphrase)?
        } else {
            seal::Keys::none(self.version)
        };
        let mut plain = copy(&self.private);
        if self.is_encrypted() {
            seal::decrypt(&keys, &mut plain).ok_or(OpenError::Damaged)?;
        }
        if !seal::fits(self.version, &keys, &self.summed(&plain), &self.mac) {
            return Err(if self.is_encrypted() { OpenError::Wrong } else { OpenError::Damaged });
        }
        let public = self.public().ok_or(OpenError::Damaged)?;
        let mut reader = Reader(&plain);
        let mut number = || reader.number().map(copy).ok_or(OpenError::Damaged);
        let numbers = match public.kind {
            // Not a number in truth: it may begin with a bit that would make it negative.
            "ssh-ed25519" => Numbers::Ed25519(copy(reader.string().ok_or(OpenError::Damaged)?)),
            "ssh-rsa" => {
                let (d, p, q, iqmp) = (number()?, number()?, number()?, number()?);
                Numbers::Rsa { d, p, q, iqmp }
            }
            kind if kind.starts_with("ecdsa-") => Numbers::Ecdsa(number()?),
            _ => return Err(OpenError::Unsupported),
        };
        Secret::new(public, self.comment.clone(), numbers).map_err(|_| OpenError::Damaged)
    }
}

/// Reads the key in a file.
pub(super) fn open(
    text: &str,
    bytes: &[u8],
    passphrase: Option<&[u8]>,
) -> Result<Secret, OpenError> {
    let ppk = read(text, bytes).map_err(|_| OpenError::Damaged)?;
    match passphrase {
        // Nobody is asked for what can't be used.
        None if ppk.derivation.as_ref().is_some_and(seal::Derivation::is_excessive) => {
            Err(OpenError::Excessive)
        }
        None if ppk.is_encrypted() => Err(OpenError::NeedsPassphrase),
        passphrase => ppk.secret(passphrase.unwrap_or_default()),
    }
}

/// Writes a file.
pub(super) fn write(secret: &Secret, seal: &Seal) -> Option<Hidden> {
    let mut plain: Hidden = Zeroizing::new(Vec::with_capacity(16 * 1024));
    match &secret.numbers {
        Numbers::Ed25519(seed) => put(&mut plain, seed),
        Numbers::Ecdsa(d) => put_number(&mut plain, d),
        Numbers::Rsa { d, p, q, iqmp } => {
            for number in [d, p, q, iqmp] {
                put_number(&mut plain, number);
            }
        }
        Numbers::Elsewhere => return None,
    }
    let version = seal.version;
    let (keys, derivation) = if seal.passphrase.is_empty() {
        (seal::Keys::none(version), None)
    } else {
        seal::pad(&mut plain);
        let derivation = seal.derivation();
        (seal::keys(version, derivation.as_ref(), &seal.passphrase).ok()?, derivation)
    };
    let mut ppk = Ppk {
        version,
        kind: secret.public.kind.to_owned(),
        cipher: if seal.passphrase.is_empty() { "none" } else { CIPHER }.to_owned(),
        comment: one_line(&secret.comment),
        blob: secret.public.plain.clone(),
        private: copy(&plain),
        mac: Vec::new(),
        derivation,
    };
    ppk.mac = seal::sum(version, &keys, &ppk.summed(&plain));
    if ppk.is_encrypted() {
        seal::encrypt(&keys, &mut ppk.private);
    }
    Some(print(&ppk))
}

fn print(ppk: &Ppk) -> Hidden {
    // All at once, so that no copy is left where it grew.
    let mut text = Zeroizing::new(Vec::with_capacity(32 * 1024));
    let Ppk { version, kind, cipher, .. } = ppk;
    let _ = write!(text, "{HEAD}{version}: {kind}\nEncryption: {cipher}\nComment: ");
    text.extend(&ppk.comment);
    text.push(b'\n');
    block(&mut text, "Public-Lines", &ppk.blob);
    if let Some(derivation) = &ppk.derivation {
        let _ = write!(text, "{derivation}");
    }
    block(&mut text, "Private-Lines", &ppk.private);
    let _ = writeln!(text, "Private-MAC: {}", seal::to_hex(&ppk.mac));
    text
}

fn block(text: &mut Vec<u8>, name: &str, bytes: &[u8]) {
    let body = base64(bytes);
    let _ = writeln!(text, "{name}: {}", body.len().div_ceil(64));
    put_lines(text, &body, 64);
}
