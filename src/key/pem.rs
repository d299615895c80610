//! Keys as OpenSSL writes them: PKCS#1 for RSA, SEC 1 for ECDSA, PKCS#8 for all.

use super::armor::Armor;
use super::der::{BITS, Der, OCTETS, OID};
use super::public::Public;
use super::secret::{Numbers, Secret, Why, copy, ed25519_public};
use super::wire::{put, put_number};

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const CURVES: [(&[u8], &str, usize); 3] = [
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], "nistp256", 32),
    (&[0x2b, 0x81, 0x04, 0x00, 0x22], "nistp384", 48),
    (&[0x2b, 0x81, 0x04, 0x00, 0x23], "nistp521", 66),
];

/// How a private key is encrypted, if it is.
pub(super) fn cipher(armor: &Armor) -> Option<String> {
    if armor.label == "ENCRYPTED PRIVATE KEY" {
        return Some("PKCS#8".to_owned());
    }
    let named = armor.headers.iter().find(|(name, _)| name == "DEK-Info");
    named.map(|(_, value)| value.split(',').next().unwrap_or_default().to_owned())
}

/// Reads a private key that is not encrypted.
pub(super) fn secret(label: &str, bytes: &[u8]) -> Result<Secret, Why> {
    let body = &mut Der(bytes).sequence().ok_or(Why::Damaged)?;
    match label {
        "RSA PRIVATE KEY" => rsa(body),
        "EC PRIVATE KEY" => ec(body, None),
        "PRIVATE KEY" => pkcs8(body),
        _ => Err(Why::Unsupported),
    }
}

fn rsa(body: &mut Der) -> Result<Secret, Why> {
    let mut read = || {
        body.number()?;
        let public = rsa_public(body)?;
        let mut hidden = || body.number().map(copy);
        let (d, p, q) = (hidden()?, hidden()?, hidden()?);
        let (_, _, iqmp) = (hidden()?, hidden()?, hidden()?);
        Some((public, Numbers::Rsa { d, p, q, iqmp }))
    };
    let (public, numbers) = read().ok_or(Why::Damaged)?;
    Secret::new(public, Vec::new(), numbers)
}

fn rsa_public(body: &mut Der) -> Option<Public> {
    let (modulus, exponent) = (body.number()?, body.number()?);
    let mut blob = Vec::new();
    put(&mut blob, b"ssh-rsa");
    put_number(&mut blob, exponent);
    put_number(&mut blob, modulus);
    Public::read(&blob)
}

/// `curve` where it stands outside, as in PKCS#8.
fn ec(body: &mut Der, curve: Option<&[u8]>) -> Result<Secret, Why> {
    let mut read = || {
        body.number()?;
        let d = copy(super::wire::bare(body.take(OCTETS)?));
        let (mut inner, mut point) = (None, None);
        while let Some((tag, value)) = body.next() {
            match tag {
                0xa0 => inner = Der(value).take(OID),
                0xa1 => point = Der(value).take(BITS)?.strip_prefix(&[0]),
                _ => {}
            }
        }
        Some((d, inner.or(curve)?, point))
    };
    let (d, curve, point) = read().ok_or(Why::Damaged)?;
    // Some programs leave the public half out; it can be calculated, but not here.
    let point = point.ok_or(Why::Unsupported)?;
    let public = ec_public(curve, point)?;
    Secret::new(public, Vec::new(), Numbers::Ecdsa(d))
}

fn ec_public(curve: &[u8], point: &[u8]) -> Result<Public, Why> {
    let (_, name, _) = CURVES.iter().find(|it| it.0 == curve).ok_or(Why::Unsupported)?;
    let mut blob = Vec::new();
    put(&mut blob, format!("ecdsa-sha2-{name}").as_bytes());
    put(&mut blob, name.as_bytes());
    put(&mut blob, point);
    Public::read(&blob).ok_or(Why::Damaged)
}

fn pkcs8(body: &mut Der) -> Result<Secret, Why> {
    body.number().ok_or(Why::Damaged)?;
    let mut algorithm = body.sequence().ok_or(Why::Damaged)?;
    let inner = body.take(OCTETS).ok_or(Why::Damaged)?;
    match algorithm.take(OID) {
        Some(RSA) => rsa(&mut Der(inner).sequence().ok_or(Why::Damaged)?),
        Some(EC) => ec(&mut Der(inner).sequence().ok_or(Why::Damaged)?, algorithm.take(OID)),
        Some(ED25519) => {
            let seed = Der(inner).take(OCTETS).filter(|seed| seed.len() == 32);
            let seed = copy(seed.ok_or(Why::Damaged)?);
            let public = ed25519_public(&seed).ok_or(Why::Damaged)?;
            Secret::new(public, Vec::new(), Numbers::Ed25519(seed))
        }
        _ => Err(Why::Unsupported),
    }
}

/// Reads a public key: PKCS#1 or X.509's.
pub(super) fn public(label: &str, bytes: &[u8]) -> Option<Public> {
    let mut body = Der(bytes).sequence()?;
    if label == "RSA PUBLIC KEY" {
        return rsa_public(&mut body);
    }
    let mut algorithm = body.sequence()?;
    let inner = body.take(BITS)?.strip_prefix(&[0])?;
    match algorithm.take(OID)? {
        RSA => rsa_public(&mut Der(inner).sequence()?),
        EC => ec_public(algorithm.take(OID)?, inner).ok(),
        ED25519 => super::secret::ed25519_half(inner),
        _ => None,
    }
}
