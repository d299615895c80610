//! Ports that the configuration names and that sshd could not take.

use super::super::{Finding, Fix, Looked, Patient, Unseen};
use crate::host::authlog::Entry;
use crate::host::run::Tool;
use crate::host::selinux;
use crate::host::sshd::unit;

/// sshd's own word that it could not take a port, unless it did so later.
fn failure(log: &[Entry], port: u16) -> Option<&Entry> {
    let start = format!("Bind to port {port} on ");
    // Nobody but root can have sshd say it.
    let log: Vec<&Entry> = log.iter().filter(|entry| entry.program == "sshd").collect();
    let address = |entry: &&Entry| {
        let (_, rest) = entry.text.split_once(&start)?;
        Some(rest.split_once(" failed: ")?.0.to_owned())
    };
    let (newest, address) =
        log.iter().enumerate().find_map(|(index, entry)| Some((index, address(entry)?)))?;
    let listens = format!("Server listening on {address} port {port}.");
    (!log[..newest].iter().any(|entry| entry.text == listens)).then_some(log[newest])
}

/// What sshd last said of the port, where it can't be reached there: that it could not take it.
pub(super) fn failed<'p>(patient: &'p Patient, why: &str) -> Result<Option<&'p Entry>, Unseen> {
    let port = patient.asked.port;
    let reached = patient.daemon()?.at(port).any(|at| super::reaches(at, patient));
    if reached || !patient.is_configured(port) {
        return Ok(None);
    }
    Ok(failure(patient.log(), port).filter(|entry| entry.text.contains(why)))
}

/// Another program has it.
pub(super) fn taken(patient: &Patient) -> Looked {
    let Some(entry) = failed(patient, "failed: Address already in use")? else { return Ok(None) };
    let mut finding = Finding::new(entry.line());
    let port = patient.asked.port.to_string();
    let shown = Tool::new("ss").args(["-Hltnp", "sport", "=", &port]).run();
    let shown = shown.map(|out| out.stdout).unwrap_or_default();
    finding.evidence.extend(shown.lines().map(|line| format!("ss -ltnp: {}", line.trim())));
    Ok(Some(finding))
}

/// The kernel does not let sshd have it; mostly SELinux, which knows the ports of each service.
pub(super) fn refused(patient: &Patient) -> Looked {
    let Some(entry) = failed(patient, "failed: Permission denied")? else { return Ok(None) };
    let finding = Finding::new(entry.line());
    if !selinux() {
        return Ok(Some(finding));
    }
    let (port, unit) = (patient.asked.port, unit());
    let line = format!("semanage port -a -t ssh_port_t -p tcp {port} && systemctl restart {unit}");
    Ok(Some(finding.with(Fix::Run(line))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_word_about_a_port_counts() {
        let entry = |text: &str| Entry {
            at: 0,
            program: "sshd".to_owned(),
            pid: 1,
            text: text.to_owned(),
            vouched: true,
        };
        let denied = entry("error: Bind to port 2222 on 0.0.0.0 failed: Permission denied.");
        let listens = entry("Server listening on 0.0.0.0 port 2222.");
        let v6 = entry("Server listening on :: port 2222.");
        let other = entry("Server listening on 0.0.0.0 port 22.");
        let found = |log: &[Entry]| failure(log, 2222).is_some();
        assert!(found(&[v6, other.clone(), denied.clone(), listens.clone()]));
        assert!(!found(&[listens, denied.clone()]));
        assert!(!found(&[other]) && failure(&[denied], 22).is_none());
    }
}
