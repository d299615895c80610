//! An account whose record is lost: what closes its door, by its mark alone.

use super::step::PlanError;
use crate::host::accounts::{self, UIDS};
use crate::host::change::Change;
use crate::host::processes::{self, Visit};
use crate::host::run::Tool;

/// The changes after which nobody gets in by a marked account, and nobody is in. Reads, and never
/// writes.
pub fn close(account: &str) -> Result<Vec<Change>, PlanError> {
    let mut changes = Vec::new();
    let Some(found) = accounts::local_account(account)? else { return Ok(changes) };
    if accounts::expiry_day(account)? != Some(Some(1)) {
        let tool = Tool::new("usermod").args(["--expiredate", "1", account]);
        changes.push(Change::Run { tool });
    }
    // Nobody knows any more when it began.
    let visit = Visit { uid: found.uid, since: 0 };
    let running = processes::of_visit(visit);
    // Another uid may be of other users as well.
    if UIDS.contains(&found.uid) && !running.is_empty() {
        changes.push(Change::EndProcesses { visit, running });
    }
    Ok(changes)
}
