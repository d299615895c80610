//! Which proofs sshd asks for.

use super::{Cause, Finding, Fix, Looked, Patient, Stage};
use crate::host::door::Reason;
use crate::host::run::quote;
use crate::text::cause::methods as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    Cause::new("public-keys-off", Stage::Methods, &told::PUBLIC_KEYS_OFF, public_keys_off),
    Cause::new("more-methods", Stage::Methods, &told::MORE_METHODS, more_methods),
    Cause::new("too-many-keys", Stage::Methods, &told::TOO_MANY_KEYS, too_many_keys).unasked(),
    Cause::new("revoked-keys-file", Stage::Methods, &told::REVOKED_KEYS_FILE, revoked_keys_file),
    Cause::new("root-login", Stage::Methods, &told::ROOT_LOGIN, root_login),
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

/// Every key that is offered counts as a try; the right one may come too late.
fn too_many_keys(patient: &Patient) -> Looked {
    let name = &patient.asked.account;
    let said = format!("maximum authentication attempts exceeded for {name} from ");
    let last = patient.last_heard()?;
    let Some(entry) = last.iter().find(|entry| entry.text.contains(&said)) else { return Ok(None) };
    let mut finding = Finding::new(entry.line());
    finding.evidence.extend(patient.setting("maxauthtries")?.evidence);
    let line = format!("ssh -o IdentitiesOnly=yes -i … {}@…", quote(name));
    Ok(Some(finding.with(Fix::Client(line))))
}

/// Without the list of revoked keys sshd takes no key at all.
fn revoked_keys_file(patient: &Patient) -> Looked {
    let path = patient.config()?.get("revokedkeys").filter(|path| path.starts_with('/'));
    let Some(path) = path else { return Ok(None) };
    if let Err(error) = std::fs::metadata(path) {
        let mut finding = patient.setting("revokedkeys")?;
        finding.evidence.push(format!("{path}: {error}"));
        if error.kind() == std::io::ErrorKind::NotFound {
            finding.fix = Fix::Run(format!("install -m 644 /dev/null {}", quote(path)));
        }
        return Ok(Some(finding));
    }
    let unreadable = |line: &&String| line.contains(" in revoked keys file ");
    let said = patient.refusal().and_then(|refusal| refusal.evidence.iter().find(unreadable));
    Ok(said.map(Finding::new))
}

fn root_login(patient: &Patient) -> Looked {
    if patient.account()?.uid != 0 {
        return Ok(None);
    }
    let refused = match patient.config()?.get("permitrootlogin") {
        Some("no") => true,
        // A command in the key's line may make it right: sshd itself is asked.
        Some("forced-commands-only") => {
            patient.answer()?;
            patient.refusal().is_some_and(|refusal| refusal.reason == Reason::RootRefused)
        }
        _ => false,
    };
    Ok(if refused { Some(patient.setting("permitrootlogin")?) } else { None })
}
