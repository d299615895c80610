//! What ends the grant by itself, also after a reboot and without a network. The times in it are
//! only when to look: whether the time is over, the journal says.

use std::path::Path;

use super::{PlanError, Planned, Step, TextFile, Undo, Wanted, label, remove_text_file, text_file};
use crate::grant::journal::Facts;
use crate::host::change::{Change, Owner};
use crate::host::clock;
use crate::host::files::{self, Trust};
use crate::host::run::Tool;
use crate::host::systemd::{self, Scheduler};
use crate::text::refusal::Refusal;

const SERVICE: &str = "/etc/systemd/system/support-access-expire.service";
const TIMER: &str = "/etc/systemd/system/support-access-expire.timer";
const ENABLED: &str = "/etc/systemd/system/timers.target.wants/support-access-expire.timer";
const STAMP: &str = "/var/lib/systemd/timers/stamp-support-access-expire.timer";
const CRON: &str = "/etc/cron.d/support-access";
/// How long before the end those who are signed in are told of it, in seconds.
pub const WARNING: i64 = 600;
/// Every file that this step may write.
pub(super) const FILES: [&str; 3] = [SERVICE, TIMER, CRON];
const UNIT: &str = "support-access-expire.timer";

pub(super) fn plan(wanted: &Wanted) -> Planned {
    match wanted.facts.scheduler {
        Scheduler::Systemd => plan_systemd(wanted),
        Scheduler::Cron => {
            if !systemd::cron_runs() {
                return Err(Refusal::NoScheduler.into());
            }
            let text = cron(&wanted.facts);
            let mut changes = file(wanted, CRON, &text)?;
            label(&mut changes, &[Path::new(CRON)]);
            Ok(changes)
        }
    }
}

fn plan_systemd(wanted: &Wanted) -> Planned {
    let mut changes = file(wanted, SERVICE, &service(&wanted.facts))?;
    changes.extend(file(wanted, TIMER, &timer(&wanted.facts))?);
    label(&mut changes, &[Path::new(SERVICE), Path::new(TIMER)]);
    let rewritten = !changes.is_empty();
    let enabled = files::look(Path::new(ENABLED), Trust::Root)?.is_some();
    // A run may have been cut off between the file and systemd's reading it.
    let stands = !rewritten && systemd::stands(UNIT)?;
    if !enabled {
        // Loads the new files as well.
        changes.push(systemctl(&["enable", "--quiet", UNIT]));
    } else if !stands {
        changes.push(systemctl(&["daemon-reload"]));
    }
    if !enabled || !stands {
        changes.push(systemctl(&["restart", UNIT]));
    }
    Ok(changes)
}

/// Systemd does not sync the link by which a timer is enabled: without it nothing would end the grant
/// after a power cut, though all that is made from here on is on the disk.
pub fn settle(wanted: &Wanted) -> Result<(), PlanError> {
    if wanted.facts.scheduler == Scheduler::Systemd {
        for path in [Some(Path::new(ENABLED)), Path::new(ENABLED).parent()].into_iter().flatten() {
            files::settle(path)?;
        }
    }
    Ok(())
}

fn file(wanted: &Wanted, path: &str, text: &str) -> Planned {
    text_file(
        wanted,
        Step::Timer,
        TextFile { path: Path::new(path), text, mode: 0o644, check: None },
    )
}

fn systemctl(args: &[&str]) -> Change {
    Change::Run { tool: Tool::new("systemctl").args(args.iter().copied()) }
}

