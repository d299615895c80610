//! The account's shell, and the files that it reads before anything else.

use super::{Finding, Looked, Patient, shell_fix};
use crate::host::door::Reason;

/// As many lines are quoted.
const MOST: usize = 5;

pub(super) fn no_login(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let name = passwd.shell.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !matches!(name, "nologin" | "false" | "true" | "sync" | "shutdown" | "halt") {
        return Ok(None);
    }
    let finding = Finding::new(format!("/etc/passwd: {}: {}", passwd.name, passwd.shell.display()));
    Ok(Some(finding.with(shell_fix(&passwd.name))))
}

/// What the system says of a program that is there and can't be run.
const BROKEN: [&str; 3] = ["No such file or directory", "Permission denied", "Exec format error"];

/// sshd's child names the shell by its path, the loader by its name; the shell itself would say more.
pub(super) fn broken(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let Some(refusal) = patient.session()? else { return Ok(None) };
    if !matches!(refusal.reason, Reason::SessionEnded { .. })
        || patient.config()?.chroot().is_some()
    {
        return Ok(None);
    }
    let path = passwd.shell.display().to_string();
    let name = passwd.shell.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let tells = |line: &&String| {
        let Some((who, what)) = line.split_once(": ") else { return false };
        let loader = who == name && what.starts_with("error while loading shared libraries");
        loader || (who == path && BROKEN.iter().any(|start| what.starts_with(start)))
    };
    let Some(line) = refusal.evidence.iter().find(tells) else { return Ok(None) };
    Ok(Some(Finding::new(line).with(shell_fix(&passwd.name))))
}

/// The session was opened and ended at once, and a startup file has lines that may have done it.
pub(super) fn startup(patient: &Patient) -> Looked {
    patient.account()?;
    let Some(refusal) = patient.session()? else { return Ok(None) };
    let config = patient.config()?;
    let ended = matches!(refusal.reason, Reason::SessionEnded { .. });
    if !ended || config.chroot().is_some() || config.forced_command().is_some() {
        return Ok(None);
    }
    let lines = &patient.startup().ending;
    if lines.is_empty() {
        return Ok(None);
    }
    let evidence = lines.iter().take(MOST).chain(&refusal.evidence).cloned().collect();
    Ok(Some(Finding { evidence, ..Finding::default() }))
}
