//! The account: made by useradd, born expired, marked as ours.

use std::path::Path;
use std::time::Duration;

use super::{PlanError, Planned, Step, Undo, Wanted};
use crate::grant::journal::Facts;
use crate::host::accounts::{self, Passwd, UIDS};
use crate::host::change::Change;
use crate::host::files::{self, Trust};
use crate::host::processes;
use crate::host::run::Tool;
use crate::host::systemd::{Scheduler, scheduler};
use crate::text::refusal::Refusal;

/// What stands under the grant's account name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Nothing.
    Absent,
    /// Our account: uid and mark are those of the journal.
    Ours(Passwd),
    /// Our uid, but the mark is gone.
    Unmarked(Passwd),
    /// Somebody else's.
    Foreign(Passwd),
}

/// The mark: in the fifth part of the GECOS field, which only root can change (chfn(1)).
#[must_use]
pub fn mark(facts: &Facts) -> String {
    format!("support-access {}", facts.id)
}

/// The whole GECOS field. Commas part it, colons end it.
fn gecos(facts: &Facts) -> String {
    let name: String = facts
        .provider
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || " -_.".contains(*c))
        .collect();
    format!("{} support,,,,{}", name.trim(), mark(facts))
}

/// Looks at the account by its mark, whatever the journal says was begun.
pub fn standing(facts: &Facts) -> Result<Standing, PlanError> {
    Ok(match accounts::account(&facts.account)? {
        None => Standing::Absent,
        Some(found) => {
            let fifth = found.gecos.split(',').nth(4).unwrap_or_default();
            match (found.uid == facts.uid, fifth == mark(facts)) {
                (true, true) => Standing::Ours(found),
                (true, false) => Standing::Unmarked(found),
                (false, _) => Standing::Foreign(found),
            }
        }
    })
}

pub(super) fn plan(wanted: &Wanted) -> Planned {
    let facts = &wanted.facts;
    let name = facts.account.clone();
    match standing(facts)? {
        Standing::Ours(_) if wanted.ours(Step::Account) => Ok(Vec::new()),
        Standing::Unmarked(_) if wanted.ours(Step::Account) => {
            Err(Refusal::MarkMismatch { account: name }.into())
        }
        Standing::Ours(_) | Standing::Unmarked(_) | Standing::Foreign(_) => {
            Err(Refusal::AccountExists { account: name }.into())
        }
        Standing::Absent if wanted.ours(Step::Account) && wanted.ours(Step::Opening) => {
            Err(Refusal::AccountVanished { account: name }.into())
        }
        Standing::Absent => {
            if accounts::group(&name)?.is_some() {
                return Err(Refusal::GroupExists { group: name }.into());
            }
            if files::look(&facts.home, Trust::Root)?.is_some() {
                return Err(Refusal::HomeExists { path: facts.home.display().to_string() }.into());
            }
            Ok(vec![Change::Run {
                tool: useradd(facts, &["--create-home", "--skel", "/var/empty/support-access"]),
            }])
        }
    }
}

/// useradd(8). `*` is a password that nobody has; `!` would lock the account where sshd runs without
/// PAM. Day 1 is long over. The gid is kept in our own range like the uid. No skeleton: a `.ssh` or
/// an `exit` in the server's `/etc/skel` is not for us. No lastlog entry is reset, since the uid is
/// new and the file would grow to its place.
fn useradd(facts: &Facts, home: &[&str]) -> Tool {
    Tool::new("useradd")
        .args(home.iter().copied())
        .args(["--home-dir", &facts.home.display().to_string()])
        .args(["--shell", &facts.shell.display().to_string()])
        .args(["--uid", &facts.uid.to_string(), "--user-group"])
        .args([
            "--key",
            &format!("GID_MIN={}", UIDS.start()),
            "--key",
            &format!("GID_MAX={}", UIDS.end()),
        ])
        .args(["--comment", &gecos(facts)])
        .args(["--password", "*", "--expiredate", "1", "--inactive", "-1"])
        .args(["--key", "PASS_MAX_DAYS=-1", "--key", "PASS_MIN_DAYS=0"])
        .args(["--no-log-init", &facts.account])
}

/// Whether something is left that would bring the account's processes back: a job, or a systemd of its
/// own that logind keeps.
pub fn comes_back(wanted: &Wanted) -> Result<bool, PlanError> {
    let mut jobs = Undo::default();
    super::leftovers::jobs(wanted, &mut jobs)?;
    Ok(!jobs.changes.is_empty() || lingers(&wanted.facts)?)
}

fn lingers(facts: &Facts) -> Result<bool, PlanError> {
    let linger = Path::new("/var/lib/systemd/linger").join(&facts.account);
    Ok(scheduler() == Some(Scheduler::Systemd)
        && crate::host::run::find("loginctl").is_some()
        && files::look(&linger, Trust::Root)?.is_some())
}

