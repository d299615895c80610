//! Before sshd hears of the login: the daemon, ports, firewalls, bans.

use super::sshd::unit;
use super::{Cause, Finding, Fix, Looked, Patient, Stage, Unseen};
use crate::host::sshd::SshdError;
use crate::text::cause::network as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] =
    &[Cause::new("sshd-stopped", Stage::Network, &told::SSHD_STOPPED, stopped)];

fn stopped(patient: &Patient) -> Looked {
    let sshd = match &patient.sshd {
        Ok(sshd) => sshd,
        Err(SshdError::Missing) => return Ok(Some(Finding::new("sshd: not installed"))),
        Err(_) => return Err(Unseen::NoSshd),
    };
    let port = patient.asked.port;
    if sshd.at(port).next().is_some() {
        return Ok(None);
    }
    let others: Vec<String> = sshd
        .listeners
        .iter()
        .map(|at| format!("sshd listens on {}:{}", at.addr, at.port))
        .collect();
    let mut finding = Finding::new(format!("nobody listens on port {port}"));
    if others.is_empty() {
        finding = finding.with(Fix::Run(format!("systemctl start {}", unit())));
    }
    finding.evidence.extend(others);
    Ok(Some(finding))
}
