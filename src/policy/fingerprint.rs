//! Fingerprints of public keys, in the form that `ssh-keygen -l` prints.

use std::fmt;
use std::str::FromStr;

use super::plain::quoted;

crate::words! {
    /// Why a text is not a fingerprint.
    FingerprintProblem {
        Malformed { text: String } =>
            "`{text}` is not a key's fingerprint: allowed is `SHA256:` and 43 characters, as `ssh-keygen -lf KEY.pub` prints",
            "`{text}`: 키 지문이 아닙니다. `ssh-keygen -lf KEY.pub`이 출력하는 `SHA256:`과 43자로 적으십시오";
    }
}

/// The SHA-256 fingerprint of a public key.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Fingerprint(ssh_key::Fingerprint);

impl Fingerprint {
    /// The fingerprint of a key.
    pub(super) fn of(key: &ssh_key::public::KeyData) -> Self {
        Self(key.fingerprint(ssh_key::HashAlg::Sha256))
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintProblem;

    fn from_str(text: &str) -> Result<Self, FingerprintProblem> {
        text.parse::<ssh_key::Fingerprint>()
            .ok()
            .filter(|print| print.is_sha256() && print.to_string() == text)
            .map(Self)
            .ok_or_else(|| FingerprintProblem::Malformed { text: quoted(text) })
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

super::serde_as_text!(Fingerprint);

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    const GOOD: &str = "SHA256:Nh0Me49Zh9fDw/VYUfq43IJmI1T+XrjiYONPND8GzaM";

    #[test]
    fn only_a_whole_sha256_fingerprint_parses() {
        assert_eq!(GOOD.parse::<Fingerprint>().unwrap().to_string(), GOOD);
        for text in [
            "",
            "SHA256:",
            &GOOD[..GOOD.len() - 1],
            &GOOD.replace("SHA256", "sha256"),
            &format!("{GOOD}="),
            &format!("{GOOD} "),
            &format!("{GOOD}\n"),
            &GOOD[7..],
            "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
        ] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text:?}");
        }
    }
}