/// Ends those who are in: what could bring them back first, then the sessions, then whatever runs.
pub(super) fn undo_sessions(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let facts = &wanted.facts;
    super::leftovers::jobs(wanted, undo)?;
    // Where the account is gone, something that it started through sudo may still run.
    if !matches!(standing(facts)?, Standing::Ours(_) | Standing::Absent)
        || !wanted.ours(Step::Account)
    {
        return Ok(());
    }
    let logind = scheduler() == Some(Scheduler::Systemd)
        && files::look(Path::new(&format!("/run/systemd/users/{}", facts.uid)), Trust::Root)?
            .is_some();
    if lingers(facts)? {
        // Of an account that is gone logind knows no more; then its record goes with the leftovers.
        let tool = Tool::new("loginctl").args(["disable-linger", &facts.account]).allow(&[1]);
        undo.changes.push(Change::Run { tool });
    }
    // Not by `loginctl terminate-user`: that would end a package manager at work as well.
    let visit = facts.visit();
    let running = processes::of_visit(visit);
    undo.changes.push(Change::EndProcesses { visit, running });
    if logind {
        // What is left of the sessions is theirs in name only. The account's own systemd was killed
        // with the rest: without the last lines its unit would stay behind as failed, and the server
        // call itself degraded. They answer 1 or 5 when logind was faster and there is no such unit
        // any more.
        let uid = facts.uid;
        let units = [
            format!("user-{uid}.slice"),
            format!("user-runtime-dir@{uid}.service"),
            format!("user@{uid}.service"),
        ];
        let [_, folder, manager] = &units;
        for tool in [
            Tool::new("systemctl").arg("stop").args(&units),
            // Each by itself: at one that it does not know systemctl stops.
            Tool::new("systemctl").args(["reset-failed", folder]),
            Tool::new("systemctl").args(["reset-failed", manager]),
        ] {
            let tool = tool.allow(&[1, 5]).deadline(Duration::from_secs(20));
            undo.changes.push(Change::Run { tool });
        }
    }
    Ok(())
}

pub(super) fn undo(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let facts = &wanted.facts;
    if !wanted.ours(Step::Account) {
        return Ok(());
    }
    let userdel = Tool::new("userdel").arg(&facts.account);
    match standing(facts)? {
        Standing::Ours(_) => {
            // Without --remove: that would empty what is mounted below the home, and follow nothing
            // of our care. The home is removed by handle, below.
            undo.changes.push(Change::Run { tool: userdel });
        }
        // Useradd or userdel was killed between passwd and the other files. No tool takes out of
        // those what is not in passwd, but for pwconv, which takes the customer's as well: so the
        // account is made whole again, expired, and goes as a whole.
        Standing::Absent if accounts::is_elsewhere(&facts.account)? => {
            undo_group(wanted, undo)?;
            let useradd = useradd(facts, &["--no-create-home"]);
            undo.changes.extend([useradd, userdel].map(|tool| Change::Run { tool }));
        }
        Standing::Absent => {}
        Standing::Unmarked(_) | Standing::Foreign(_) => return Ok(()),
    }
    if let Some(meta) = files::look(&facts.home, Trust::Root)? {
        // Before 4.10 useradd makes the home before it writes passwd: one of root's is ours as well.
        if meta.kind == files::Kind::Dir && (meta.uid == facts.uid || meta.uid == 0) {
            undo.changes.push(Change::RemoveTree { path: facts.home.clone(), uid: facts.uid });
        } else {
            undo.foreign.push(facts.home.clone());
        }
    }
    Ok(())
}

/// The manager of the account's own services did not end by itself, and systemd would call it failed,
/// and the server degraded, until the next boot.
pub(super) fn undo_failed_unit(wanted: &Wanted, undo: &mut Undo) {
    let unit = format!("user@{}.service", wanted.facts.uid);
    if scheduler() == Some(Scheduler::Systemd) && crate::host::systemd::is_failed(&unit) {
        // It may be gone meanwhile.
        let tool = Tool::new("systemctl").args(["reset-failed", &unit]).allow(&[1, 5]);
        undo.changes.push(Change::Run { tool });
    }
}

/// Userdel leaves the group where `USERGROUPS_ENAB` is off, or where somebody was added to it
/// (login.defs(5)). Useradd was killed before it wrote passwd: then there is only the group.
pub(super) fn undo_group(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let name = &wanted.facts.account;
    if wanted.ours(Step::Account)
        && standing(&wanted.facts)? == Standing::Absent
        && accounts::local_group(name)?.is_some_and(|gid| UIDS.contains(&gid))
    {
        undo.changes.push(Change::Run { tool: Tool::new("groupdel").arg(name) });
    }
    Ok(())
}
