//! A key that lives for seconds, to run one session with.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};

use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use ssh_key::private::{EcdsaKeypair, Ed25519Keypair, Ed25519PrivateKey, KeypairData};
use ssh_key::{LineEnding, PrivateKey};

/// Both halves of a key that is made for one session.
#[derive(Clone, Serialize, Deserialize)]
pub struct EphemeralKey {
    /// The private half, in OpenSSH's form.
    pub private: String,
    /// The public half, `type base64`.
    pub public: String,
}

impl fmt::Debug for EphemeralKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EphemeralKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Makes a key from the kernel's random numbers: Ed25519, or ECDSA P-256 where FIPS mode knows no
/// Ed25519.
pub fn ephemeral_key() -> io::Result<EphemeralKey> {
    let fips = fs::read_to_string("/proc/sys/crypto/fips_enabled");
    make(fips.is_ok_and(|flag| flag.trim() == "1"))
}

fn make(fips: bool) -> io::Result<EphemeralKey> {
    let mut source = File::open("/dev/urandom")?;
    let mut seed = [0; 32];
    let pair = loop {
        source.read_exact(&mut seed)?;
        if !fips {
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed);
            let pair = pair.map_err(|error| io::Error::other(error.to_string()))?;
            let public = pair.public_key().as_ref().try_into().map_err(io::Error::other)?;
            let private = Ed25519PrivateKey::from_bytes(&seed);
            break KeypairData::from(Ed25519Keypair { public, private });
        }
        // One seed in 2^32 is not a number below the curve's order.
        if let Ok(secret) = SecretKey::from_slice(&seed) {
            let public = secret.public_key().to_encoded_point(false);
            let public = ssh_key::sec1::EncodedPoint::from_bytes(public.as_bytes())
                .map_err(io::Error::other)?;
            break KeypairData::from(EcdsaKeypair::NistP256 { public, private: secret.into() });
        }
    };
    let key = PrivateKey::new(pair, "").map_err(io::Error::other)?;
    Ok(EphemeralKey {
        private: key.to_openssh(LineEnding::LF).map_err(io::Error::other)?.to_string(),
        public: key.public_key().to_openssh().map_err(io::Error::other)?.trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_fit_and_differ_each_time() {
        for (fips, algorithm) in [(false, "ssh-ed25519 "), (true, "ecdsa-sha2-nistp256 ")] {
            let key = make(fips).unwrap();
            assert!(key.public.starts_with(algorithm), "{}", key.public);
            let read = PrivateKey::from_openssh(&key.private).unwrap();
            assert_eq!(read.public_key().to_openssh().unwrap().trim(), key.public);
            assert_ne!(make(fips).unwrap().public, key.public);
            assert!(!format!("{key:?}").contains("PRIVATE"));
        }
    }
}
