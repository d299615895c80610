//! The signature at the end of a policy: `ssh-keygen -Y sign -n support-access`, as comment lines.

use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, PublicKey, SshSig};
use time::OffsetDateTime;

use super::{Fingerprint, Signers};

/// The namespace that a policy is signed in.
pub(super) const NAMESPACE: &str = "support-access";

const BEGIN: &str = "# -----BEGIN SSH SIGNATURE-----";
const END: &str = "# -----END SSH SIGNATURE-----";

/// In a hardware key's signature: somebody touched it.
const TOUCHED: u8 = 0x01;

crate::words! {
    /// Why a signature does not make a policy believed.
    SignatureProblem {
        Missing =>
            "the policy carries no signature",
            "정책에 서명이 없습니다";
        Damaged =>
            "the policy's signature is damaged or cut off",
            "정책의 서명이 손상되었거나 잘렸습니다";
        NotAtEnd =>
            "text stands after the policy's signature: it may have been added by somebody else",
            "정책의 서명 뒤에 다른 내용이 있습니다. 제삼자가 덧붙였을 수 있습니다";
        Namespace { found: String } =>
            "the signature is for `{found}`, not for `support-access`",
            "서명의 용도가 `support-access`가 아니라 `{found}`입니다";
        UnknownSigner { fingerprint: Fingerprint } =>
            "the policy is signed by {fingerprint}, which is not among its known signers",
            "등록되지 않은 키({fingerprint})로 서명된 정책입니다";
        NotNow { fingerprint: Fingerprint } =>
            "the signer {fingerprint} is known, but not for this purpose or not at this time",
            "서명자 {fingerprint}: 등록되어 있으나 지금 또는 이 용도로는 유효하지 않습니다";
        Unsupported { kind: String } =>
            "signatures of the type {kind} are not supported: use ed25519, ecdsa-sha2-nistp256 or their sk- twins",
            "{kind} 서명은 지원하지 않습니다. ed25519, ecdsa-sha2-nistp256과 그 sk- 키를 쓰십시오";
        Untouched { fingerprint: Fingerprint } =>
            "the hardware key {fingerprint} signed without being touched",
            "하드웨어 키 {fingerprint}: 터치 없이 서명되었습니다";
        Changed =>
            "the signature does not fit: the policy was changed after it was signed",
            "서명이 내용과 맞지 않습니다. 서명한 뒤에 정책이 변경되었습니다";
    }
}

/// A text that a known signer signed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verified<'a> {
    /// What was signed: all before the signature.
    pub text: &'a [u8],
    /// The key that signed it.
    pub signer: Fingerprint,
}

/// Checks the signature at the end of a file against the signers that are known at a time.
pub fn verify<'a>(
    file: &'a [u8],
    signers: &Signers,
    now: OffsetDateTime,
) -> Result<Verified<'a>, SignatureProblem> {
    let (text, armor) = split(file)?;
    let signature = SshSig::from_pem(armor).map_err(|_| SignatureProblem::Damaged)?;
    if signature.version() != SshSig::VERSION {
        return Err(SignatureProblem::Damaged);
    }
    if signature.namespace() != NAMESPACE {
        let found = super::plain::quoted(signature.namespace());
        return Err(SignatureProblem::Namespace { found });
    }
    let fingerprint = Fingerprint::of(signature.public_key());
    let algorithm = signature.algorithm();
    let supported = matches!(
        algorithm.as_str(),
        "ssh-ed25519"
            | "ecdsa-sha2-nistp256"
            | "sk-ssh-ed25519@openssh.com"
            | "sk-ecdsa-sha2-nistp256@openssh.com"
    );
    if !supported {
        return Err(SignatureProblem::Unsupported {
            kind: super::plain::quoted(algorithm.as_str()),
        });
    }
    let mut known = signers
        .signers()
        .iter()
        .filter(|s| s.key().key_data() == signature.public_key())
        .peekable();
    if known.peek().is_none() {
        return Err(SignatureProblem::UnknownSigner { fingerprint });
    }
    let signer = known
        .find(|signer| signer.allows(NAMESPACE, now))
        .ok_or(SignatureProblem::NotNow { fingerprint })?;
    fits(signer.key(), text, &signature).ok_or(SignatureProblem::Changed)?;
    // Flags and counter stand at the end of a hardware key's signature, and are signed themselves.
    let hardware = matches!(algorithm, Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256);
    let flags = signature.signature_bytes().iter().nth_back(4);
    if hardware && flags.is_none_or(|flags| flags & TOUCHED == 0) {
        return Err(SignatureProblem::Untouched { fingerprint });
    }
    Ok(Verified { text, signer: fingerprint })
}

/// Fails unless the key signed the text. Ed25519 is left to *ring*, which TLS brings along.
fn fits(key: &PublicKey, text: &[u8], signature: &SshSig) -> Option<()> {
    let (half, application) = match key.key_data() {
        KeyData::Ed25519(half) => (half, None),
        KeyData::SkEd25519(key) => (key.public_key(), Some(key.application())),
        _ => return key.verify(NAMESPACE, text, signature).ok(),
    };
    if signature.algorithm() != key.algorithm() {
        return None;
    }
    let mut signed = SshSig::signed_data(NAMESPACE, signature.hash_alg(), text).ok()?;
    let mut bytes = signature.signature_bytes();
    if let Some(application) = application {
        // A hardware key signs hashes, and its flags and counter (OpenSSH PROTOCOL.u2f).
        let (own, more) = bytes.split_at_checked(bytes.len().checked_sub(5)?)?;
        signed = [&Sha256::digest(application)[..], more, &Sha256::digest(&signed)].concat();
        bytes = own;
    }
    UnparsedPublicKey::new(&ED25519, half.0).verify(&signed, bytes).ok()
}

/// The text before the signature, and the signature without its comment marks.
fn split(file: &[u8]) -> Result<(&[u8], String), SignatureProblem> {
    let start = first_line(file).ok_or(SignatureProblem::Missing)?;
    let (text, block) = file.split_at(start);
    let block = std::str::from_utf8(block).map_err(|_| SignatureProblem::Damaged)?;
    let mut armor = String::new();
    let mut lines = block.lines();
    for line in lines.by_ref() {
        let line = line.trim_end();
        armor += line.strip_prefix("# ").ok_or(SignatureProblem::Damaged)?;
        armor.push('\n');
        if line == END {
            break;
        }
    }
    if !armor.ends_with("-----END SSH SIGNATURE-----\n") {
        return Err(SignatureProblem::Damaged);
    }
    if lines.any(|line| !line.trim().is_empty()) {
        return Err(SignatureProblem::NotAtEnd);
    }
    Ok((text, armor))
}

/// Where the first line stands that begins a signature.
fn first_line(file: &[u8]) -> Option<usize> {
    let mut start = 0;
    for line in file.split_inclusive(|&b| b == b'\n') {
        if line.trim_ascii_end() == BEGIN.as_bytes() {
            return Some(start);
        }
        start += line.len();
    }
    None
}

/// Whether a file carries a signature, good or bad.
pub(super) fn is_signed(file: &[u8]) -> bool {
    first_line(file).is_some()
}

#[cfg(test)]
mod tests;
