//! From here to the server's port: name, route, connection.

use super::{Call, Cause, Finding, Fix, Stage};
use crate::text::cause::outside as text;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("name-unknown", Stage::Name, &text::NAME_UNKNOWN, name_unknown),
    Cause::new("resolver-silent", Stage::Name, &text::RESOLVER_SILENT, resolver_silent),
    Cause::new("no-route", Stage::Route, &text::NO_ROUTE, no_route),
    Cause::new("host-unreachable", Stage::Route, &text::HOST_UNREACHABLE, host_unreachable),
    Cause::new("forward-nothing", Stage::Tcp, &text::FORWARD_NOTHING, forward_nothing),
    Cause::new("timed-out", Stage::Tcp, &text::TIMED_OUT, timed_out),
    Cause::new("other-port", Stage::Tcp, &text::CALL_OTHER_PORT, other_port),
    Cause::new("refused", Stage::Tcp, &text::CONNECTION_REFUSED, refused),
];

/// What ssh says while it has no connection.
fn before(call: &Call, text: &str) -> Option<Vec<String>> {
    let line = call.heard.complaint(text).filter(|_| !call.heard.connected)?;
    Some(vec![line.to_owned()])
}

/// The receipt's address does without the name.
fn by_address(call: &Call) -> Fix {
    let asked = &call.asked;
    let ways = asked.receipt.iter().flat_map(|receipt| &receipt.ways);
    let way = ways.into_iter().find(|way| way.host.parse::<std::net::IpAddr>().is_ok());
    way.map_or(Fix::Told, |way| Fix::Here(asked.again(&call.user, way)))
}

fn name_unknown(call: &Call) -> Option<Finding> {
    let line = before(call, "Could not resolve hostname")?;
    (!call.heard.complains("Temporary failure")).then(|| Finding::new(line, by_address(call)))
}

fn resolver_silent(call: &Call) -> Option<Finding> {
    before(call, "Temporary failure in name resolution")
        .map(|line| Finding::new(line, by_address(call)))
}

fn no_route(call: &Call) -> Option<Finding> {
    before(call, "Network is unreachable").map(|line| Finding::new(line, Fix::Told))
}

fn host_unreachable(call: &Call) -> Option<Finding> {
    let line = before(call, "No route to host")?;
    Some(firewall(call, line))
}

/// A firewall may be in the way, the server's own or one outside.
fn firewall(call: &Call, mut evidence: Vec<String>) -> Finding {
    let rule = call.rule();
    let from = if rule.from.is_empty() { "?".to_owned() } else { rule.from.join(", ") };
    evidence.push(format!("INBOUND: SSH, {}, {}, {from}", rule.protocol, rule.port));
    Finding { evidence, fix: Fix::There(call.doctor(None)), rule: Some(rule) }
}

/// No connection to anybody's port, or none that lasts.
fn unanswered(call: &Call) -> Option<Vec<String>> {
    ["timed out", "Connection refused"].iter().find_map(|text| before(call, text))
}

fn forward_nothing(call: &Call) -> Option<Finding> {
    let via = call.asked.via.as_ref()?;
    let gone = || {
        let closed = call.heard.connected && call.heard.software.is_none();
        closed.then(|| call.heard.tail()).filter(|_| !call.heard.complains("banner line"))
    };
    let line = unanswered(call).or_else(gone)?;
    Some(Finding::new(line, super::host_key::forward(call, via)))
}

fn timed_out(call: &Call) -> Option<Finding> {
    let line = unanswered(call).filter(|line| line[0].contains("timed out"))?;
    call.asked.via.is_none().then(|| firewall(call, line))
}

fn other_port(call: &Call) -> Option<Finding> {
    let port = call.other_port?;
    let mut line = before(call, "Connection refused")?;
    line.push(format!("{}:{port}: SSH-", call.asked.at.host));
    let at = crate::policy::Endpoint { port: Some(port), ..call.asked.at.clone() };
    Some(Finding::new(line, Fix::Here(call.asked.again(&call.user, &at))))
}

fn refused(call: &Call) -> Option<Finding> {
    let line = before(call, "Connection refused")?;
    (call.asked.via.is_none() && call.other_port.is_none()).then(|| firewall(call, line))
}
