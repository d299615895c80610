//! A key that lives for seconds, to run one session with.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use crate::key::{new_ed25519, new_p256};

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
    let key = loop {
        source.read_exact(&mut seed)?;
        // One seed in 2^32 is not a number below the curve's order.
        if let Some(key) = if fips { new_p256(&seed, "") } else { new_ed25519(&seed, "") } {
            break key;
        }
    };
    let mut check = [0; 4];
    source.read_exact(&mut check)?;
    let private = String::from_utf8_lossy(&key.to_openssh(check)).into_owned();
    Ok(EphemeralKey { private, public: key.public.line() })
}

#[cfg(test)]
mod tests {
    use ssh_key::PrivateKey;

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
