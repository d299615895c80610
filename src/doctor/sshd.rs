//! sshd itself, and its configuration as a whole.

use super::{Cause, Finding, Fix, Looked, Patient, Severity, Stage, Unseen, account};
use crate::host::accounts;
use crate::host::authlog::Entry;
use crate::host::change::{Change, Owner};
use crate::host::clock;
use crate::host::run::{Tool, quote};
use crate::host::sshd::{Sshd, SshdError, Version, unit};
use crate::text::cause::sshd as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    Cause::new("no-privsep-folder", Stage::Sshd, &told::NO_PRIVSEP_FOLDER, no_privsep_folder)
        .unasked(),
    Cause::new("no-host-keys", Stage::Sshd, &told::NO_HOST_KEYS, no_host_keys),
    Cause::new("config-broken", Stage::Sshd, &told::CONFIG_BROKEN, config_broken).warns(),
    Cause::new("config-not-read", Stage::Sshd, &told::CONFIG_NOT_READ, config_not_read)
        .warns()
        .unasked(),
    Cause::new("refuse-connection", Stage::Sshd, &told::REFUSE_CONNECTION, refuse_connection),
    // sshd looks for its own user, too, before it looks for anybody else.
    Cause::new("name-service", Stage::Sshd, &told::NAME_SERVICE, account::name_service),
];

fn complaint(patient: &Patient) -> Result<&str, Unseen> {
    let said = patient.daemon()?.complaint();
    said.map(Option::unwrap_or_default).map_err(|error| Unseen::Broken { why: error.to_string() })
}

/// A daemon that runs needs its empty folder for each login; one that is started gets it made.
fn no_privsep_folder(patient: &Patient) -> Looked {
    const MISSING: &str = "Missing privilege separation directory: ";
    let said = complaint(patient)?;
    let line = said.lines().find_map(|line| Some((line, line.strip_prefix(MISSING)?.trim())));
    let Some((line, path)) = line.filter(|_| patient.daemon().is_ok_and(Sshd::runs)) else {
        return Ok(None);
    };
    let change = Change::MakeDir { path: path.into(), mode: 0o755, owner: Owner::Root };
    let command = format!("mkdir -m 755 {}", quote(path));
    let finding = Finding::new(format!("sshd -t: {}", line.trim()));
    Ok(Some(finding.with(Fix::Safe { command, changes: vec![change] })))
}

fn no_host_keys(patient: &Patient) -> Looked {
    let said = complaint(patient)?;
    if !said.contains("no hostkeys available") {
        return Ok(None);
    }
    let sshd = patient.daemon()?;
    let lines =
        said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('@'));
    let mut finding = Finding {
        evidence: lines.take(8).map(|line| format!("sshd -t: {line}")).collect(),
        ..Finding::default()
    };
    // `Permissions 0644 for '/etc/ssh/ssh_host_rsa_key' are too open.`, said of root's files only.
    let open = said.lines().filter_map(|line| {
        line.strip_prefix("Permissions ")?
            .split_once(" for '")?
            .1
            .split_once("' are too open")
            .map(|(path, _)| path)
    });
    let open: Vec<&str> = open.collect();
    finding.fix = if open.is_empty() {
        Fix::Run("ssh-keygen -A".to_owned())
    } else {
        Fix::safe(Tool::new("chmod").arg("600").args(open))
    };
    // From 9.8 on the listener hands its keys to those who serve a connection.
    let goes_on = sshd.runs() && sshd.version >= Version::new(9, 8);
    Ok(Some(if goes_on { finding.is(Severity::Warns) } else { finding }))
}

fn config_broken(patient: &Patient) -> Looked {
    let sshd = patient.daemon()?;
    let evidence = match sshd.check() {
        Ok(()) => return Ok(None),
        Err(error @ SshdError::Config { .. }) => vec![error.to_string()],
        Err(SshdError::Run(crate::host::run::RunError::Failed { stderr, .. })) => {
            // It can't look up its own account: a matter of the name services.
            let lost = stderr.contains("Privilege separation user")
                && accounts::local_account("sshd").is_ok_and(|account| account.is_some());
            if lost || stderr.contains("no hostkeys available") {
                return Ok(None);
            }
            stderr.lines().take(5).map(|line| format!("sshd -t: {}", line.trim())).collect()
        }
        Err(error) => return Err(Unseen::Broken { why: error.to_string() }),
    };
    let severity = if sshd.runs() { Severity::Warns } else { Severity::Refuses };
    Ok(Some(Finding { evidence, severity: Some(severity), ..Finding::default() }))
}

/// What was looked at above is the configuration on disk; the daemon may have read another.
fn config_not_read(patient: &Patient) -> Looked {
    let sshd = patient.daemon()?;
    let Some(stale) = sshd.config_changed_since_start(patient.config()?) else { return Ok(None) };
    if sshd.check().is_err() {
        return Ok(None);
    }
    let time = |time| clock::utc(clock::seconds(time));
    let mut finding = Finding::new(format!("{}: {}", stale.file.display(), time(stale.changed)));
    finding.evidence.push(format!("sshd: {}", time(stale.loaded)));
    finding.fix = Fix::Run(format!("systemctl reload {}", unit()));
    let elsewhere = patient.missed_port().is_some_and(|port| patient.is_configured(port))
        && !sshd.listeners.iter().any(|at| at.activated);
    // It refused what the configuration on disk would let in.
    let refused = if patient.keys_are_taken() && !elsewhere { refused_last(patient) } else { None };
    finding.evidence.extend(refused.clone());
    Ok(Some(if elsewhere || refused.is_some() { finding.is(Severity::Refuses) } else { finding }))
}

/// The line by which the running daemon refused the account's newest login from there.
fn refused_last(patient: &Patient) -> Option<String> {
    let name = &patient.asked.account;
    let starts =
        [format!("User {name} from "), format!("Connection closed by authenticating user {name} ")];
    let last = patient.last_heard().ok()?;
    let refused = |entry: &&&Entry| starts.iter().any(|start| entry.text.starts_with(start));
    last.iter().find(refused).map(|entry| entry.line())
}

/// `RefuseConnection`, from 9.9 on, mostly in a `Match` block.
fn refuse_connection(patient: &Patient) -> Looked {
    if !patient.config()?.is_yes("refuseconnection") {
        return Ok(None);
    }
    Ok(Some(patient.setting("refuseconnection")?))
}
