//! Before sshd hears of the login: the packet filter, the daemon and its ports, bans.

mod bind;
mod filter;
mod turned_away;

use std::net::IpAddr;
use std::path::Path;

use super::{Cause, Finding, Fix, Looked, Patient, Stage};
use crate::host::addresses;
use crate::host::run::quote;
use crate::host::sshd::{Listener, Sshd, SshdError, unit};
use crate::text::cause::network as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    Cause::new("fail2ban", Stage::Network, &told::FAIL2BAN, filter::banned),
    Cause::new("packet-filter", Stage::Network, &told::PACKET_FILTER, filter::filtered),
    Cause::new("port-taken", Stage::Network, &told::PORT_TAKEN, bind::taken),
    Cause::new("port-refused", Stage::Network, &told::PORT_REFUSED, bind::refused),
    Cause::new("sshd-stopped", Stage::Network, &told::SSHD_STOPPED, stopped),
    Cause::new("socket-stale", Stage::Network, &told::SOCKET_STALE, socket_stale),
    Cause::new("other-port", Stage::Network, &told::OTHER_PORT, other_port),
    Cause::new("listen-address", Stage::Network, &told::LISTEN_ADDRESS, listen_address),
    Cause::new("hosts-deny", Stage::Network, &told::HOSTS_DENY, turned_away::hosts_deny),
    Cause::new("max-startups", Stage::Network, &told::MAX_STARTUPS, turned_away::max_startups),
    Cause::new("penalty", Stage::Network, &told::PENALTY, turned_away::penalty),
    Cause::new("no-agreement", Stage::Network, &told::NO_AGREEMENT, turned_away::no_agreement),
];

fn stopped(patient: &Patient) -> Looked {
    if matches!(patient.sshd, Err(SshdError::Missing)) {
        return Ok(Some(Finding::new("sshd: not installed")));
    }
    let sshd = patient.daemon()?;
    if !sshd.listeners.is_empty() || bind::failed(patient, "")?.is_some() {
        return Ok(None);
    }
    let finding = Finding::new("ss -ltn: no sshd");
    // What it says against starting is a cause of its own.
    let starts = sshd.check().is_ok();
    Ok(Some(if starts {
        finding.with(Fix::Run(format!("systemctl start {}", unit())))
    } else {
        finding
    }))
}

fn listening(sshd: &Sshd) -> Finding {
    let shown = |at: &Listener| {
        let by = if at.activated { "ssh.socket" } else { "sshd" };
        format!("ss -ltn: {by} {}", std::net::SocketAddr::new(at.addr, at.port))
    };
    Finding { evidence: sshd.listeners.iter().map(shown).collect(), ..Finding::default() }
}

/// systemd holds the port and reads no `sshd_config`.
fn socket_stale(patient: &Patient) -> Looked {
    const GENERATOR: &str = "/usr/lib/systemd/system-generators/sshd-socket-generator";
    const DROP_IN: &str = "/etc/systemd/system/ssh.socket.d";
    let sshd = patient.daemon()?;
    let Some(port) = patient.missed_port() else { return Ok(None) };
    if !patient.is_configured(port) || !sshd.listeners.iter().any(|at| at.activated) {
        return Ok(None);
    }
    let mut finding = listening(sshd);
    finding.evidence.push(format!("sshd -T: port {port}"));
    let again =
        "systemctl daemon-reload && systemctl stop ssh.service && systemctl restart ssh.socket";
    Ok(Some(finding.with(Fix::Run(if Path::new(GENERATOR).exists() {
        again.to_owned()
    } else {
        format!(
            "mkdir -p {DROP_IN} && printf '[Socket]\\nListenStream=\\nListenStream={port}\\n' \
             >{DROP_IN}/port.conf && {again}"
        )
    }))))
}

fn other_port(patient: &Patient) -> Looked {
    let sshd = patient.daemon()?;
    let Some(port) = patient.missed_port() else { return Ok(None) };
    if patient.is_configured(port) {
        return Ok(None);
    }
    let mut finding = listening(sshd);
    if let Some(at) = sshd.listeners.iter().find(|at| reaches(at, patient)) {
        let account = quote(&patient.asked.account);
        finding.fix = Fix::Client(format!("ssh -p {} {account}@…", at.port));
    }
    Ok(Some(finding))
}

/// Whether a login from there can come to a listener at all.
fn reaches(at: &Listener, patient: &Patient) -> bool {
    let from = patient.from();
    // sshd's own sockets for `::` take no IPv4; systemd's do.
    let family = at.addr.is_ipv6() == from.is_ipv6()
        || patient.asked.from_anywhere
        || at.activated && at.addr == IpAddr::from([0u16; 8]);
    family && (!at.addr.is_loopback() || from.is_loopback())
}

fn listen_address(patient: &Patient) -> Looked {
    let sshd = patient.daemon()?;
    let here = || sshd.at(patient.asked.port);
    // Without an address of that family the login comes through something in between.
    let own = addresses::own().iter().any(|own| own.is_ipv6() == patient.from().is_ipv6());
    if here().next().is_none() || here().any(|at| reaches(at, patient)) || !own {
        return Ok(None);
    }
    if bind::failed(patient, "")?.is_some() {
        return Ok(None);
    }
    let mut finding = listening(sshd);
    let config = patient.config()?;
    for key in ["addressfamily", "listenaddress"] {
        finding
            .evidence
            .extend(config.all(key).iter().map(|value| format!("sshd -T: {key} {value}")));
    }
    Ok(Some(finding))
}
