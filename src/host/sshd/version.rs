//! Which OpenSSH this is.

use std::fmt;

/// A version of OpenSSH; the portable patch level says nothing that we need.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Version {
    /// The 9 of 9.2p1.
    pub major: u16,
    /// The 2 of 9.2p1.
    pub minor: u16,
}

impl Version {
    /// A version by its two numbers.
    #[must_use]
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// Finds `OpenSSH_9.2p1` in what `sshd -V` or a banner says. Before 9.2, `-V` is an unknown
    /// option, and the version stands on the line after that complaint.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("OpenSSH_")?;
        let (major, rest) = rest.split_once('.')?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        Some(Self { major: major.parse().ok()?, minor: rest[..end].parse().ok()? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_in_what_servers_say() {
        let cases = [
            ("OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.15 3 Sep 2024\n", Some((9, 2))),
            (
                "unknown option -- V\nOpenSSH_8.4p1 Debian-5+deb11u3, OpenSSL 1.1.1w\nusage: sshd",
                Some((8, 4)),
            ),
            ("SSH-2.0-OpenSSH_7.4\r\n", Some((7, 4))),
            ("OpenSSH_10.0p2 Debian-7, OpenSSL 3.5.4", Some((10, 0))),
            ("SSH-2.0-dropbear_2022.83", None),
            ("OpenSSH_x.yp1", None),
            ("OpenSSH_99999999.1p1", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Version::find(text), expected.map(|(a, b)| Version::new(a, b)), "{text}");
        }
        assert!(Version::new(10, 0) > Version::new(9, 9));
    }
}
