//! `policy-check`: lets the publisher's script judge a policy with the program's own eyes.

use super::out::{Exit, Look, Out};
use crate::policy::{Origin, Policy};
use crate::text::Lang;

/// Prints the policy's fields as `name=value`, or says what is wrong with it.
pub(super) fn run(origin: &Origin, mut out: Out) -> u8 {
    let fetched = match origin.read() {
        Ok(fetched) => fetched,
        Err(error) => {
            out.error(Exit::Refused, &error);
            return out.finish("refused", &[], Exit::Refused);
        }
    };
    let policy = match Policy::parse(&fetched.bytes, &origin.to_string()) {
        Ok(policy) => policy,
        Err(error) => {
            out.error(Exit::Refused, &error);
            return out.finish("refused", &[], Exit::Refused);
        }
    };
    let language = match policy.language {
        Lang::En => "en",
        Lang::Ko => "ko",
    };
    let from: Vec<String> = policy.from.iter().map(ToString::to_string).collect();
    let until =
        policy.valid_until.map(|date| date.unix_timestamp().to_string()).unwrap_or_default();
    let fingerprints: Vec<String> =
        policy.offered().map(|key| key.fingerprint().to_string()).collect();
    for (name, value) in [
        ("provider", policy.provider.clone()),
        ("language", language.to_owned()),
        ("account", policy.account.to_string()),
        ("from", from.join(",")),
        ("port", policy.port.to_string()),
        ("lifetime", policy.lifetime.to_string()),
        ("longest", policy.longest.to_string()),
        ("sudo", policy.sudo.to_string()),
        ("site", policy.site.to_string()),
        ("serial", policy.serial.to_string()),
        ("valid-until", until),
        ("keys", fingerprints.len().to_string()),
        ("revoke-all", policy.revoke_all.to_string()),
        ("fingerprints", fingerprints.join(",")),
    ] {
        out.line(Look::Plain, &format!("{name}={value}"));
    }
    out.finish("ok", &[], Exit::Done)
}
