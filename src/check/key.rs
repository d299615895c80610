//! The key's file on this side.

use std::path::PathBuf;

use super::{Call, Cause, Finding, Fix, Stage};
use crate::host::client::Identity;
use crate::host::run::{Tool, quote};
use crate::text::cause::outside as text;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("no-key", Stage::Key, &text::CALL_NO_KEY, no_key),
    Cause::new("key-missing", Stage::Key, &text::KEY_MISSING, key_missing),
    Cause::new("key-unreadable", Stage::Key, &text::KEY_UNREADABLE, key_unreadable),
    Cause::new("key-too-open", Stage::Key, &text::KEY_TOO_OPEN, key_too_open),
    Cause::new("key-is-public", Stage::Key, &text::KEY_IS_PUBLIC, key_is_public),
    Cause::new("key-format", Stage::Key, &text::KEY_FORMAT, key_format),
    Cause::new("key-damaged", Stage::Key, &text::KEY_DAMAGED, key_damaged),
    Cause::new("key-encrypted", Stage::Key, &text::KEY_ENCRYPTED, key_encrypted),
];

/// The key in question, unless the login did without it.
fn bad(call: &Call) -> Option<(&PathBuf, &Identity)> {
    call.key.as_ref().filter(|_| !call.heard.authenticated).map(|(path, key)| (path, key))
}

/// The path as it stands in a command.
fn path(path: &std::path::Path) -> String {
    quote(&path.display().to_string())
}

fn evidence(file: &std::path::Path, what: &str) -> Vec<String> {
    vec![format!("{}: {what}", file.display())]
}

fn no_key(call: &Call) -> Option<Finding> {
    let none = call.heard.denied() && call.heard.offered.is_empty() && call.key.is_none();
    none.then(|| Finding::new(call.heard.tail(), Fix::Told))
}

fn key_missing(call: &Call) -> Option<Finding> {
    let (file, _) = bad(call).filter(|(_, key)| **key == Identity::Missing)?;
    Some(Finding::new(evidence(file, "-"), Fix::Told))
}

fn key_unreadable(call: &Call) -> Option<Finding> {
    let (file, Identity::Unreadable(whose)) = bad(call)? else { return None };
    let line = format!("sudo chown \"$(id -un)\" {0} && chmod 600 {0}", path(file));
    Some(Finding::new(evidence(file, whose), Fix::Here(line)))
}

fn key_too_open(call: &Call) -> Option<Finding> {
    let (file, Identity::TooOpen(whose)) = bad(call)? else { return None };
    let tool = Tool::new("chmod").args(["600".to_owned(), file.display().to_string()]);
    Some(Finding::new(evidence(file, whose), Fix::Safe(tool)))
}

fn key_is_public(call: &Call) -> Option<Finding> {
    let (file, _) = bad(call).filter(|(_, key)| **key == Identity::Public)?;
    let private = file.with_extension("");
    let fix = if file.extension().is_some_and(|it| it == "pub") && private.is_file() {
        let asked = super::Asked { key: Some(private), ..call.asked.clone() };
        Fix::Here(asked.again(&call.user, &call.asked.at))
    } else {
        Fix::Told
    };
    Some(Finding::new(evidence(file, "public"), fix))
}

fn key_format(call: &Call) -> Option<Finding> {
    let (file, Identity::Putty(version)) = bad(call)? else { return None };
    let line = format!("{} key convert {} --to openssh", call.asked.program, path(file));
    Some(Finding::new(evidence(file, &format!("PPK {version}")), Fix::Here(line)))
}

fn key_damaged(call: &Call) -> Option<Finding> {
    let (file, Identity::Damaged { why, disguised }) = bad(call)? else { return None };
    let line = if *disguised {
        format!("sed -i '1s/^\\xEF\\xBB\\xBF//; s/\\r$//' {}", path(file))
    } else {
        format!("{} key inspect {}", call.asked.program, path(file))
    };
    Some(Finding::new(evidence(file, why), Fix::Here(line)))
}

fn key_encrypted(call: &Call) -> Option<Finding> {
    let (file, _) = bad(call).filter(|(_, key)| **key == Identity::Encrypted)?;
    let name = file.display().to_string();
    // Its public half was shown, and the server does not want it: a passphrase changes nothing.
    if call.heard.offered.iter().any(|it| it.name == name && !it.accepted) {
        return None;
    }
    let add = format!("ssh-add {}", path(file));
    let line =
        if call.asked.agent.is_some() { add } else { format!("eval \"$(ssh-agent)\" && {add}") };
    Some(Finding::new(evidence(file, "encrypted"), Fix::Here(line)))
}
