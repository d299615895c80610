//! Sessions that sshd's configuration locks into a folder, or into one command.

use std::path::{Path, PathBuf};

use super::{Fix, Looked, Patient, Unseen};
use crate::host::files::{self, Kind};
use crate::host::run::quote;

/// The folder of `ChrootDirectory`, its tokens filled in.
fn folder(patient: &Patient) -> Result<Option<PathBuf>, Unseen> {
    let passwd = patient.account()?;
    let Some(pattern) = patient.config()?.chroot() else { return Ok(None) };
    let (home, uid) = (passwd.home.display().to_string(), passwd.uid.to_string());
    let tokens = [("%h", home.as_str()), ("%u", &passwd.name), ("%U", &uid), ("%%", "%")];
    let filled = tokens.iter().fold(pattern.to_owned(), |path, (t, value)| path.replace(t, value));
    Ok(Some(PathBuf::from(filled)))
}

/// session.c, `safely_chroot`: every folder on the way must be root's alone. root is not locked in.
pub(super) fn modes(patient: &Patient) -> Looked {
    let Some(folder) = folder(patient)?.filter(|_| !is_root(patient)) else { return Ok(None) };
    let trail = files::trail(&folder).map_err(|error| Unseen::Broken { why: error.to_string() })?;
    if let (_, Some(missing)) = trail {
        let mut finding = patient.setting("chrootdirectory")?;
        finding.evidence.push(format!("{}: not there", missing.display()));
        return Ok(Some(finding));
    }
    let stops = trail.0.iter().filter(|stop| stop.meta.kind != Kind::Link);
    let bad: Vec<_> = stops
        .filter(|stop| {
            stop.meta.kind != Kind::Dir || stop.meta.uid != 0 || stop.meta.mode & 0o022 != 0
        })
        .collect();
    if bad.is_empty() {
        return Ok(None);
    }
    let mut finding = patient.setting("chrootdirectory")?;
    let mut lines = Vec::new();
    for stop in bad {
        let (path, meta) = (stop.path.display().to_string(), stop.meta);
        finding.evidence.push(format!("{path}: mode {:04o}, uid {}", meta.mode, meta.uid));
        lines.push(format!("chown root {} && chmod go-w {}", quote(&path), quote(&path)));
    }
    Ok(Some(finding.with(Fix::Run(lines.join(" && ")))))
}

fn is_root(patient: &Patient) -> bool {
    patient.account().is_ok_and(|passwd| passwd.uid == 0)
}

pub(super) fn shell(patient: &Patient) -> Looked {
    let Some(folder) = folder(patient)?.filter(|_| !is_root(patient)) else { return Ok(None) };
    let forced = patient.config()?.forced_command();
    if !folder.is_dir() || forced.is_some_and(|command| command.starts_with("internal-sftp")) {
        return Ok(None);
    }
    let shell = &patient.account()?.shell;
    let inside = folder.join(shell.strip_prefix("/").unwrap_or(Path::new("bin/sh")));
    // A link in it is resolved from its own root, so it is taken for what it should lead to.
    if inside.symlink_metadata().is_ok() {
        return Ok(None);
    }
    let mut finding = patient.setting("chrootdirectory")?;
    finding.evidence.push(format!("{}: not there", inside.display()));
    Ok(Some(finding))
}

/// One that only watches and hands on what was asked for is no hindrance: then the session of our own
/// has run.
pub(super) fn command(patient: &Patient) -> Looked {
    if patient.config()?.forced_command().is_none() || matches!(patient.session(), Ok(None)) {
        return Ok(None);
    }
    Ok(Some(patient.setting("forcecommand")?))
}
