//! systemd, where it is the init; cron where it is not.

use std::path::Path;

use super::run::{RunError, Tool};

/// Who starts things at their time here.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheduler {
    /// systemd is process 1.
    Systemd,
    /// A cron daemon runs and reads `/etc/cron.d`.
    Cron,
}

/// Finds the scheduler; `None` when nothing here starts anything by itself.
pub fn scheduler() -> Option<Scheduler> {
    if super::systemd_booted() && super::run::find("systemctl").is_some() {
        return Some(Scheduler::Systemd);
    }
    cron_runs().then_some(Scheduler::Cron)
}

/// Whether a cron daemon runs that reads `/etc/cron.d`.
pub fn cron_runs() -> bool {
    Path::new("/etc/cron.d").is_dir() && super::processes::any_named(&["cron", "crond"])
}

/// Whether a unit has failed.
pub fn is_failed(unit: &str) -> bool {
    let tool = Tool::new("systemctl").args(["is-failed", "--quiet", unit]).allow(&[1, 3, 4]);
    tool.run().is_ok_and(|out| out.code() == 0)
}

/// Whether a unit is active.
pub fn is_active(unit: &str) -> Result<bool, RunError> {
    // Exit 3 and 4: not active, no such unit (systemctl(1)).
    let tool = Tool::new("systemctl").args(["is-active", "--quiet", unit]).allow(&[1, 3, 4]);
    Ok(tool.run()?.code() == 0)
}

/// Whether a unit is active, and systemd has read its file since that was last changed.
pub fn stands(unit: &str) -> Result<bool, RunError> {
    let tool = Tool::new("systemctl");
    let said =
        tool.args(["show", "-p", "ActiveState", "-p", "NeedDaemonReload", unit]).run()?.stdout;
    Ok(said.contains("ActiveState=active") && !said.contains("NeedDaemonReload=yes"))
}
