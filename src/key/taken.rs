//! Whether the sshd of today's systems would let a key in, as they are set up by themselves.

use super::Public;
use crate::text::key::Refused;

/// The systems that are asked about, with their OpenSSH.
pub const SYSTEMS: [&str; 3] = ["RHEL 9", "Debian 13", "Ubuntu 24.04"];

/// Why one of [`SYSTEMS`] lets nobody in with this key; nothing if it does.
#[must_use]
pub fn refusal(public: &Public, system: &str) -> Option<Refused> {
    // RHEL's crypto-policies (RequiredRSASize, update-crypto-policies(8)) ask for more than OpenSSH does.
    let least = if system == "RHEL 9" { 2048 } else { 1024 };
    let bits = public.bits;
    if let Some(certificate) = &public.certificate {
        if certificate.host {
            return Some(Refused::HostCertificate);
        }
        // Since OpenSSH 8.2 (its release notes), ssh-rsa is not among CASignatureAlgorithms.
        if matches!(certificate.algorithm.as_str(), "ssh-rsa" | "ssh-dss") {
            return Some(Refused::SignedBySha1);
        }
    }
    match public.kind {
        "ssh-dss" => Some(Refused::Dsa),
        "ssh-rsa" if bits < least => Some(Refused::RsaShort { bits, least }),
        // The longest number that OpenSSH reads (SSHBUF_MAX_BIGNUM in sshbuf.h).
        "ssh-rsa" if bits > 16_384 => Some(Refused::RsaLong { bits }),
        _ => None,
    }
}
