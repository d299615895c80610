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

/// What systemd knows of a unit: a block of `systemctl show`.
#[derive(Debug)]
pub struct Unit(String);

impl Unit {
    /// Whether systemd has said anything of it; so it does also of units that do not exist.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.value("ActiveState").is_some()
    }

    /// Whether it is active, or on its way there or from there.
    #[must_use]
    pub fn active(&self) -> bool {
        self.value("ActiveState").is_some_and(|state| !matches!(state, "inactive" | "failed"))
    }

    /// Whether there was a file of it to read.
    #[must_use]
    pub fn loaded(&self) -> bool {
        self.value("LoadState") == Some("loaded")
    }

    /// Whether its file has changed since it was read.
    #[must_use]
    pub fn outdated(&self) -> bool {
        self.value("NeedDaemonReload") == Some("yes")
    }

    /// Whether another unit pulls it in.
    #[must_use]
    pub fn wanted(&self) -> bool {
        self.value("WantedBy").is_some_and(|units| !units.is_empty())
    }

    fn value(&self, property: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(property)?.strip_prefix('='))
    }
}

/// Asks systemd about units.
pub fn look<const N: usize>(units: [&str; N]) -> Result<[Unit; N], RunError> {
    let properties = "ActiveState,LoadState,NeedDaemonReload,WantedBy";
    let said = Tool::new("systemctl").args(["show", "-p", properties]).args(units).run()?.stdout;
    // One after the other, with an empty line between them.
    let mut blocks = said.trim().split("\n\n");
    Ok(units.map(|_| Unit(blocks.next().unwrap_or_default().to_owned())))
}
