//! What mends a key file and the way to it. In a home everything is done in the account's own name, or
//! by directory handle: a link that the account puts there must not lead root anywhere.

use std::path::Path;

use super::blame::Blame;
use super::keyfile::is_public;
use super::{Fix, Patient};
use crate::host::accounts::Passwd;
use crate::host::as_account::Opened;
use crate::host::change::{Change, Owner};
use crate::host::files::Stop;
use crate::host::run::quote;

fn word(path: &Path) -> String {
    quote(&path.display().to_string())
}

/// Whether a place is below the account's home, as the home is called or as it is in truth.
pub(super) fn in_home(passwd: &Passwd, path: &Path) -> bool {
    let real = || std::fs::canonicalize(&passwd.home).is_ok_and(|home| path.starts_with(home));
    path.starts_with(&passwd.home) || real()
}

/// The account's own link that has led out of its home, if one has. What lies there is not for us to
/// open to the account: `/etc/shadow`, say.
fn stray<'a>(patient: &Patient, blame: &Blame<'a>) -> Option<&'a Stop> {
    let passwd = patient.account().ok()?;
    let (stops, _) = blame.file.trail.as_ref().ok()?;
    let own = |stop: &Stop| {
        stop.link.is_some() && stop.path != passwd.home && in_home(passwd, &stop.path)
    };
    let at = stops.iter().position(own)?;
    // Out and back again is out as well: the folders between are not the account's to have opened.
    let out = |stop: &Stop| !in_home(passwd, &stop.path) && !leads_home(passwd, &stop.path);
    stops[at..].iter().any(out).then(|| &stops[at])
}

/// Whether a folder stands on the way to the account's home.
fn leads_home(passwd: &Passwd, folder: &Path) -> bool {
    let real = || std::fs::canonicalize(&passwd.home).is_ok_and(|home| home.starts_with(folder));
    passwd.home.starts_with(folder) || real()
}

/// In a session of its own: on root's terminal the account could type for root (`TIOCSTI`).
fn as_account(passwd: &Passwd) -> String {
    format!("setsid -w runuser -u {} -- ", quote(&passwd.name))
}

/// What stands before a command that the account itself shall run; nothing for a place that is root's.
fn run_as(patient: &Patient, path: &Path) -> String {
    match patient.account() {
        Ok(passwd) if in_home(passwd, path) && passwd.uid != 0 => as_account(passwd),
        _ => String::new(),
    }
}

/// Puts the key into the file, with the folders that are missing.
pub(super) fn add(patient: &Patient, blame: &Blame) -> Fix {
    match adding(patient, blame) {
        Some(line) => Fix::Run(line),
        None => Fix::Told,
    }
}

fn adding(patient: &Patient, blame: &Blame) -> Option<String> {
    let (passwd, key) = (patient.account().ok()?, blame.key?);
    let path = &blame.file.path;
    let run_as = if in_home(passwd, path) {
        run_as(patient, path)
    } else {
        let folder = path.ancestors().skip(1).find_map(|it| it.symlink_metadata().ok())?;
        match std::os::unix::fs::MetadataExt::uid(&folder) {
            0 => String::new(),
            uid if uid == passwd.uid => as_account(passwd),
            // Whoever has that folder could lead root anywhere.
            _ => return None,
        }
    };
    let mut line = String::new();
    if !passwd.home.is_dir() && path.starts_with(&passwd.home) {
        let home = word(&passwd.home);
        line = format!("install -d -m 700 -o {} -g {} {home} && ", passwd.uid, passwd.gid);
    }
    if let Some(folder) = path.parent()
        && folder != passwd.home
        && !folder.is_dir()
    {
        let mode = if run_as.is_empty() { "755" } else { "700" };
        line = format!("{line}{run_as}mkdir -p -m {mode} {} && ", word(folder));
    }
    let (key, path) = (quote(&key.to_string()), word(path));
    // An end of its own to what stands there: two keys on one line are none.
    Some(format!("{line}printf '\\n%s\\n' {key} | {run_as}tee -a {path} >/dev/null"))
}

/// Gives what stands in the way another name, and puts the key where it was.
pub(super) fn move_away(patient: &Patient, blame: &Blame, stop: &Stop) -> Fix {
    let stop = stray(patient, blame).unwrap_or(stop);
    let run_as = run_as(patient, &stop.path);
    let aside = stop.path.with_added_extension("old");
    let moved = format!("{run_as}mv -nT {} {}", word(&stop.path), word(&aside));
    match blame.key.and(adding_after(patient, blame, stop)) {
        Some(line) => Fix::Run(format!("{moved} && {line}")),
        None => Fix::Run(moved),
    }
}

