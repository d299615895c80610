//! Debian releases and their roots.

use std::path::PathBuf;
use std::process::Stdio;

use crate::run::{cache, tool};
use crate::{Host, Net, needs};

/// A Debian release that a host can run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Suite {
    /// Debian 11
    Bullseye,
    /// Debian 12
    #[default]
    Bookworm,
    /// Debian 13
    Trixie,
    /// Debian unstable
    Sid,
    /// Debian 12 with sysvinit's init as its process 1, and no systemd at all
    Sysvinit,
}

impl Suite {
    /// All of them, the oldest first.
    pub const ALL: [Self; 5] =
        [Self::Bullseye, Self::Bookworm, Self::Trixie, Self::Sid, Self::Sysvinit];

    /// The name that `tests/lab/roots` knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bullseye => "bullseye",
            Self::Bookworm => "bookworm",
            Self::Trixie => "trixie",
            Self::Sid => "sid",
            Self::Sysvinit => "bookworm-sysvinit",
        }
    }

    /// Whether systemd is its process 1.
    pub fn has_systemd(self) -> bool {
        self != Self::Sysvinit
    }

    /// Boots a host of this release; see [`Host::boot`].
    pub fn boot(self, net: &Net, name: &str, address: &str) -> Host {
        Host::boot_suite(self, net, name, address)
    }

    /// The folder of this release's root, made now if there is none yet (some minutes, once).
    pub fn root(self) -> PathBuf {
        needs::check();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/roots");
        let made = tool(script)
            .arg(self.name())
            .env("SUPPORT_ACCESS_LAB", cache())
            .stderr(Stdio::inherit())
            .output()
            .unwrap_or_else(|error| panic!("{script}: {error}"));
        assert!(made.status.success(), "{script} {}: {}", self.name(), made.status);
        PathBuf::from(String::from_utf8_lossy(&made.stdout).trim_end())
    }
}
