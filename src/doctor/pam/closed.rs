//! Files that close logins for everybody but root (`pam_nologin`; sshd itself where PAM is off).

use std::path::Path;

use super::{Finding, Fix, Looked, Patient, Unseen};
use crate::host::run::quote;
use crate::host::{systemd, systemd_booted};

/// What systemd makes early in a boot, and when it shuts down.
const SYSTEMDS: &str = "/run/nologin";

/// What takes it away once the system is up (`systemd-user-sessions.service(8)`).
const OPENER: &str = "systemd-user-sessions.service";

/// The file that closes logins to this account, if there is one.
fn closing(patient: &Patient) -> Result<Option<String>, Unseen> {
    let passwd = patient.account()?;
    if passwd.uid == 0 {
        return Ok(None);
    }
    let mut files = Vec::new();
    if patient.config()?.is_yes("usepam") {
        for rule in patient.pam("account")?.filter(|rule| rule.is("pam_nologin.so")) {
            match rule.value("file") {
                Some(file) => files.push(file),
                None => files.extend([SYSTEMDS, "/etc/nologin"]),
            }
        }
    } else {
        files.push("/etc/nologin");
    }
    Ok(files.into_iter().find(|file| Path::new(file).exists()).map(str::to_owned))
}

/// Whether the system is on its way up or down.
fn is_passing(file: &str) -> bool {
    file == SYSTEMDS && systemd_booted() && systemd::is_active(OPENER).is_ok_and(|active| !active)
}

pub(super) fn booting(patient: &Patient) -> Looked {
    let Some(file) = closing(patient)?.filter(|file| is_passing(file)) else { return Ok(None) };
    let mut finding = Finding::new(format!("{file}{}", content(&file)));
    finding.evidence.push(format!("{OPENER}: not active"));
    Ok(Some(finding.with(Fix::Run(format!("systemctl start {OPENER}")))))
}

pub(super) fn by_file(patient: &Patient) -> Looked {
    let Some(file) = closing(patient)?.filter(|file| !is_passing(file)) else { return Ok(None) };
    let finding = Finding::new(format!("{file}{}", content(&file)));
    Ok(Some(finding.with(Fix::Run(format!("rm {}", quote(&file))))))
}

/// What the file tells those who are turned away.
fn content(file: &str) -> String {
    let text = crate::host::files::read_text(file).ok().flatten().unwrap_or_default();
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let line: String = line.chars().take(100).collect();
    if line.is_empty() { line } else { format!(": {line}") }
}
