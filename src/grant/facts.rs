//! What a grant is, as data: what the journal keeps of it, and the names of its steps.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::host::processes::Visit;
use crate::host::systemd::Scheduler;
use crate::host::{clock, sweep};
use crate::policy::Endpoint;
use crate::text::Lang;

/// Everything that is needed to make, check and undo a grant on this server.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Random, 16 hexadecimal digits; also in the account's GECOS field and in every file we write.
    pub id: String,
    /// Version of the program that wrote this.
    pub version: String,
    /// SHA-256 of the program that was installed.
    pub program: String,
    /// Whether the grant put the program into `/usr/local/sbin`, or somebody else had.
    pub installed: bool,
    /// Who gives support.
    pub provider: String,
    /// The address of the customers' line, if the program came from a site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Where the policy came from: a URL, a file, or `built-in`.
    pub policy: String,
    /// Serial of the policy, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<u64>,
    /// Fingerprint of the key that signed the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// The signers that were trusted, as in `allowed_signers(5)`; for looking at a newer policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signers: Option<String>,
    /// Language for what the timer writes.
    pub lang: Lang,
    /// Name of the account.
    pub account: String,
    /// Its uid.
    pub uid: u32,
    /// Its home.
    pub home: PathBuf,
    /// Its login shell.
    pub shell: PathBuf,
    /// Public keys, `type base64 comment`.
    pub keys: Vec<String>,
    /// Addresses from which the keys are accepted, as in sshd's `from=`.
    pub from: Vec<String>,
    /// The port that sshd listens on.
    pub port: u16,
    /// Whether the account may do everything through sudo.
    pub sudo: bool,
    /// Whether this sudo understands `NOTAFTER`.
    pub notafter: bool,
    /// When the grant was opened, in seconds since 1970 UTC.
    pub started: i64,
    /// When it ends, likewise.
    pub deadline: i64,
    /// How long after `started` it may end at the latest, in seconds.
    pub longest: i64,
    /// Boot id and seconds since boot at `started`: time that nobody can set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<(String, i64)>,
    /// Where the server is reached from outside, as the customer says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<Endpoint>,
    /// The customer's ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The file that sshd reads the account's keys from.
    pub key_file: PathBuf,
    /// Folders on the way to it that the grant makes, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_folders: Vec<PathBuf>,
    /// Files that held the keys before `AuthorizedKeysFile` was changed under the open grant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_key_files: Vec<PathBuf>,
    /// Other files in the home in which sshd looks for the account's keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_key_files: Vec<PathBuf>,
    /// Fingerprints of the grant's keys that a newer policy took away. From then on our key files hold
    /// nothing but our lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<String>,
    /// Variables with which the policy was fetched: proxies without passwords, CA certificates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fetched_with: BTreeMap<String, String>,
    /// The deadline as this sshd's `expiry-time` option; `None` where it knows no such option.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_expiry: Option<String>,
    /// Who starts the timer.
    pub scheduler: Scheduler,
}

impl Facts {
    /// All that is done in the account's name.
    #[must_use]
    pub fn visit(&self) -> Visit {
        let since = match (&self.boot, clock::boot()) {
            (Some((id, since)), Some((now, _))) if *id == now => *since,
            _ => 0,
        };
        Visit { uid: self.uid, since }
    }

    /// The moment within ten minutes at which this grant's timer comes, in seconds: spread evenly over
    /// all servers, so that a site is never asked by all at once.
    #[must_use]
    pub fn phase(&self) -> u64 {
        let digits = self.id.get(..8).and_then(|digits| u64::from_str_radix(digits, 16).ok());
        digits.unwrap_or_default() % 600
    }

    /// All files that are the account's.
    #[must_use]
    pub fn files(&self) -> sweep::Owner {
        sweep::Owner { uid: self.uid, since: self.started }
    }
}

/// One thing that a grant is made of. The order is that of applying: nothing is open before the
/// timer that closes it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The program, for the timer and for ending access without a network.
    Program,
    /// What ends access by itself.
    Timer,
    /// The account, born expired.
    Account,
    /// Its home and `.ssh`.
    Home,
    /// Its rule in sudoers.d.
    Sudo,
    /// Its keys.
    Keys,
    /// The account is no longer expired.
    Opening,
}

impl Step {
    /// All, in the order of applying.
    pub const ALL: [Self; 7] = [
        Self::Program,
        Self::Timer,
        Self::Account,
        Self::Home,
        Self::Sudo,
        Self::Keys,
        Self::Opening,
    ];
}

#[cfg(test)]
mod tests {
    use super::Facts;
    use crate::grant::journal;

    /// A journal that a real run wrote.
    const JOURNAL: &str = include_str!("../../tests/fixtures/journal/1-open.jsonl");

    fn facts(id: u64) -> Facts {
        let lines: Vec<String> = JOURNAL.lines().map(str::to_owned).collect();
        let facts = journal::parse(&lines).unwrap().facts;
        Facts { id: format!("{:016x}", id.wrapping_mul(0x9e37_79b9_7f4a_7c15)), ..facts }
    }

    #[test]
    fn the_timers_moments_are_spread() {
        let mut minutes = [0; 10];
        for id in 0..10_000 {
            let phase = facts(id).phase();
            assert!(phase < 600);
            minutes[usize::try_from(phase / 60).unwrap()] += 1;
        }
        assert!(minutes.iter().all(|count| (900..1100).contains(count)), "{minutes:?}");
        assert_eq!(Facts { id: "odd".to_owned(), ..facts(0) }.phase(), 0);
    }
}
