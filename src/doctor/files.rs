//! The key file and what is above it, as sshd judges them (OpenSSH misc.c, `safe_path`).

use std::path::Path;

use super::patient::KeyFile;
use super::{Cause, Finding, Fix, Looked, Patient, Stage, Unseen};
use crate::host::accounts::Passwd;
use crate::host::files::{Kind, Stop};
use crate::host::run::quote;
use crate::text::cause::files as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    Cause::new("no-key-file-set", Stage::Files, &told::NO_KEY_FILE_SET, none_set),
    Cause::new("key-file-missing", Stage::Files, &told::KEY_FILE_MISSING, missing),
    Cause::new("key-file-modes", Stage::Files, &told::KEY_FILE_MODES, file_modes),
    Cause::new("folder-modes", Stage::Files, &told::FOLDER_MODES, folder_modes),
];

/// The file that would hold the keys: the first that is there, else the first that is named.
pub(super) fn main(patient: &Patient) -> Result<&KeyFile, Unseen> {
    let there = |file: &&KeyFile| matches!(&file.trail, Ok((_, None)));
    let files = &patient.key_files;
    files.iter().find(there).or(files.first()).ok_or(Unseen::NoKeyFile)
}

pub(super) fn trail(file: &KeyFile) -> Result<(&[Stop], Option<&Path>), Unseen> {
    match &file.trail {
        Ok((stops, missing)) => Ok((stops, missing.as_deref())),
        Err(why) => Err(Unseen::Broken { why: why.clone() }),
    }
}

fn none_set(patient: &Patient) -> Looked {
    let config = patient.config()?;
    let mut names = config.words("authorizedkeysfile");
    if names.any(|name| !name.eq_ignore_ascii_case("none")) {
        return Ok(None);
    }
    Ok(Some(patient.setting("authorizedkeysfile")?))
}

fn missing(patient: &Patient) -> Looked {
    patient.account()?;
    patient.config()?;
    let (_, Some(missing)) = trail(main(patient)?)? else { return Ok(None) };
    Ok(Some(Finding::new(format!("{}: not there", missing.display()))))
}

/// What sshd does not like about a name: another owner than root or the account, or write access for
/// group or others.
fn unsafe_name(stop: &Stop, passwd: &Passwd) -> Option<String> {
    let strange = stop.meta.uid != 0 && stop.meta.uid != passwd.uid;
    let writable = stop.meta.mode & 0o022 != 0;
    (strange || writable).then(|| {
        let Stop { path, meta, .. } = stop;
        format!("{}: mode {:04o}, uid {}, gid {}", path.display(), meta.mode, meta.uid, meta.gid)
    })
}

fn strict(patient: &Patient) -> Result<bool, Unseen> {
    Ok(patient.config()?.is_yes("strictmodes"))
}

fn file_modes(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let (stops, None) = trail(main(patient)?)? else { return Err(Unseen::NoKeyFile) };
    let Some(file) = stops.last().filter(|stop| stop.meta.kind == Kind::File) else {
        return Ok(None);
    };
    let Some(shown) = unsafe_name(file, passwd).filter(|_| strict(patient).unwrap_or(true)) else {
        return Ok(None);
    };
    Ok(Some(Finding::new(shown).with(mend(file, passwd, "600"))))
}

/// sshd looks at the folders from the file's own up to the home, or up to `/` where the file is not
/// below the home.
fn folder_modes(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let (stops, missing) = trail(main(patient)?)?;
    if missing.is_some() {
        return Err(Unseen::NoKeyFile);
    }
    if !strict(patient)? {
        return Ok(None);
    }
    let home = std::fs::canonicalize(&passwd.home).unwrap_or_else(|_| passwd.home.clone());
    let Some(file) = stops.last() else { return Ok(None) };
    let above = file.path.ancestors().skip(1);
    let below_home = file.path.starts_with(&home);
    let mut found = Vec::new();
    for folder in above {
        let stop = stops.iter().find(|stop| stop.path == folder && stop.link.is_none());
        found.extend(stop.filter(|stop| unsafe_name(stop, passwd).is_some()));
        if below_home && folder == home {
            break;
        }
    }
    let Some(first) = found.first() else { return Ok(None) };
    let shown = found.iter().filter_map(|stop| unsafe_name(stop, passwd));
    Ok(Some(Finding {
        evidence: shown.collect(),
        fix: mend(first, passwd, "go-w"),
        ..Finding::default()
    }))
}

fn mend(stop: &Stop, passwd: &Passwd, mode: &str) -> Fix {
    let path = quote(&stop.path.display().to_string());
    let chmod = format!("chmod {mode} {path}");
    if stop.meta.uid == 0 || stop.meta.uid == passwd.uid {
        return Fix::Run(chmod);
    }
    Fix::Run(format!("chown {}: {path} && {chmod}", quote(&passwd.name)))
}
