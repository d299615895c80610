//! What a provider publishes: who may come in, from where, for how long; and whether to believe it.
//!
//! Parsing is pure: functions over text and bytes, fit for a process without privileges and for
//! fuzzing. Only [`Origin::read`] (and [`Policy::load`], which calls it) and [`Fetcher`] touch disk or
//! network.

mod account;
mod document;
mod endpoint;
mod fingerprint;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod key;
mod lifetime;
mod load;
mod newer;
mod origin;
mod plain;
mod problem;
mod read;
mod revocations;
mod signature;
mod signers;
mod source;
mod terms;
#[cfg(test)]
mod testing;
mod url;

pub use account::{AccountName, AccountProblem};
pub use endpoint::{Endpoint, EndpointProblem, Target};
pub use fingerprint::{Fingerprint, FingerprintProblem};
pub use key::{AuthorizedKey, KeyProblem, KeysError, parse_any_keys, parse_keys};
pub use lifetime::{Lifetime, LifetimeProblem};
pub use load::{LoadError, Loaded, TrustProblem};
pub use newer::{Confirmed, Question, Said, Word};
pub use origin::{Answer, Fetched, Fetcher, Origin, ReadError, Roots};
pub use problem::{FieldProblem, PolicyError, Position, Problem};
pub use read::{Legacy, Policy, Sudo};
pub use revocations::Revocations;
pub use signature::{SignatureProblem, Verified, verify};
pub use signers::{Signer, Signers, SignersError, SignersProblem};
pub use source::{Source, SourceProblem};
pub use terms::{Refusal, Terms, Wishes};
pub use url::{HttpsUrl, UrlProblem};

/// The largest policy, key file or signers file that is read.
pub const MAX_BYTES: usize = 256 * 1024;

/// Makes a type that is written as text carry that text through serde, checked again on reading.
macro_rules! serde_as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
use serde_as_text;
