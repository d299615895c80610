//! Whether SSH is spoken there, and whether both can agree on how.

use super::{Call, Cause, Finding, Fix, Stage};
use crate::text::cause::outside as text;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("not-ssh", Stage::Banner, &text::NOT_SSH, not_ssh),
    Cause::new("silent", Stage::Banner, &text::SILENT, silent),
    Cause::new("closed-early", Stage::Banner, &text::CLOSED_EARLY, closed_early),
    Cause::new("no-agreement", Stage::Banner, &text::CALL_NO_AGREEMENT, no_agreement),
];

/// Somebody took the connection, and did not speak SSH; through a forwarded port that is another cause.
fn mute(call: &Call) -> bool {
    call.heard.connected && call.heard.software.is_none() && call.asked.via.is_none()
}

fn other_protocol(call: &Call) -> bool {
    call.heard.complains("banner line 0") || call.heard.complains("Bad remote protocol")
}

fn not_ssh(call: &Call) -> Option<Finding> {
    (mute(call) && other_protocol(call)).then(|| Finding::new(call.heard.tail(), Fix::Told))
}

fn silent(call: &Call) -> Option<Finding> {
    let slow = call.heard.complains("timed out") && !other_protocol(call);
    (mute(call) && slow).then(|| Finding::new(call.heard.tail(), Fix::There(call.doctor(None))))
}

fn closed_early(call: &Call) -> Option<Finding> {
    let closed =
        ["Connection closed", "Connection reset", "Broken pipe", "Not allowed at this time"];
    let closed = closed.iter().any(|text| call.heard.complains(text)) && !other_protocol(call);
    (mute(call) && closed).then(|| Finding::new(call.heard.tail(), Fix::There(call.doctor(None))))
}

fn no_agreement(call: &Call) -> Option<Finding> {
    let line = call.heard.complaint("Unable to negotiate")?.to_owned();
    if !line.starts_with("Unable") {
        return None;
    }
    let offer = line.split_once("Their offer: ")?.1;
    let option = [
        ("host key type", "HostKeyAlgorithms"),
        ("key exchange", "KexAlgorithms"),
        ("cipher", "Ciphers"),
        ("MAC", "MACs"),
    ];
    let option = option.iter().find(|(text, _)| line.contains(text))?.1;
    let first = offer
        .split(',')
        .next()
        .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || "-_@.".contains(c)))?;
    let block = [format!("{option} +{first}")];
    // Nobody has vouched for the host yet, so what it offers is not taken by itself.
    let fix = match super::user::configured(call, &block) {
        Fix::Safe(tool) => Fix::Here(tool.line()),
        other => other,
    };
    Some(Finding::new(vec![line.clone()], fix))
}
