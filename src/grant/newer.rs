//! When the timer looks for a newer policy, and what it remembers of that.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::journal::NEWER;
use super::withdraw;
use crate::host::change::{Change, ChangeError, Owner};
use crate::host::files::{self, Trust};
use crate::host::{Hands, clock};
use crate::policy::{Confirmed, Fingerprint, Question, Said, Word};

/// How often the site is asked, in seconds. The timer comes every ten minutes, at a moment that is
/// each grant's own, so this is every second time: at least every 30 minutes, whenever the first was.
const OFTEN: i64 = 1200;
/// How often one is asked that has failed more than once: still within the hour.
const SELDOM: i64 = 2400;
/// The timer may come a little early.
const SLACK: i64 = 60;
/// More than any record of ours has.
const LIMIT: u64 = 64 << 10;

/// What is remembered from look to look.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Of which grant.
    id: String,
    /// Where the policy is.
    policy: String,
    /// When the site was asked last, in seconds since 1970 UTC.
    pub tried: i64,
    /// How often it has failed since it last did not.
    pub failures: u32,
    /// When the policy was last confirmed, likewise.
    pub at: i64,
    /// The highest serial that was seen.
    pub serial: u64,
    /// What was confirmed then.
    pub confirmed: Option<Confirmed>,
    /// The grant's keys that were not withdrawn then.
    #[serde(default)]
    pub keys: Vec<Fingerprint>,
    /// What was wrong at the last look.
    pub problem: Option<Said>,
    /// SHA-256 of the lines in the key files that are not ours, as last told.
    #[serde(default)]
    pub told: String,
}

impl Seen {
    /// What is remembered of this grant. Before the first look: that the policy was fetched for it.
    #[must_use]
    pub fn of(facts: &Facts) -> Self {
        let kept = files::read(Path::new(NEWER), Trust::Root, LIMIT).ok().flatten();
        let kept: Option<Self> = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let new = || Self {
            id: facts.id.clone(),
            policy: facts.policy.clone(),
            tried: facts.started,
            at: facts.started,
            ..Self::default()
        };
        let same = |seen: &Self| seen.id == facts.id && seen.policy == facts.policy;
        let mut seen = kept.filter(same).unwrap_or_else(new);
        seen.serial = seen.serial.max(facts.serial.unwrap_or_default());
        seen
    }

    /// Keeps it.
    pub fn keep(&self, hands: &Hands) -> Result<(), ChangeError> {
        let after = serde_json::to_vec(self).unwrap_or_default();
        let before = files::read(Path::new(NEWER), Trust::Root, LIMIT)?;
        if before.as_ref() == Some(&after) {
            return Ok(());
        }
        let (path, owner) = (NEWER.into(), Owner::Root);
        let after = after.into();
        Change::Write { path, before, after, mode: 0o600, owner, check: None }.apply(hands)
    }

    /// Whether the site is to be asked now.
    #[must_use]
    pub fn is_due(&self, now: i64) -> bool {
        let every = if self.failures > 1 { SELDOM } else { OFTEN };
        // Somebody may have set the clock back.
        now < self.tried || now - self.tried >= every - SLACK
    }

    /// What to ask the site that the policy came from; `None` where it came from no site.
    #[must_use]
    pub fn question(&self, facts: &Facts) -> Option<Question> {
        let (url, signers) = site(facts)?;
        let keys = withdraw::keys(facts);
        // Of a key that came to the grant since, nobody has asked what that policy says.
        let last = self.confirmed.clone();
        let last = last.filter(|_| keys.iter().all(|key| self.keys.contains(key)));
        Some(Question {
            url: url.to_owned(),
            signers: signers.to_owned(),
            keys,
            serial: self.serial,
            last,
            now: clock::now(),
        })
    }

    /// Notes what came of it.
    pub fn note(&mut self, word: &Word, facts: &Facts, now: i64) {
        self.tried = now;
        self.problem.clone_from(&word.problem);
        if let Some(confirmed) = &word.confirmed {
            self.at = now;
            self.confirmed = Some(confirmed.clone());
            self.keys = withdraw::keys(facts);
            self.keys.retain(|key| !word.withdrawn.contains(key));
        }
        self.serial = self.serial.max(word.serial.unwrap_or_default());
        self.failures = if word.problem.is_none() { 0 } else { self.failures.saturating_add(1) };
    }
}

/// The URL that the policy came from, and who may sign it; `None` where it came from no site.
#[must_use]
pub fn site(facts: &Facts) -> Option<(&str, &str)> {
    let url = facts.policy.as_str();
    let signers = facts.signers.as_deref()?;
    url.starts_with("https://").then_some((url, signers))
}
