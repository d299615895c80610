//! The policy itself, and reading it from TOML.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::document::{Document, Field, Fields};
use super::plain::{is_plain, quoted};
use super::{
    AccountName, AuthorizedKey, FieldProblem, Fingerprint, HttpsUrl, Lifetime, PolicyError, Source,
};
use crate::text::Lang;

/// The most entries of one list.
const MOST: usize = 1000;

/// The most keys and addresses: they all end up in one key file.
const MOST_IN_KEY_FILE: usize = 100;

/// What the account may do as root.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sudo {
    /// Nothing.
    None,
    /// Everything, without a password.
    Full,
}

impl FromStr for Sudo {
    type Err = FieldProblem;

    fn from_str(text: &str) -> Result<Self, FieldProblem> {
        match text {
            "none" => Ok(Self::None),
            "full" => Ok(Self::Full),
            _ => Err(FieldProblem::Sudo { found: quoted(text) }),
        }
    }
}

impl fmt::Display for Sudo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Full => "full",
        })
    }
}

/// An account that the provider's older script opened, to be recognised, never adopted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Legacy {
    /// Its name.
    pub account: AccountName,
    /// Fingerprints of the keys that the old script put there.
    pub keys: Vec<Fingerprint>,
}

/// What a provider publishes, valid in itself. Whether to believe it is [`Policy::load`]'s to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The company's name, as shown to people: printable, at most 64 characters.
    pub provider: String,
    /// The language it speaks with its customers.
    pub language: Lang,
    /// The account that support signs in with.
    pub account: AccountName,
    /// The keys that open it, each once.
    pub keys: Vec<AuthorizedKey>,
    /// Where support comes from; at least one, each once.
    pub from: Vec<Source>,
    /// The port that the provider reaches sshd on.
    pub port: u16,
    /// How long a grant lives unless told.
    pub lifetime: Lifetime,
    /// How long it may live at most.
    pub longest: Lifetime,
    /// What the account may do as root.
    pub sudo: Sudo,
    /// The provider's site; it can stand unquoted in a shell's line.
    pub site: HttpsUrl,
    /// Accounts of the old script.
    pub legacy: Vec<Legacy>,
    /// Counts the policy's versions.
    pub serial: u64,
    /// After this it is no longer believed.
    pub valid_until: Option<OffsetDateTime>,
    /// Keys that are withdrawn on every server.
    pub revoked: Vec<Fingerprint>,
    /// Whether every grant is withdrawn.
    pub revoke_all: bool,
}

impl Policy {
    /// The policy that the program carries: Cafe24's facts, our defaults, no key.
    pub fn builtin() -> Result<Self, PolicyError> {
        Self::parse(include_bytes!("builtin.toml"), "builtin.toml")
    }

    /// Reads and checks a policy's text. `origin` is what messages call the file.
    pub fn parse(bytes: &[u8], origin: &str) -> Result<Self, PolicyError> {
        let mut fields = Document::new(bytes, origin)?.fields()?;
        // First of all, so that a newer policy is called that, and not full of errors.
        let schema = fields.need("schema")?;
        match schema.number(1, u64::from(u32::MAX))? {
            1 => {}
            found => return Err(schema.error(FieldProblem::Schema { found })),
        }
        let (lifetime, longest) = lifetimes(&mut fields)?;
        let policy = Self {
            serial: fields.need("serial")?.number(0, i64::MAX.unsigned_abs())?,
            valid_until: fields.take("valid-until").map(|field| date(&field)).transpose()?,
            provider: provider(&fields.need("provider")?)?,
            language: language(&fields.need("language")?)?,
            site: site(&fields.need("site")?)?,
            account: fields.need("account")?.parse()?,
            keys: keys(&mut fields)?,
            from: from(&mut fields)?,
            port: port(&fields.need("port")?)?,
            lifetime,
            longest,
            sudo: sudo(&fields.need("sudo")?)?,
            legacy: legacy(&mut fields)?,
            revoked: fingerprints(fields.take("revoked"))?,
            revoke_all: fields.take("revoke-all").map_or(Ok(false), |field| field.bool())?,
        };
        fields.finish()?;
        Ok(policy)
    }

