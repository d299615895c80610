//! What the customer pastes into the support ticket.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::out::{Look, Out};
use crate::grant::journal::Facts;
use crate::grant::proof::{Extent, Proof};
use crate::grant::step::at_hand;
use crate::grant::survey::Door;
use crate::host::clock;
use crate::host::door::Answer;
use crate::host::log;
use crate::policy::{AuthorizedKey, Endpoint};
use crate::text::receipt::Label;

/// The receipt's facts.
pub(super) struct Receipt<'a> {
    pub(super) facts: &'a Facts,
    pub(super) door: &'a Door,
    pub(super) proof: Option<&'a Proof>,
    /// The proof's extent, also where it was made by an earlier run.
    pub(super) extent: &'a str,
}

/// An address as it stands before a port.
fn host(address: IpAddr) -> String {
    if address.is_ipv6() { format!("[{address}]") } else { address.to_string() }
}

fn keys(facts: &Facts) -> Vec<(String, String)> {
    facts
        .keys
        .iter()
        .filter_map(|line| line.parse::<AuthorizedKey>().ok())
        .map(|key| (key.fingerprint().to_string(), key.comment().to_owned()))
        .collect()
}

impl Receipt<'_> {
    /// As text.
    pub(super) fn print(&self, out: &Out) {
        let rule = "-".repeat(72);
        out.line(Look::Plain, &rule);
        out.say(Look::Strong, &Label::Title);
        for label in self.labels() {
            out.say(Look::Plain, &label);
        }
        out.line(Look::Plain, &rule);
    }

    fn labels(&self) -> Vec<Label> {
        let Self { facts, door, .. } = self;
        let mut labels = vec![
            Label::Provider { name: facts.provider.clone() },
            Label::Account { name: facts.account.clone() },
        ];
        labels
            .extend(facts.public.as_ref().map(|at| Label::Public { line: at.ssh(&facts.account) }));
        for address in &door.addresses {
            let at = Endpoint { host: address.to_string(), port: Some(facts.port) };
            labels.push(Label::Connect { line: at.ssh(&facts.account) });
        }
        if door.addresses.is_empty() && facts.public.is_none() {
            labels.push(Label::NoAddress { port: facts.port });
        }
        for key in &door.host_keys {
            labels.push(Label::HostKey { line: format!("{} {}", key.fingerprint, key.algorithm) });
        }
        for (host, port) in self.places() {
            let lines = door.host_keys.iter().map(|key| key.known_hosts(&host, port));
            labels.extend(lines.map(|line| Label::KnownHosts { line }));
        }
        for (fingerprint, comment) in keys(facts) {
            labels.push(Label::Key {
                line: format!("{fingerprint} {comment}").trim_end().to_owned(),
            });
        }
        labels.push(Label::From { list: facts.from.join(", ") });
        labels.push(Label::Ends {
            local: clock::local(facts.deadline),
            utc: clock::utc(facts.deadline),
        });
        labels.push(if facts.sudo { Label::SudoFull } else { Label::SudoNone });
        labels.extend(facts.ticket.clone().map(|id| Label::Ticket { id }));
        labels.push(self.policy());
        labels.extend(self.proof_labels());
        labels.push(Label::Firewall { port: facts.port, list: facts.from.join(", ") });
        labels.push(Label::End { line: format!("{} delete", at_hand()) });
        if let Some(origin) = &facts.origin {
            labels
                .push(Label::EndByLine { line: format!("curl -sLf {origin} | sh -s -- --delete") });
        }
        labels.push(Label::Log { path: log::PATH.to_owned() });
        labels
    }

    /// Where it is reached: from outside, then its own addresses.
    fn places(&self) -> Vec<(String, u16)> {
        let outer = self.facts.public.iter().map(|at| (at.host.clone(), at.port()));
        let own = self.door.addresses.iter().map(|own| (own.to_string(), self.facts.port));
        outer.chain(own).collect()
    }

    fn policy(&self) -> Label {
        let source = self.facts.policy.clone();
        match (&self.facts.signed_by, self.facts.serial) {
            (Some(by), serial) => {
                Label::Signed { source, serial: serial.unwrap_or(0), by: by.clone() }
            }
            // Whatever is not built in came from a file, whose name may be relative.
            (None, _) if source != "built-in" => Label::Unsigned { source },
            (None, _) => Label::Policy { source },
        }
    }

    fn proof_labels(&self) -> Vec<Label> {
        let mut labels = vec![match self.extent {
            "full" => Label::ProofFull,
            "partial" => Label::ProofPartial,
            _ => Label::ProofNone,
        }];
        match self.proof.map(|proof| &proof.daemon) {
            Some(Answer::Ran { .. }) => labels.push(Label::Daemon),
            Some(Answer::RefusedHere(_)) => labels.push(Label::DaemonHere),
            _ => {}
        }
        labels
    }

    /// As fields of the JSON document.
    pub(super) fn fields(&self, out: &mut Out) {
        for (name, value) in facts_json(self.facts) {
            out.field(name, value);
        }
        let endpoints: Vec<String> = self
            .door
            .addresses
            .iter()
            .map(|addr| format!("{}:{}", host(*addr), self.facts.port))
            .collect();
        out.field("endpoints", json!(endpoints));
        out.field("public", json!(self.facts.public));
        let host_keys: Vec<Value> = self
            .door
            .host_keys
            .iter()
            .map(|key| {
                let lines = self.places().into_iter().map(|(host, port)| key.known_hosts(&host, port));
                let known_hosts: Vec<String> = lines.collect();
                json!({ "type": key.algorithm, "fingerprint": key.fingerprint, "known_hosts": known_hosts })
            })
            .collect();
        out.field("host_keys", json!(host_keys));
        out.field("proof", json!(self.extent));
        let unproven: Vec<String> = self
            .proof
            .map(Proof::unproven)
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect();
        out.field("unproven", json!(unproven));
    }
}

/// The fields that a grant, an audit and a log line have in common.
pub(super) fn facts_json(facts: &Facts) -> Vec<(&'static str, Value)> {
    let keys: Vec<Value> = keys(facts)
        .into_iter()
        .map(|(fingerprint, comment)| json!({ "fingerprint": fingerprint, "comment": comment }))
        .collect();
    vec![
        ("id", json!(facts.id)),
        ("provider", json!(facts.provider)),
        ("account", json!(facts.account)),
        ("uid", json!(facts.uid)),
        ("opened_at", json!(clock::utc(facts.started))),
        ("expires_at", json!(clock::utc(facts.deadline))),
        ("keys", json!(keys)),
        ("from", json!(facts.from)),
        ("port", json!(facts.port)),
        ("sudo", json!(if facts.sudo { "full" } else { "none" })),
        ("ticket", json!(facts.ticket)),
        (
            "policy",
            json!({ "source": facts.policy, "serial": facts.serial, "signed_by": facts.signed_by }),
        ),
    ]
}

/// The word for what an earlier run proved.
pub(super) fn earlier(proof: Option<&String>) -> &str {
    proof.map_or(Extent::None.word(), String::as_str)
}
