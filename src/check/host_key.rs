//! Whether it is the right host. The customer's receipt decides; without one, what is remembered here.

use super::{Call, Cause, Finding, Fix, Stage};
use crate::host::client::{self, Known};
use crate::host::run::{Tool, quote};
use crate::policy::Endpoint;
use crate::text::cause::outside as text;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("forward-wrong", Stage::HostKey, &text::FORWARD_WRONG, forward_wrong),
    Cause::new("other-host", Stage::HostKey, &text::OTHER_HOST, other_host),
    Cause::new("host-key-old", Stage::HostKey, &text::HOST_KEY_OLD, host_key_old),
    Cause::new("host-key-changed", Stage::HostKey, &text::HOST_KEY_CHANGED, host_key_changed),
    Cause::new("host-key-unknown", Stage::HostKey, &text::HOST_KEY_UNKNOWN, host_key_unknown),
];

/// The key that was shown, unless it is the expected one.
fn strange(call: &Call) -> Option<&(String, String)> {
    call.heard.host_key.as_ref().filter(|_| !call.heard.trusted)
}

fn shown(key: &(String, String)) -> String {
    format!("+ {} {}", key.1, key.0)
}

/// What was expected instead.
fn expected(known: &[Known]) -> impl Iterator<Item = String> {
    known.iter().map(|key| {
        let kind = key.public.split(' ').next().unwrap_or_default();
        format!("- {} {kind} {}", key.fingerprint, key.file.display()).trim_end().to_owned()
    })
}

fn evidence(call: &Call, key: &(String, String)) -> Vec<String> {
    let by_receipt = call.asked.receipt.iter().flat_map(|it| &it.fingerprints);
    let by_receipt: Vec<String> = by_receipt.map(|print| format!("- {print}")).collect();
    let by_receipt = by_receipt.into_iter();
    if by_receipt.len() > 0 {
        return by_receipt.chain([shown(key)]).collect();
    }
    expected(&call.known).chain([shown(key)]).collect()
}

fn has_receipt(call: &Call) -> bool {
    call.asked.receipt.as_ref().is_some_and(|receipt| !receipt.host_keys.is_empty())
}

/// What leads a forwarded port to the server, as on a Linux router: a rule that comes first.
pub(super) fn forward(call: &Call, via: &Endpoint) -> Fix {
    let v4 = |host: &str| host.parse::<std::net::Ipv4Addr>().is_ok();
    let inner = &call.asked.at;
    if !v4(&inner.host) || !v4(&via.host) {
        return Fix::Told;
    }
    let table = "nft add table ip nat && nft add chain ip nat prerouting '{ type nat hook prerouting priority dstnat; }'";
    Fix::Router(format!(
        "{table} && nft insert rule ip nat prerouting ip daddr {} tcp dport {} dnat to {}:{}",
        via.host,
        via.port(),
        inner.host,
        inner.port()
    ))
}

fn forward_wrong(call: &Call) -> Option<Finding> {
    let via = call.asked.via.as_ref()?;
    if call.heard.complains("banner line 0") && call.heard.software.is_none() {
        return Some(Finding::new(call.heard.tail(), forward(call, via)));
    }
    let key = strange(call)?;
    // Without anything to compare with, it is merely unknown.
    (has_receipt(call) || !call.known.is_empty())
        .then(|| Finding::new(evidence(call, key), forward(call, via)))
}

fn other_host(call: &Call) -> Option<Finding> {
    let key = strange(call)?;
    (has_receipt(call) && call.asked.via.is_none())
        .then(|| Finding::new(evidence(call, key), Fix::Told))
}

/// The line that forgets what is remembered.
fn forget(call: &Call, file: &str) -> Tool {
    Tool::new("ssh-keygen").args(["-R", &call.known_as, "-f", file])
}

/// What is remembered here contradicts what the receipt vouches for: the server was made anew, and a
/// plain ssh would refuse it.
fn host_key_old(call: &Call) -> Option<Finding> {
    let key = call.heard.host_key.as_ref().filter(|_| call.heard.trusted && has_receipt(call))?;
    if call.known.iter().any(|known| known.fingerprint == key.1) {
        return None;
    }
    // Another key of the same server may well be the one that is remembered.
    let vouched = &call.asked.receipt.as_ref()?.host_keys;
    let same_kind = |known: &&Known| known.public.starts_with(&key.0);
    let first = || call.known.first().filter(|it| !vouched.contains(&it.public));
    let old = call.known.iter().find(same_kind).or_else(first)?;
    let file = old.file.display().to_string();
    let lines = expected(&call.known).chain([shown(key)]).collect();
    Some(Finding::new(lines, Fix::Safe(forget(call, &file))))
}

fn host_key_changed(call: &Call) -> Option<Finding> {
    let key = strange(call).filter(|_| !has_receipt(call) && call.asked.via.is_none())?;
    let old = call.known.first()?;
    let line = forget(call, &old.file.display().to_string()).line();
    Some(Finding::new(evidence(call, key), Fix::Here(line)))
}

fn host_key_unknown(call: &Call) -> Option<Finding> {
    let key = strange(call).filter(|_| !has_receipt(call) && call.known.is_empty())?;
    let address = call.heard.address?.to_string();
    let full = client::scan(&address, call.port, &key.0).filter(|it| it.fingerprint == key.1);
    let fix = full.map_or(Fix::Told, |full| {
        let folder = call.known_hosts.rsplit_once('/').map_or("", |(folder, _)| folder);
        let line = quote(&format!("{} {}", call.known_as, full.public));
        let (folder, file) = (quote(folder), quote(&call.known_hosts));
        Fix::Here(format!("mkdir -p -m 700 {folder} && echo {line} >>{file}"))
    });
    Some(Finding::new(vec![shown(key)], fix))
}