    /// Its keys that open something: those that are not withdrawn.
    pub fn offered(&self) -> impl Iterator<Item = &AuthorizedKey> {
        let open =
            |key: &&AuthorizedKey| !self.revoke_all && !self.revoked.contains(&key.fingerprint());
        self.keys.iter().filter(open)
    }

    /// Whether this key is one of them.
    #[must_use]
    pub fn offers(&self, key: &Fingerprint) -> bool {
        self.offered().any(|offered| offered.fingerprint() == *key)
    }
}

fn provider(field: &Field) -> Result<String, PolicyError> {
    let name = field.text()?;
    let well_formed = (1..=64).contains(&name.chars().count())
        && name.chars().all(is_plain)
        && name.trim() == name;
    if well_formed { Ok(name.to_owned()) } else { Err(field.error(FieldProblem::Provider)) }
}

fn language(field: &Field) -> Result<Lang, PolicyError> {
    match field.text()? {
        "en" => Ok(Lang::En),
        "ko" => Ok(Lang::Ko),
        other => Err(field.error(FieldProblem::Language { found: quoted(other) })),
    }
}

fn sudo(field: &Field) -> Result<Sudo, PolicyError> {
    field.text()?.parse().map_err(|problem| field.error(problem))
}

fn site(field: &Field) -> Result<HttpsUrl, PolicyError> {
    let url: HttpsUrl = field.parse()?;
    field.judge(url.for_shell())
}

fn lifetimes(fields: &mut Fields) -> Result<(Lifetime, Lifetime), PolicyError> {
    let longest: Lifetime = fields.need("longest")?.parse()?;
    let field = fields.need("lifetime")?;
    let lifetime: Lifetime = field.parse()?;
    if lifetime > longest {
        let (lifetime, longest) = (lifetime.to_string(), longest.to_string());
        return Err(field.error(FieldProblem::LongerThanLongest { lifetime, longest }));
    }
    Ok((lifetime, longest))
}

fn port(field: &Field) -> Result<u16, PolicyError> {
    let number = field.number(1, u64::from(u16::MAX))?;
    // Within bounds by the line above.
    Ok(u16::try_from(number).unwrap_or(u16::MAX))
}

/// A date in RFC 3339.
pub(super) fn date(field: &Field) -> Result<OffsetDateTime, PolicyError> {
    let text = field
        .date_text()
        .ok_or_else(|| field.error(FieldProblem::NotText { field: "valid-until".to_owned() }))?;
    OffsetDateTime::parse(&text, &Rfc3339)
        .map_err(|_| field.error(FieldProblem::Date { found: quoted(&text) }))
}

fn keys(fields: &mut Fields) -> Result<Vec<AuthorizedKey>, PolicyError> {
    let mut keys: Vec<AuthorizedKey> = Vec::new();
    let Some(field) = fields.take("keys") else { return Ok(keys) };
    for entry in field.list(MOST_IN_KEY_FILE)? {
        let key: AuthorizedKey = entry.parse()?;
        if keys.iter().all(|known| known.fingerprint() != key.fingerprint()) {
            keys.push(key);
        }
    }
    Ok(keys)
}

fn from(fields: &mut Fields) -> Result<Vec<Source>, PolicyError> {
    let field = fields.need("from")?;
    let none = field.error(FieldProblem::NoEntry { field: "from".to_owned() });
    let mut sources = Vec::new();
    for entry in field.list(MOST_IN_KEY_FILE)? {
        let source: Source = entry.parse()?;
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    if sources.is_empty() { Err(none) } else { Ok(sources) }
}

fn fingerprints(field: Option<Field>) -> Result<Vec<Fingerprint>, PolicyError> {
    let Some(field) = field else { return Ok(Vec::new()) };
    field.list(MOST)?.iter().map(Field::parse).collect()
}

fn legacy(fields: &mut Fields) -> Result<Vec<Legacy>, PolicyError> {
    let Some(field) = fields.take("legacy") else { return Ok(Vec::new()) };
    let mut accounts = Vec::new();
    for entry in field.list(MOST_IN_KEY_FILE)? {
        let mut fields = entry.fields()?;
        let account = fields.need("account")?.parse()?;
        let keys = fingerprints(Some(fields.need("keys")?))?;
        fields.finish()?;
        accounts.push(Legacy { account, keys });
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests;
