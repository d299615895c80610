//! What an account leaves outside its home: at places known by its name, and files by its uid.

use std::path::Path;

use super::{PlanError, Step, Undo, Wanted};
use crate::host::accounts::UIDS;
use crate::host::change::{Change, Owner};
use crate::host::files::{self, Kind, Trust};
use crate::host::{ipc, sweep};

/// Jobs that would start something again: gone before the sessions end. Places of Vixie cron,
/// cronie and at.
pub(super) fn jobs(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let (account, uid) = (&wanted.facts.account, wanted.facts.uid);
    for folder in ["crontabs/", "", "tabs/"] {
        let path = format!("/var/spool/cron/{folder}{account}");
        remove_if_there(Path::new(&path), Whose::Uid(uid), undo)?;
    }
    clear(wanted, &sweep::SPOOLS, undo);
    Ok(())
}

fn clear(wanted: &Wanted, folders: &[&str], undo: &mut Undo) {
    let owner = wanted.facts.files();
    let folders: Vec<&Path> = folders.iter().map(Path::new).collect();
    let found = sweep::search_in(&folders, owner);
    if !found.is_empty() {
        let folders = folders.into_iter().map(Path::to_owned).collect();
        undo.changes.push(Change::Sweep { owner, folders, found });
    }
}

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
    undo.changes.extend(ipc::removal(uid).map(|tool| Change::Run { tool }));
    clear(wanted, &sweep::TEMPORARY, undo);
    Ok(())
}

/// The search for files of the account everywhere else.
pub fn elsewhere<'a>(wanted: &Wanted, progress: &'a mut dyn FnMut(u64)) -> sweep::Sweep<'a> {
    let facts = &wanted.facts;
    // logind's own folder is a disk of its own, and removed by it.
    let runtime = Path::new("/run/user").join(facts.uid.to_string());
    let mut except = vec![facts.home.clone(), runtime];
    if !facts.key_file.starts_with(&facts.home) {
        except.push(facts.key_file.clone());
    }
    sweep::Sweep { owner: facts.files(), except, groups: UIDS, progress }
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
