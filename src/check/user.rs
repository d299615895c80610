//! Whether the server takes user and key.

use super::{Call, Cause, Finding, Fix, Stage};
use crate::host::client::{self, Identity};
use crate::host::clock;
use crate::host::run::Tool;
use crate::policy::Policy;
use crate::text::cause::outside as text;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("too-many-keys", Stage::User, &text::TOO_MANY_KEYS, too_many_keys),
    Cause::new("wrong-user", Stage::User, &text::WRONG_USER, wrong_user),
    Cause::new("keys-off", Stage::User, &text::KEYS_OFF, keys_off),
    Cause::new("more-methods", Stage::User, &text::CALL_MORE_METHODS, more_methods),
    Cause::new("grant-over", Stage::User, &text::GRANT_OVER, grant_over),
    Cause::new("other-source", Stage::User, &text::OTHER_SOURCE, other_source),
    Cause::new("forward-masked", Stage::User, &text::FORWARD_MASKED, forward_masked),
    Cause::new("key-refused", Stage::User, &text::KEY_REFUSED, key_refused),
];

/// The accounts that a cloud's images have, told by what sshd says of itself.
fn usual(software: &str) -> &'static [&'static str] {
    if software.contains("Ubuntu") {
        &["ubuntu"]
    } else if software.contains("Debian") {
        &["debian"]
    } else {
        &["rocky", "centos", "almalinux"]
    }
}

/// Lines for this host in ssh's own configuration.
pub(super) fn configured(call: &Call, lines: &[String]) -> Fix {
    let file = client::expanded("~/.ssh/config");
    let text = format!("\nHost {}\n    {}\n", call.asked.door().host, lines.join("\n    "));
    // Where it stands already, another line comes before it, and once more would not help.
    if client::has(&file, &text) {
        return Fix::Told;
    }
    let file = file.display().to_string();
    // What is typed and what --fix runs are the same; the file's other lines stay.
    let script = "umask 077; mkdir -p \"$(dirname \"$1\")\" && printf %s \"$2\" >>\"$1\"";
    Fix::Safe(Tool::new("sh").args(["-c", script, "sh", &file, &text]))
}

fn too_many(call: &Call) -> bool {
    call.heard.complains("Too many authentication failures")
}

fn too_many_keys(call: &Call) -> Option<Finding> {
    if call.heard.authenticated || !too_many(call) {
        return None;
    }
    let offered = call.heard.offered.iter();
    let evidence = offered.map(|it| format!("{} {}", it.fingerprint, it.name)).collect();
    let fix = call.asked.key.as_ref().map_or(Fix::Told, |key| {
        let lines =
            ["IdentitiesOnly yes".to_owned(), format!("IdentityFile \"{}\"", key.display())];
        configured(call, &lines)
    });
    Some(Finding::new(evidence, fix))
}

/// The name that is surely right, or those that may be.
fn proposed(call: &Call) -> Option<Vec<String>> {
    let receipt = call.asked.receipt.as_ref().and_then(|receipt| receipt.account.clone());
    // cloud-init's answer to root.
    let told = call.heard.output.split_once("Please login as the user \"").map(|(_, rest)| rest);
    let told = told.and_then(|rest| rest.split('"').next()).filter(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    });
    if let Some(name) = told.filter(|_| !call.heard.ran()) {
        return Some(vec![name.to_owned()]);
    }
    if !refused(call) {
        return None;
    }
    if let Some(name) = receipt {
        return (name != call.user).then(|| vec![name]);
    }
    let names = usual(call.heard.software.as_deref()?);
    let ours = Policy::builtin().is_ok_and(|policy| policy.account.as_str() == call.user);
    let known = ours || names.contains(&call.user.as_str());
    (!known).then(|| names.iter().map(ToString::to_string).collect())
}

fn wrong_user(call: &Call) -> Option<Finding> {
    let names = proposed(call)?;
    let software = call.heard.software.clone().unwrap_or_default();
    let evidence = vec![format!("{}: {software}: {}", call.user, names.join(", "))];
    let fix = Fix::Here(call.asked.again(names.first()?, &call.asked.at));
    Some(Finding::new(evidence, fix))
}

/// Whether the key in question was shown to the server, which did not take it.
fn shown(call: &Call) -> bool {
    let offered = &call.heard.offered;
    match &call.key {
        None => !offered.is_empty(),
        Some((_, Identity::Good(_) | Identity::Encrypted)) => {
            let name = |path: &std::path::Path| path.display().to_string();
            let named = call.key.as_ref().map(|(path, _)| name(path));
            offered.iter().any(|it| Some(&it.name) == named.as_ref()) || offered.len() > 1
        }
        Some(_) => false,
    }
}

fn refused(call: &Call) -> bool {
    call.heard.denied() && !too_many(call) && shown(call)
}

/// The public half, for the doctor.
fn public(call: &Call) -> Option<&str> {
    match call.key.as_ref().map(|(_, key)| key) {
        Some(Identity::Good(public)) => Some(public),
        _ => None,
    }
}

fn keys_off(call: &Call) -> Option<Finding> {
    let off = call.heard.denied() && !call.heard.methods.iter().any(|it| it == "publickey");
    let partial = call.heard.complains("partial success");
    (off && !partial).then(|| {
        Finding::new(vec![call.heard.methods.join(",")], Fix::There(call.doctor(public(call))))
    })
}

fn more_methods(call: &Call) -> Option<Finding> {
    (call.heard.denied() && call.heard.complains("partial success")).then(|| {
        Finding::new(vec![call.heard.methods.join(",")], Fix::There(call.doctor(public(call))))
    })
}

fn grant_over(call: &Call) -> Option<Finding> {
    let ends = call.asked.receipt.as_ref()?.ends.as_ref()?;
    // Both are written as RFC 3339 in UTC, so that they compare as text.
    (refused(call) && *ends < clock::utc(clock::now()))
        .then(|| Finding::new(vec![ends.clone()], Fix::Told))
}

fn other_source(call: &Call) -> Option<Finding> {
    let allowed = &call.asked.receipt.as_ref()?.from;
    let own = call.own_address()?;
    let inside = allowed.is_empty() || allowed.iter().any(|from| from.contains(own));
    (refused(call) && !inside).then(|| {
        let list: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        Finding::new(vec![format!("{own}: {}", list.join(", "))], Fix::Told)
    })
}

/// A router that hides who comes through it makes all of them come from its own address.
fn forward_masked(call: &Call) -> Option<Finding> {
    let via = call.asked.via.as_ref()?;
    let allowed = &call.asked.receipt.as_ref().filter(|it| !it.from.is_empty())?.from;
    refused(call).then(|| {
        let list: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        Finding::new(vec![format!("{via}: {}", list.join(", "))], Fix::Told)
    })
}

fn key_refused(call: &Call) -> Option<Finding> {
    let keys_off = !call.heard.methods.iter().any(|it| it == "publickey");
    if !refused(call) || keys_off {
        return None;
    }
    let offered = call.heard.offered.iter();
    let evidence = offered.map(|it| format!("{} {}", it.fingerprint, it.name)).collect();
    Some(Finding::new(evidence, Fix::There(call.doctor(public(call)))))
}