pub(super) fn undo(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    if wanted.facts.scheduler == Scheduler::Cron {
        return remove_text_file(wanted, Step::Timer, Path::new(CRON), undo);
    }
    let mut removals = Undo::default();
    for path in [TIMER, SERVICE] {
        remove_text_file(wanted, Step::Timer, Path::new(path), &mut removals)?;
    }
    let removed = |path: &str| {
        let removes = |change: &Change| matches!(change, Change::Remove { path: it, .. } if it == Path::new(path));
        removals.changes.iter().any(removes)
    };
    let stands = removed(TIMER);
    // What systemd made for our timer is ours, unless somebody else's timer stands there now.
    if wanted.ours(Step::Timer) && !removals.foreign.iter().any(|path| path == Path::new(TIMER)) {
        for path in [ENABLED, STAMP] {
            if files::look(Path::new(path), Trust::Root)?.is_some() {
                let (path, before) = (path.into(), Vec::new());
                removals.changes.push(Change::Remove { path, owner: Owner::Root, before });
            }
        }
    }
    let systemd = crate::host::systemd_booted();
    let ours = wanted.ours(Step::Timer) && removals.foreign.is_empty();
    let active = systemd && ours && !stands && systemd::is_active(UNIT)?;
    undo.foreign.extend(removals.foreign);
    if removals.changes.is_empty() && !active {
        return Ok(());
    }
    if systemd && stands {
        undo.changes.push(systemctl(&["disable", "--quiet", "--now", UNIT]));
    } else if active {
        // Its file is gone already, by hand or in an ending that was cut off; then there is nothing
        // to disable, and systemd calls that an error.
        undo.changes.push(systemctl(&["stop", UNIT]));
    }
    undo.changes.extend(removals.changes);
    if systemd {
        undo.changes.push(systemctl(&["daemon-reload"]));
        // A run that failed before, or files removed by hand, would stay listed as failed units.
        // Each unit by itself: one that systemd no longer knows is an error, and ends the command.
        for unit in [UNIT, "support-access-expire.service"] {
            let tool = Tool::new("systemctl").args(["reset-failed", unit]).allow(&[1]);
            undo.changes.push(Change::Run { tool });
        }
    }
    Ok(())
}

fn head(facts: &Facts) -> String {
    format!(
        "# Made by support-access for the temporary support access of {}.\n\
         # It goes when that ends: {} delete\n\
         # id={}\n",
        one_line(&facts.provider),
        super::COPY,
        facts.id
    )
}

/// The provider's name is shown in files of other syntaxes; a line end must not get there.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '%' { ' ' } else { c }).collect()
}

fn service(facts: &Facts) -> String {
    format!(
        "{head}\
         [Unit]\n\
         Description=End the support access of account {account} when its time is over\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         ExecStart={copy} expire\n\
         # 5: ended, and something that was not ours is named in the report\n\
         SuccessExitStatus=5\n\
         # what keeps a package manager's terminal goes on when this has ended\n\
         KillMode=process\n",
        head = head(facts),
        account = facts.account,
        copy = super::COPY,
    )
}

/// Two spellings of each moment, since systemd before 228 knows no `UTC` and skips that line, and
/// every ten minutes, in case somebody set the clock or the zone (systemd.time(7)), and to look for a
/// newer policy: at a moment of the grant's own, or all servers would ask at once. The time since
/// boot is exact where somebody set the clock back; after a boot it only looks once more.
fn timer(facts: &Facts) -> String {
    let moments = [facts.deadline.saturating_sub(WARNING), facts.deadline].map(|moment| {
        let utc = clock::utc(moment).replace('T', " ").replace('Z', " UTC");
        format!("OnCalendar={utc}\nOnCalendar={}\n", clock::local_calendar(moment))
    });
    let since = facts.boot.as_ref().map_or(0, |(_, since)| *since);
    let boot = since.saturating_add(facts.deadline.saturating_sub(facts.started));
    format!(
        "{head}\
         [Unit]\n\
         Description=End the support access of account {account} when its time is over\n\
         \n\
         [Timer]\n\
         {moments}\
         OnCalendar=*:{minute}/10:{second:02}\n\
         OnBootSec={boot}\n\
         Persistent=true\n\
         AccuracySec=1s\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        head = head(facts),
        account = facts.account,
        moments = moments.concat(),
        minute = facts.phase() / 60,
        second = facts.phase() % 60,
    )
}

/// crontab(5); every minute, since cron knows no date with a year.
fn cron(facts: &Facts) -> String {
    format!(
        "{head}\
         PATH=/usr/sbin:/usr/bin:/sbin:/bin\n\
         * * * * * root {copy} expire\n\
         @reboot root {copy} expire\n",
        head = head(facts),
        copy = super::COPY,
    )
}
