//! What an account leaves outside its home: at places known by its name, and files by its uid.

use std::path::Path;

use super::{PlanError, Step, Undo, Wanted};
use crate::host::change::{Change, Owner};
use crate::host::files::{self, Kind, Trust};
use crate::host::sweep;

/// Jobs that would start something again: gone before the sessions end. Places of Vixie cron,
/// cronie and at.
pub(super) fn jobs(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let (account, uid) = (&wanted.facts.account, wanted.facts.uid);
    for path in
        [format!("/var/spool/cron/crontabs/{account}"), format!("/var/spool/cron/{account}")]
    {
        remove_if_there(Path::new(&path), Whose::Uid(uid), undo)?;
    }
    // These folders are the at daemon's own, so that they are swept like those for temporary files.
    let spools = AT_SPOOLS.map(Path::new);
    let jobs = sweep::search_in(&spools, uid);
    if jobs.count > 0 {
        let folders = spools.map(Path::to_owned).to_vec();
        undo.changes.push(Change::Sweep { uid, folders, found: jobs.paths });
    }
    Ok(())
}

/// Where at keeps its jobs: Debian, Red Hat.
const AT_SPOOLS: [&str; 2] = ["/var/spool/cron/atjobs", "/var/spool/at"];

/// Whose a file must be to be taken away.
#[derive(Clone, Copy)]
enum Whose {
    /// The account's: one of that name may have stood there before it.
    Uid(u32),
    /// Anybody's: root keeps it under the account's name.
    Anybody,
}

/// Records that other programs keep of an account, and its temporary files.
pub(super) fn undo(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let (account, uid) = (&wanted.facts.account, wanted.facts.uid);
    if !wanted.begun.contains(&Step::Account) {
        return Ok(());
    }
    remove_if_there(Path::new(&format!("/var/mail/{account}")), Whose::Uid(uid), undo)?;
    let mut paths = vec![
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
        remove_if_there(Path::new(&path), Whose::Anybody, undo)?;
    }
    let folders = sweep::TEMPORARY.map(Path::new);
    let temporary = sweep::search_in(&folders, uid);
    if temporary.count > 0 {
        let folders = folders.map(Path::to_owned).to_vec();
        undo.changes.push(Change::Sweep { uid, folders, found: temporary.paths });
    }
    Ok(())
}

/// Files of the uid that are not in its home. They are named, not touched. `swept` are folders that
/// will have been swept; after that, what is left in them counts as well.
pub fn elsewhere(wanted: &Wanted, swept: &[&str]) -> sweep::Found {
    let mut except: Vec<&Path> = swept.iter().map(Path::new).collect();
    // logind's own, which it removes some seconds after the last session; a disk of its own.
    let runtime = Path::new("/run/user").join(wanted.facts.uid.to_string());
    except.extend([wanted.facts.home.as_path(), &runtime]);
    if !wanted.facts.key_file.starts_with(&wanted.facts.home) {
        except.push(&wanted.facts.key_file);
    }
    sweep::search(wanted.facts.uid, &except)
}

/// Folders that ending a grant sweeps.
pub fn swept() -> Vec<&'static str> {
    [&sweep::TEMPORARY[..], &AT_SPOOLS[..]].concat()
}

fn remove_if_there(path: &Path, whose: Whose, undo: &mut Undo) -> Result<(), PlanError> {
    let fits = |owner: u32| match whose {
        Whose::Uid(uid) => owner == uid,
        Whose::Anybody => true,
    };
    match files::look(path, Trust::Root) {
        Ok(Some(meta)) if meta.kind != Kind::Dir && fits(meta.uid) => {
            let (path, before) = (path.to_owned(), Vec::new());
            undo.changes.push(Change::Remove { path, owner: Owner::Root, before });
            Ok(())
        }
        // A folder that others may write to is not where a system keeps such records.
        Ok(_) | Err(files::FileError::Unsafe { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