/// As [`adding`], when `stop` will be gone: if it stood in the place of the folder, that is to be made.
fn adding_after(patient: &Patient, blame: &Blame, stop: &Stop) -> Option<String> {
    adding(patient, blame).map(|line| {
        if blame.file.path.parent() != Some(stop.path.as_path()) || line.contains("mkdir") {
            return line;
        }
        let run_as = run_as(patient, &stop.path);
        format!("{run_as}mkdir -m 700 {} && {line}", word(&stop.path))
    })
}

/// Lets the account through a folder.
pub(super) fn enter(patient: &Patient, blame: &Blame, stop: &Stop) -> Fix {
    if let Some(link) = stray(patient, blame) {
        return move_away(patient, blame, link);
    }
    let Ok(passwd) = patient.account() else { return Fix::Told };
    let path = word(&stop.path);
    if stop.meta.uid == passwd.uid {
        let command = format!("{}chmod u+rwx {path}", run_as(patient, &stop.path));
        return Fix::Safe {
            command,
            changes: vec![set_mode(passwd, stop, stop.meta.mode | 0o700)],
        };
    }
    if in_home(passwd, &stop.path) {
        return Fix::Run(format!("chown -h {}: {path}", quote(&passwd.name)));
    }
    // A folder above the home is everybody's: to pass through is enough.
    if leads_home(passwd, &stop.path) || blame.file.path.starts_with(&stop.path) {
        return Fix::Run(format!("chmod a+x {path}"));
    }
    Fix::Told
}

fn set_mode(passwd: &Passwd, stop: &Stop, mode: u32) -> Change {
    let owner = Owner::Account(passwd.name.clone());
    Change::SetMode { path: stop.path.clone(), mode, owner }
}

/// Makes the file the account's own, which nobody else may write to.
pub(super) fn file(patient: &Patient, blame: &Blame, stop: &Stop) -> Fix {
    if let Some(link) = stray(patient, blame) {
        return move_away(patient, blame, link);
    }
    let Ok(passwd) = patient.account() else { return Fix::Told };
    let (path, meta) = (word(&stop.path), &stop.meta);
    let ours = meta.uid == passwd.uid;
    if !in_home(passwd, &stop.path) {
        let (fine, name) = (ours || meta.uid == 0, quote(&passwd.name));
        // sshd reads it in the account's name.
        let mode = if ours || !fine { "600" } else { "go-w,a+r" };
        let chown = if fine { String::new() } else { format!("chown -h {name}: {path} && ") };
        return Fix::Run(format!("{chown}chmod {mode} {path}"));
    }
    let chmod = format!("{}chmod 600 {path}", run_as(patient, &stop.path));
    let chown = format!("chown -h {}: {path} && ", quote(&passwd.name));
    let command = if ours { chmod } else { chown + &chmod };
    // Somebody else's file with anything but keys in it is not given to the account; and a second
    // name of a file, or a link to it, may be the account's own doing.
    let readable = matches!(&blame.file.opened, Ok(Opened::Text(Some(_))));
    let text = blame.file.text().filter(|text| is_public(text) || (ours && readable));
    let plain = stop.path == blame.file.path && meta.links == 1;
    match text.filter(|_| plain) {
        Some(text) => {
            // What root reads may have been put in this place since: only what the account itself can
            // read, or anybody may, is written to a file of its own.
            let bytes = blame.file.bytes().filter(|it| String::from_utf8_lossy(it) == text);
            let bytes = bytes.unwrap_or(text.as_bytes()).to_vec();
            let owner = Owner::Account(passwd.name.clone());
            let (before, path) = (Some(bytes.clone()), stop.path.clone());
            let write = Change::Write {
                path,
                before,
                after: bytes.into(),
                mode: 0o600,
                owner,
                check: None,
            };
            Fix::Safe { command, changes: vec![write] }
        }
        None if ours => Fix::Run(command),
        // What it is, and whose, is for root to look at.
        None => Fix::Told,
    }
}

/// Takes others' right to write to folders away; the nearest folder is named first.
pub(super) fn folders(patient: &Patient, blame: &Blame, stops: &[&Stop]) -> Fix {
    if let Some(link) = stray(patient, blame) {
        return move_away(patient, blame, link);
    }
    let Ok(passwd) = patient.account() else { return Fix::Told };
    let (mut lines, mut changes) = (Vec::new(), Vec::new());
    let mut safe = true;
    for stop in stops.iter().rev() {
        let path = word(&stop.path);
        let ours = stop.meta.uid == passwd.uid;
        let known = ours || stop.meta.uid == 0;
        if !known {
            lines.push(format!("chown -h {}: {path}", quote(&passwd.name)));
        }
        if stop.meta.mode & 0o022 != 0 {
            let run_as = if known && !ours { String::new() } else { run_as(patient, &stop.path) };
            lines.push(format!("{run_as}chmod go-w {path}"));
        }
        safe &= ours;
        changes.push(set_mode(passwd, stop, stop.meta.mode & !0o022));
    }
    let command = lines.join(" && ");
    if safe { Fix::Safe { command, changes } } else { Fix::Run(command) }
}
