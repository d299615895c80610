//! Getting the policy that a run works with.

use std::path::Path;

use time::OffsetDateTime;

use super::failure::Failure;
use super::out::Out;
use crate::cli::PolicySource;
use crate::host::clock;
use crate::policy::{AuthorizedKey, Loaded, Origin, Policy, Signers, parse_keys};
use crate::text::report::Report;

/// A policy, and the signers that were trusted with it.
pub(super) struct Given {
    pub(super) loaded: Loaded,
    pub(super) signers: Option<String>,
}

/// Loads the policy that was named, else the built-in one.
pub(super) fn load(source: &PolicySource, out: &Out) -> Result<Given, Failure> {
    let origin = source.origin.clone().unwrap_or(Origin::Builtin);
    tell(&origin, out);
    let (signers, text) = match &source.signers {
        None => (None, None),
        Some(path) => {
            let fetched = Origin::File(Path::new(path).to_owned()).read()?;
            let signers = Signers::parse_bytes(&fetched.bytes)?;
            (Some(signers), Some(String::from_utf8_lossy(&fetched.bytes).into_owned()))
        }
    };
    let now =
        OffsetDateTime::from_unix_timestamp(clock::now()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let loaded = Policy::load(&origin, signers.as_ref(), now)?;
    let signers = text.filter(|_| loaded.signed_by.is_some());
    Ok(Given { loaded, signers })
}

/// Reads the keys that were named.
pub(super) fn keys(origins: &[Origin], out: &Out) -> Result<Vec<AuthorizedKey>, Failure> {
    let mut keys = Vec::new();
    for origin in origins {
        tell(origin, out);
        keys.extend(parse_keys(&origin.read()?.bytes, &origin.to_string())?);
    }
    Ok(keys)
}

/// A fetch can take seconds, so it is announced.
fn tell(origin: &Origin, out: &Out) {
    if let Origin::Url(url) = origin {
        out.progress(&Report::Fetching { url: url.to_string() });
    }
}

/// Whether a policy was published by somebody else than the customer.
pub(super) fn is_published(origin: &Origin) -> bool {
    *origin != Origin::Builtin
}
