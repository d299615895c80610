//! What ends the grant by itself, also after a reboot and without a network. The times in it are
//! only when to look: whether the time is over, the journal says.

use std::path::Path;

use super::{PlanError, Planned, Step, TextFile, Undo, Wanted, label, remove_text_file, text_file};
use crate::grant::journal::Facts;
use crate::host::change::{Change, Owner};
use crate::host::clock;
use crate::host::files::{self, Trust};
use crate::host::run::{RunError, Tool};
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
const SERVICE_UNIT: &str = "support-access-expire.service";

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
    let stands = !rewritten && stands()?;
    if !enabled {
        changes.push(offline("enable"));
        // A unit that it has not read yet systemd reads to start it; whether it did is asked again.
        changes.push(Change::Run { tool: tool(&["restart", UNIT]).allow(&[1, 5]) });
    } else if !stands {
        changes.push(systemctl(&["daemon-reload"]));
        changes.push(systemctl(&["restart", UNIT]));
    }
    Ok(changes)
}

/// The link for the next boot, and no more. Told of it, systemd would read all of its units anew, which
/// takes longer than all else that a grant does; since 255 it would at least think that it must.
fn offline(verb: &str) -> Change {
    systemctl(&["--root=/", verb, "--quiet", UNIT])
}

/// Systemd does not sync the link by which a timer is enabled: without it nothing would end the grant
/// after a power cut, though all that is made from here on is on the disk.
pub(super) fn settle(wanted: &Wanted) -> Result<(), PlanError> {
    if wanted.facts.scheduler == Scheduler::Systemd {
        for path in [Some(Path::new(ENABLED)), Path::new(ENABLED).parent()].into_iter().flatten() {
            files::settle(path)?;
        }
    }
    Ok(())
}

/// Whether the timer runs as its files say.
fn stands() -> Result<bool, RunError> {
    let [timer, service] = systemd::look([UNIT, SERVICE_UNIT])?;
    Ok(timer.active() && !timer.outdated() && !service.outdated())
}

fn file(wanted: &Wanted, path: &str, text: &str) -> Planned {
    text_file(
        wanted,
        Step::Timer,
        TextFile { path: Path::new(path), text, mode: 0o644, check: None },
    )
}

fn systemctl(args: &[&str]) -> Change {
    Change::Run { tool: tool(args) }
}

fn tool(args: &[&str]) -> Tool {
    Tool::new("systemctl").args(args.iter().copied())
}

pub(super) fn undo(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    if wanted.facts.scheduler == Scheduler::Cron {
        return remove_text_file(wanted, Step::Timer, Path::new(CRON), undo);
    }
    let mut removals = Undo::default();
    for path in [TIMER, SERVICE] {
        remove_text_file(wanted, Step::Timer, Path::new(path), &mut removals)?;
    }
    let removes =
        |change: &Change| matches!(change, Change::Remove { path, .. } if path == Path::new(TIMER));
    let stands = removals.changes.iter().any(removes);
    // What systemd made for our timer is ours, unless somebody else's timer stands there now.
    let made =
        wanted.ours(Step::Timer) && !removals.foreign.iter().any(|path| path == Path::new(TIMER));
    let made = |path: &str| -> Result<Option<Change>, PlanError> {
        let there = made && files::look(Path::new(path), Trust::Root)?.is_some();
        let (path, before) = (path.into(), Vec::new());
        Ok(there.then_some(Change::Remove { path, owner: Owner::Root, before }))
    };
    let link = made(ENABLED)?;
    removals.changes.extend(made(STAMP)?);
    let systemd = crate::host::systemd_booted();
    let ours = wanted.ours(Step::Timer) && removals.foreign.is_empty();
    let (told, active, kept) = match (systemd && (ours || stands)).then(|| systemd::look([UNIT])) {
        Some(Ok([unit])) if unit.is_told() => {
            (true, unit.active(), unit.wanted() && (unit.loaded() || link.is_some()))
        }
        Some(_) if stands => (false, true, true),
        Some(Err(error)) => return Err(error.into()),
        None | Some(Ok(_)) => (false, false, false),
    };
    undo.foreign.extend(removals.foreign);
    if removals.changes.is_empty() && link.is_none() && !active && !kept {
        return Ok(());
    }
    // Its file may be gone already, by hand or in an ending that was cut off, and it active.
    // 5: it was not loaded (systemctl(1)).
    let stop = || Change::Run { tool: tool(&["stop", UNIT]).allow(&[5]) };
    let stops = systemd && (stands || active);
    if stops && !told {
        // Where systemd does not answer, the timer keeps its link, for the next boot.
        undo.changes.push(stop());
    }
    if systemd && stands {
        undo.changes.push(offline("disable"));
    }
    undo.changes.extend(link);
    // Stopped, a unit that nothing refers to is forgotten. Since it last read all of its units, systemd
    // may refer to this one by the link, and would go on listing it. While this fails, the timer runs.
    if kept {
        undo.changes.push(systemctl(&["daemon-reload"]));
    }
    if stops && told {
        undo.changes.push(stop());
    }
    undo.changes.extend(removals.changes);
    if systemd {
        // A run that failed before would stay listed as a failed unit. A pattern, since the name of a
        // unit that systemd no longer knows is an error.
        let tool = tool(&["reset-failed", "support-access-expire.*"]).allow(&[1]);
        undo.changes.push(Change::Run { tool });
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

/// Systemd need not have read that timers.target wants the timer, so nobody would start it again after
/// emergency mode, which stops all that requires sysinit.target: it must not be stopped there. What it
/// starts then must not end that mode either.
const BY_ITSELF: &str = "DefaultDependencies=no\nConflicts=shutdown.target\n";

fn service(facts: &Facts) -> String {
    format!(
        "{head}\
         [Unit]\n\
         Description=End the support access of account {account} when its time is over\n\
         {BY_ITSELF}\
         After=sysinit.target basic.target\n\
         Before=shutdown.target\n\
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
         {BY_ITSELF}\
         IgnoreOnIsolate=yes\n\
         After=sysinit.target time-set.target time-sync.target\n\
         Before=timers.target shutdown.target\n\
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
