//! The way to a key file, as sshd goes it: in the account's name, and with a look at owners and modes
//! (OpenSSH auth2-pubkey.c and misc.c, `safe_path`).

use std::path::Path;

use super::patient::KeyFile;
use super::{Patient, Unseen};
use crate::host::accounts::{self, Passwd};
use crate::host::as_account::Opened;
use crate::host::door::Reason;
use crate::host::files::{Kind, Stop};

/// What keeps sshd from a file, or from trusting it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Hurdle<'a> {
    /// The home is not there.
    NoHome,
    /// A folder is not there.
    NoFolder(&'a Path),
    /// The file is not there.
    NoFile(&'a Path),
    /// A file stands where a folder should.
    NotFolder(&'a Stop),
    /// A folder does not let the account through.
    Closed(&'a Stop),
    /// The account may not read the file.
    Unreadable(&'a Stop),
    /// It is no regular file.
    NotRegular(&'a Stop),
    /// Others could write to the file, or it is somebody else's.
    FileModes(&'a Stop),
    /// The same of folders: of the nearest first.
    FolderModes(Vec<&'a Stop>),
}

/// All that is in the way.
pub(super) fn hurdles<'a>(
    patient: &'a Patient,
    file: &'a KeyFile,
) -> Result<Vec<Hurdle<'a>>, Unseen> {
    let passwd = patient.account()?;
    let (stops, missing) = match &file.trail {
        Ok((stops, missing)) => (stops, missing.as_deref()),
        Err(why) => return Err(Unseen::Broken { why: why.clone() }),
    };
    let Some(last) = stops.last() else { return Ok(Vec::new()) };
    if let Some(missing) = missing {
        return Ok(vec![absent(passwd, file, last, missing)]);
    }
    let mut found = Vec::new();
    match (&file.opened, last.meta.kind) {
        (_, Kind::Dir | Kind::Other) => return Ok(vec![Hurdle::NotRegular(last)]),
        (Ok(opened), _) if opened.is_denied() => {
            let closed = folders(stops).find(|stop| !may_enter(patient, passwd, stop));
            found.push(closed.map_or(Hurdle::Unreadable(last), Hurdle::Closed));
        }
        _ => {}
    }
    if patient.config()?.is_yes("strictmodes") {
        if is_unsafe(patient, last, passwd) {
            found.push(Hurdle::FileModes(last));
        }
        let folders: Vec<&Stop> = judged(passwd, stops, last)
            .into_iter()
            .filter(|stop| is_unsafe(patient, stop, passwd))
            .collect();
        if !folders.is_empty() {
            found.push(Hurdle::FolderModes(folders));
        }
    }
    Ok(found)
}

fn absent<'a>(passwd: &Passwd, file: &KeyFile, last: &'a Stop, missing: &'a Path) -> Hurdle<'a> {
    if last.meta.kind != Kind::Dir {
        Hurdle::NotFolder(last)
    } else if passwd.home.starts_with(missing) && file.path.starts_with(&passwd.home) {
        Hurdle::NoHome
    } else if file.path.starts_with(missing) && file.path != *missing {
        Hurdle::NoFolder(missing)
    } else {
        Hurdle::NoFile(missing)
    }
}

fn folders(stops: &[Stop]) -> impl Iterator<Item = &Stop> {
    stops.iter().filter(|stop| stop.meta.kind == Kind::Dir)
}

/// By the mode alone: asked only where the system has denied it, to tell which folder it was.
fn may_enter(patient: &Patient, passwd: &Passwd, stop: &Stop) -> bool {
    let meta = &stop.meta;
    let bit = if meta.uid == passwd.uid {
        0o100
    } else if patient.gids().contains(&meta.gid) {
        0o010
    } else {
        0o001
    };
    meta.mode & bit != 0
}

/// The folders at which sshd looks, the nearest first: up to the home, or up to `/` where the file is
/// not below it.
fn judged<'a>(passwd: &Passwd, stops: &'a [Stop], file: &Stop) -> Vec<&'a Stop> {
    let home = std::fs::canonicalize(&passwd.home).unwrap_or_else(|_| passwd.home.clone());
    let below = file.path.starts_with(&home);
    let above = file.path.ancestors().skip(1);
    let judged = above.take_while(|folder| !below || folder.starts_with(&home));
    let stop = |folder: &Path| folders(stops).find(|stop| stop.path == folder);
    judged.filter_map(stop).collect()
}

/// What sshd does not like about a name: another owner than root or the account, or write access for
/// others, or for a group with others in it.
fn is_unsafe(patient: &Patient, stop: &Stop, passwd: &Passwd) -> bool {
    let meta = &stop.meta;
    if (meta.uid != 0 && meta.uid != passwd.uid) || meta.mode & 0o002 != 0 {
        return true;
    }
    if meta.mode & 0o020 == 0 {
        return false;
    }
    // Debian's and Ubuntu's user-group-modes.patch. Not every version tells in `-V` or `-T` whose it is.
    let patched = Path::new("/etc/debian_version").exists();
    let harmless = patched && accounts::is_alone_in(meta.gid, meta.uid);
    // sshd itself knows best which patches it has.
    let named =
        |reason: &Reason| matches!(reason, Reason::Modes { path } if Path::new(path) == stop.path);
    !harmless || patient.refusal().is_some_and(|refusal| named(&refusal.reason))
}

/// A name with what sshd looks at.
pub(super) fn shown(stop: &Stop) -> String {
    let Stop { path, meta, .. } = stop;
    format!("{}: mode {:04o}, uid {}, gid {}", path.display(), meta.mode, meta.uid, meta.gid)
}

/// Whether it was opened, and what came of it.
pub(super) fn opening(file: &KeyFile) -> String {
    let path = file.path.display();
    match &file.opened {
        Ok(Opened::Failed(errno)) => {
            format!("{path}: {}", std::io::Error::from_raw_os_error(*errno))
        }
        _ => path.to_string(),
    }
}
