//! Getting the policy that a run works with.

use std::path::Path;

use time::OffsetDateTime;

use super::failure::Failure;
use super::out::Out;
use crate::cli::PolicySource;
use crate::grant::facts::Facts;
use crate::grant::journal::POLICY;
use crate::host::clock;
use crate::policy::{
    AuthorizedKey, Fingerprint, KeysError, Loaded, Origin, Policy, Signers, parse_any_keys,
    parse_keys,
};
use crate::text::report::Report;

/// A policy, and what is to be remembered of where it came from.
pub(super) struct Given {
    pub(super) loaded: Loaded,
    /// What receipts and journal call it.
    pub(super) name: String,
    /// The signers that were trusted with it.
    pub(super) signers: Option<String>,
    /// Whether it is the one that is kept with the open grant.
    pub(super) kept: bool,
}

impl Given {
    /// Whether somebody else than the customer published it.
    pub(super) fn is_published(&self) -> bool {
        self.name != BUILT_IN
    }
}

/// What receipts and journal call the policy that the program carries.
const BUILT_IN: &str = "built-in";

/// Loads the policy that was named; else the one that the open grant was made on; else the built-in
/// one.
pub(super) fn load(
    source: &PolicySource,
    open: Option<&Facts>,
    out: &Out,
) -> Result<Given, Failure> {
    match (&source.origin, open) {
        (None, Some(facts)) if facts.policy != BUILT_IN => kept(facts),
        (origin, _) => named(origin.as_ref().unwrap_or(&Origin::Builtin), source, out),
    }
}

fn named(origin: &Origin, source: &PolicySource, out: &Out) -> Result<Given, Failure> {
    tell(origin, out);
    let (signers, text) = match &source.signers {
        None => (None, None),
        Some(path) => {
            let fetched = Origin::File(Path::new(path).to_owned()).read()?;
            let signers = Signers::parse_bytes(&fetched.bytes)?;
            (Some(signers), Some(String::from_utf8_lossy(&fetched.bytes).into_owned()))
        }
    };
    let loaded = match handed(origin, source, signers.as_ref()) {
        Some(loaded) => loaded,
        None => Policy::load(origin, signers.as_ref(), now())?,
    };
    let signers = text.filter(|_| loaded.signed_by.is_some());
    let name = match origin {
        Origin::Builtin => BUILT_IN.to_owned(),
        Origin::File(path) => {
            std::path::absolute(path).unwrap_or(path.clone()).display().to_string()
        }
        other => other.to_string(),
    };
    Ok(Given { loaded, name, signers, kept: false })
}

/// The policy as install.sh has fetched it beside this program, if it is to be believed as if it came
/// from its URL just now. If not, it is fetched here, and what is wrong with it is told of that answer.
fn handed(origin: &Origin, source: &PolicySource, signers: Option<&Signers>) -> Option<Loaded> {
    let Origin::Url(_) = origin else { return None };
    let fetched = Origin::File(source.fetched.as_ref()?.into()).read().ok()?;
    fetched.ours.then(|| Policy::judge(origin, fetched, signers, now()).ok())?
}

/// The policy that is kept with an open grant: it binds as it did when it was published, so that the
/// copy of the program on the server can't widen it. What was withdrawn since stays so.
fn kept(facts: &Facts) -> Result<Given, Failure> {
    let origin = Origin::File(POLICY.into());
    let signers = facts.signers.as_deref().map(Signers::parse).transpose()?;
    let mut loaded = Policy::judge(&origin, origin.read()?, signers.as_ref(), now())?;
    let withdrawn = facts.withdrawn.iter().filter_map(|key| key.parse::<Fingerprint>().ok());
    loaded.policy.revoked.extend(withdrawn);
    let (name, signers) = (facts.policy.clone(), facts.signers.clone());
    Ok(Given { loaded, name, signers, kept: true })
}

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(clock::now()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Reads the keys that were named, to let them in.
pub(super) fn keys(origins: &[Origin], out: &Out) -> Result<Vec<AuthorizedKey>, Failure> {
    read_keys(origins, out, parse_keys)
}

/// Reads the keys that were named, to look for them: also those that we would not let in.
pub(super) fn any_keys(origins: &[Origin], out: &Out) -> Result<Vec<AuthorizedKey>, Failure> {
    read_keys(origins, out, parse_any_keys)
}

fn read_keys(
    origins: &[Origin],
    out: &Out,
    parse: fn(&[u8], &str) -> Result<Vec<AuthorizedKey>, KeysError>,
) -> Result<Vec<AuthorizedKey>, Failure> {
    let mut keys = Vec::new();
    for origin in origins {
        tell(origin, out);
        keys.extend(parse(&origin.read()?.bytes, &origin.to_string())?);
    }
    Ok(keys)
}

/// A fetch can take seconds, so it is announced.
fn tell(origin: &Origin, out: &Out) {
    if let Origin::Url(url) = origin {
        out.progress(&Report::Fetching { url: url.to_string() });
    }
}
