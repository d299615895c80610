//! What an account leaves outside its home: at places known by its name, and files by its uid.

use std::path::{Path, PathBuf};

use super::{PlanError, Undo, Wanted};
use crate::host::change::{Change, Owner};
use crate::host::files::{self, Kind, Trust};
use crate::host::sweep;

/// Jobs that would start something again: gone before the sessions end. Places of Vixie cron,
/// cronie and at.
pub(super) fn jobs(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let account = &wanted.facts.account;
    for path in
        [format!("/var/spool/cron/crontabs/{account}"), format!("/var/spool/cron/{account}")]
    {
        remove_if_there(Path::new(&path), undo)?;
    }
    for folder in ["/var/spool/cron/atjobs", "/var/spool/at"] {
        for path in owned_in(Path::new(folder), wanted.facts.uid) {
            remove_if_there(&path, undo)?;
        }
    }
    Ok(())
}

/// Records that other programs keep of an account, and its temporary files.
pub(super) fn undo(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let (account, uid) = (&wanted.facts.account, wanted.facts.uid);
    let mut paths = vec![
        format!("/var/mail/{account}"),
        format!("/var/lib/systemd/linger/{account}"),
        format!("/run/faillock/{account}"),
        format!("/var/lib/AccountsService/users/{account}"),
        format!("/var/lib/AccountsService/icons/{account}"),
    ];
    for folder in
        ["/run/sudo/ts", "/var/lib/sudo/lectured", "/var/lib/sudo/ts", "/var/db/sudo/lectured"]
    {
        paths.extend([format!("{folder}/{account}"), format!("{folder}/{uid}")]);
    }
    for path in paths {
        remove_if_there(Path::new(&path), undo)?;
    }
    let temporary = sweep::search_in(&sweep::TEMPORARY.map(Path::new), uid);
    if temporary.count > 0 {
        undo.changes.push(Change::Sweep { uid, found: temporary.paths });
    }
    Ok(())
}

/// Files of the uid that are neither in its home nor temporary. They are named, not touched.
pub fn elsewhere(wanted: &Wanted) -> sweep::Found {
    let mut except: Vec<&Path> = sweep::TEMPORARY.iter().map(Path::new).collect();
    except.extend([wanted.facts.home.as_path(), Path::new("/run/user")]);
    if !wanted.facts.key_file.starts_with(&wanted.facts.home) {
        except.push(&wanted.facts.key_file);
    }
    sweep::search(wanted.facts.uid, &except)
}

fn remove_if_there(path: &Path, undo: &mut Undo) -> Result<(), PlanError> {
    match files::look(path, Trust::Root) {
        Ok(Some(meta)) if meta.kind != Kind::Dir => {
            let (path, before) = (path.to_owned(), Vec::new());
            undo.changes.push(Change::Remove { path, owner: Owner::Root, before });
            Ok(())
        }
        // A folder that others may write to is not where a system keeps such records.
        Ok(_) | Err(files::FileError::Unsafe { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn owned_in(folder: &Path, uid: u32) -> Vec<PathBuf> {
    let Ok(place) = files::Place::open(&folder.join("x"), Trust::Root) else { return Vec::new() };
    let names = place.dir().names().unwrap_or_default();
    let owned = |name: &std::ffi::OsString| matches!(place.dir().look(name), Ok(Some(meta)) if meta.uid == uid);
    names.into_iter().filter(owned).map(|name| folder.join(name)).collect()
}
