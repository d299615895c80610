//! The part of a policy that withdraws keys and grants. Its schema is frozen: every program reads it
//! in every later policy, whatever else that policy holds.

use time::OffsetDateTime;

use super::document::{Document, Field};
use super::read::date;
use super::{Fingerprint, MAX_BYTES, Policy, PolicyError};

/// What a policy withdraws.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Revocations {
    /// Keys that are withdrawn on every server.
    pub revoked: Vec<Fingerprint>,
    /// Whether every grant is withdrawn.
    pub revoke_all: bool,
    /// The policy's serial, where it can be read.
    pub serial: Option<u64>,
    /// How long the policy is to be believed, where it can be read. Withdrawals hold beyond it.
    pub valid_until: Option<OffsetDateTime>,
    /// How many entries of the frozen part could not be understood.
    pub unreadable: usize,
}

impl Revocations {
    /// Reads the frozen fields of any TOML text and passes over all others. The text must carry a
    /// valid signature: whoever writes it can end every grant, though nothing more.
    pub fn read_leniently(text: &[u8], origin: &str) -> Result<Self, PolicyError> {
        let mut fields = Document::new(text, origin)?.fields()?;
        let mut found = Self {
            serial: fields.take("serial").and_then(|f| f.number(0, i64::MAX.unsigned_abs()).ok()),
            valid_until: fields.take("valid-until").and_then(|f| date(&f).ok()),
            ..Self::default()
        };
        if let Some(field) = fields.take("revoke-all") {
            found.revoke_all = found.understood(field.bool()).unwrap_or(false);
        }
        if let Some(field) = fields.take("revoked") {
            // No limit of entries here: the file's size is limit enough, and each one counts.
            let entries = found.understood(field.list(MAX_BYTES)).unwrap_or_default();
            for print in entries.iter().map(Field::parse) {
                let print: Option<Fingerprint> = found.understood(print);
                found.revoked.extend(print);
            }
        }
        Ok(found)
    }

    /// Whether a key is withdrawn.
    #[must_use]
    pub fn revokes(&self, key: &Fingerprint) -> bool {
        self.revoke_all || self.revoked.contains(key)
    }

    fn understood<T>(&mut self, value: Result<T, PolicyError>) -> Option<T> {
        self.unreadable += usize::from(value.is_err());
        value.ok()
    }
}

impl From<&Policy> for Revocations {
    fn from(policy: &Policy) -> Self {
        Self {
            revoked: policy.revoked.clone(),
            revoke_all: policy.revoke_all,
            serial: Some(policy.serial),
            valid_until: policy.valid_until,
            unreadable: 0,
        }
    }
}
