//! What sshd is, and what its configuration allows.

use super::{Finding, Fix, Looked, Patient, Unseen};
use crate::host::sshd::SshdError;

pub(super) fn stopped(patient: &Patient) -> Looked {
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

/// The name of sshd's unit: Debian's and Ubuntu's `ssh`, everybody else's `sshd`.
pub(super) fn unit() -> &'static str {
    let debian = ["/lib/systemd/system/ssh.service", "/usr/lib/systemd/system/ssh.service"];
    if debian.iter().any(|path| std::path::Path::new(path).exists()) { "ssh" } else { "sshd" }
}

pub(super) fn config_broken(patient: &Patient) -> Looked {
    let sshd = patient.sshd.as_ref().map_err(|_| Unseen::NoSshd)?;
    if !patient.root {
        return Err(Unseen::NotRoot);
    }
    match sshd.check() {
        Ok(()) => Ok(None),
        Err(error @ SshdError::Config { .. }) => Ok(Some(Finding::new(error.to_string()))),
        Err(error) => Err(Unseen::Broken { why: error.to_string() }),
    }
}

fn setting(patient: &Patient, key: &str) -> Result<String, Unseen> {
    let value = patient.config()?.get(key).unwrap_or_default();
    Ok(format!("sshd -T: {key} {value}"))
}

pub(super) fn public_keys_off(patient: &Patient) -> Looked {
    let off = patient.config()?.get("pubkeyauthentication");
    if !off.is_some_and(|value| value.eq_ignore_ascii_case("no")) {
        return Ok(None);
    }
    Ok(Some(Finding::new(setting(patient, "pubkeyauthentication")?)))
}

/// `AuthenticationMethods` is a list of ways, each a list of methods: one way must be a key alone
/// (`sshd_config(5)`).
pub(super) fn more_methods(patient: &Patient) -> Looked {
    let config = patient.config()?;
    let ways: Vec<&str> = config.words("authenticationmethods").collect();
    let alone = |way: &&str| matches!(*way, "any" | "publickey");
    if ways.is_empty() || ways.iter().any(alone) {
        return Ok(None);
    }
    Ok(Some(Finding::new(setting(patient, "authenticationmethods")?)))
}

pub(super) fn no_key_file_set(patient: &Patient) -> Looked {
    let config = patient.config()?;
    let mut names = config.words("authorizedkeysfile");
    if names.any(|name| !name.eq_ignore_ascii_case("none")) {
        return Ok(None);
    }
    Ok(Some(Finding::new(setting(patient, "authorizedkeysfile")?)))
}
