//! Which proofs sshd asks for.

use super::{Cause, Looked, Patient, Stage};
use crate::text::cause::methods as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    Cause::new("public-keys-off", Stage::Methods, &told::PUBLIC_KEYS_OFF, public_keys_off),
    Cause::new("more-methods", Stage::Methods, &told::MORE_METHODS, more_methods),
];

fn public_keys_off(patient: &Patient) -> Looked {
    let off = patient.config()?.get("pubkeyauthentication");
    if !off.is_some_and(|value| value.eq_ignore_ascii_case("no")) {
        return Ok(None);
    }
    Ok(Some(patient.setting("pubkeyauthentication")?))
}

/// `AuthenticationMethods` is a list of ways, each a list of methods: one way must be a key alone
/// (`sshd_config(5)`).
fn more_methods(patient: &Patient) -> Looked {
    let config = patient.config()?;
    let ways: Vec<&str> = config.words("authenticationmethods").collect();
    let alone = |way: &&str| matches!(*way, "any" | "publickey");
    if ways.is_empty() || ways.iter().any(alone) {
        return Ok(None);
    }
    Ok(Some(patient.setting("authenticationmethods")?))
}
