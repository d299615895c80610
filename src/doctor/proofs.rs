//! Whether sshd takes keys of this kind at all: asked before any file is opened.

use super::{Cause, Finding, Fix, Looked, Patient, Stage, Unseen};
use crate::host::door::Reason;
use crate::host::files::{self, Trust};
use crate::host::sshd::{Config, names_group};
use crate::policy::AuthorizedKey;
use crate::text::cause::proofs as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    Cause::new("key-type-refused", Stage::Methods, &told::KEY_TYPE_REFUSED, type_refused),
    Cause::new("rsa-too-short", Stage::Methods, &told::RSA_TOO_SHORT, too_short),
    Cause::new("key-revoked", Stage::Methods, &told::KEY_REVOKED, revoked),
];

/// As many bits as any sshd since 7.6 asks of an RSA key.
const SHORTEST: usize = 1024;

/// The longest list of revoked keys that is read, in bytes.
const LONGEST: u64 = 4 << 20;

fn keys(patient: &Patient) -> Result<&[AuthorizedKey], Unseen> {
    patient.account()?;
    let keys = &patient.asked.keys;
    if keys.is_empty() { Err(Unseen::NoKey) } else { Ok(keys) }
}

/// The setting with the algorithms that are accepted: renamed in 8.5.
fn accepted(config: &Config) -> Option<(&'static str, &str)> {
    ["pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes"]
        .into_iter()
        .find_map(|key| Some((key, config.get(key)?)))
}

/// What a client of today signs with.
fn algorithms(key: &AuthorizedKey) -> &[&'static str] {
    match key.key_type() {
        "ssh-rsa" => &["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
        "ssh-dss" => &["ssh-dss"],
        "ssh-ed25519" => &["ssh-ed25519"],
        "ecdsa-sha2-nistp256" => &["ecdsa-sha2-nistp256"],
        "ecdsa-sha2-nistp384" => &["ecdsa-sha2-nistp384"],
        "ecdsa-sha2-nistp521" => &["ecdsa-sha2-nistp521"],
        "sk-ssh-ed25519@openssh.com" => &["sk-ssh-ed25519@openssh.com"],
        "sk-ecdsa-sha2-nistp256@openssh.com" => {
            &["sk-ecdsa-sha2-nistp256@openssh.com", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"]
        }
        _ => &[],
    }
}

fn type_refused(patient: &Patient) -> Looked {
    let keys = keys(patient)?;
    let Some((setting, list)) = accepted(patient.config()?) else { return Ok(None) };
    let refused = |key: &&AuthorizedKey| {
        let known = algorithms(key);
        !known.is_empty() && !names_group(list, known.iter().copied())
    };
    let Some(key) = keys.iter().find(refused) else { return Ok(None) };
    let evidence = vec![
        format!("{} {}", key.key_type(), key.fingerprint()),
        format!("sshd -T: {setting} {list}"),
    ];
    Ok(Some(Finding {
        evidence,
        fix: Fix::Client("ssh-keygen -t ed25519".to_owned()),
        ..Finding::default()
    }))
}

fn too_short(patient: &Patient) -> Looked {
    let keys = keys(patient)?;
    let asked = patient.config()?.get("requiredrsasize").and_then(|bits| bits.parse().ok());
    let least = asked.unwrap_or(SHORTEST);
    let short = |key: &AuthorizedKey| key.rsa_bits().filter(|bits| *bits < least);
    let found = keys.iter().find_map(|key| Some((key, short(key)?)));
    let Some((key, bits)) = found else { return Ok(None) };
    let mut finding = Finding::new(format!("{}: {bits} bits", key.fingerprint()));
    finding.evidence.push(format!("sshd -T: requiredrsasize {least}"));
    Ok(Some(finding.with(Fix::Client("ssh-keygen -t ed25519".to_owned()))))
}

fn list(patient: &Patient) -> Result<Option<&str>, Unseen> {
    patient.account()?;
    let list = patient.config()?.get("revokedkeys");
    Ok(list.filter(|path| !path.eq_ignore_ascii_case("none")))
}

/// sshd's own word for a list in the binary form (`ssh-keygen -k`); lines of text are read here.
fn revoked(patient: &Patient) -> Looked {
    let Some(path) = list(patient)? else { return Ok(None) };
    let keys = keys(patient)?;
    let text = files::read(path.as_ref(), Trust::Root, LONGEST);
    let text = String::from_utf8_lossy(&text.ok().flatten().unwrap_or_default()).into_owned();
    let has = |line: &str, key: &AuthorizedKey| {
        !line.trim_start().starts_with('#') && line.contains(key.line_without_comment())
    };
    let lines = || text.lines().enumerate();
    let found = keys.iter().find_map(|key| Some((key, lines().find(|(_, l)| has(l, key))?.0 + 1)));
    if let Some((key, line)) = found {
        let finding = Finding::new(format!("{path}:{line}: {}", key.fingerprint()));
        return Ok(Some(finding.with(Fix::Client("ssh-keygen -t ed25519".to_owned()))));
    }
    let said = patient.refusal().filter(|refusal| refusal.reason == Reason::Revoked);
    let said =
        said.and_then(|refusal| refusal.evidence.iter().find(|l| l.contains(" revoked by ")));
    let fix = Fix::Client("ssh-keygen -t ed25519".to_owned());
    Ok(said.map(|line| Finding::new(line.clone()).with(fix)))
}
