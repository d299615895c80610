//! Ending the access from inside a visit: the run would end itself half-way. So systemd starts the
//! root-only copy as a unit of its own, and this run waits for it until its session is ended.

use std::path::Path;
use std::time::Duration;

use super::failure::Failure;
use super::out::{Exit, Look, Out, Told};
use crate::grant::journal::{self, State};
use crate::grant::step::{COPY, INSTALLED};
use crate::host::change::Change;
use crate::host::files::{self, Kind, Trust};
use crate::host::run::{Tool, find};
use crate::host::signals::Held;
use crate::host::systemd::{Scheduler, is_active, scheduler};
use crate::host::{Hands, log};
use crate::text::Lang;
use crate::text::refusal::Refusal;
use crate::text::report::Report;

/// Hands the ending over. `None`: a dry run goes on to say what the unit would do.
pub(super) fn run(dry_run: bool, state: &State, out: &mut Out) -> Result<Told, Failure> {
    out.follow(state.facts.lang);
    let refused = || Refusal::FromInside { account: state.facts.account.clone() };
    let there = |path: &&str| {
        let found = files::look(Path::new(path), Trust::Root);
        matches!(found, Ok(Some(meta)) if meta.kind == Kind::File && meta.mode & 0o100 != 0)
    };
    let program = [COPY, INSTALLED].into_iter().find(there);
    let possible = scheduler() == Some(Scheduler::Systemd) && find("systemd-run").is_some();
    let Some(program) = program.filter(|_| possible) else { return Err(refused().into()) };
    if dry_run {
        out.say(Look::Strong, &Report::DryRunHandedOver);
        return Ok(None);
    }
    // Whoever started us would take our end for that of the work; that is when the unit ends us.
    let _signals = Held::new();
    let unit = format!("support-access-delete-{}.service", std::process::id());
    let lang = if out.lang() == Lang::Ko { "ko" } else { "en" };
    Tool::new("systemd-run")
        .args(["--quiet", "--collect", "--unit", &unit])
        // What keeps a package manager's terminal goes on when the unit has ended.
        .args(["--property", "KillMode=process", program, "delete", "--lang", lang])
        .run()
        .map_err(|_| refused())?;
    out.say(Look::Strong, &Report::HandedOver { unit: unit.clone(), log: log::PATH.to_owned() });
    out.field("unit", serde_json::json!(unit));
    remove_own_folder(&state.facts.id);
    while is_active(&unit).unwrap_or(false) {
        std::thread::sleep(Duration::from_millis(200));
    }
    if journal::read_for_ending()?.is_some() {
        out.say(Look::Bad, &Report::HandedOverFailed { unit });
        return Ok(Some(("failed", Exit::Left)));
    }
    let log = files::read_text(log::PATH).ok().flatten().unwrap_or_default();
    let clean = log.lines().next_back().is_some_and(|line| line.contains("\"clean\":true"));
    Ok(Some(("deleted", if clean { Exit::Done } else { Exit::Left })))
}

/// install.sh removes the folder that it has put the program into, unless it is ended before.
fn remove_own_folder(tag: &str) {
    let own = std::env::current_exe().unwrap_or_default();
    let Some(folder) = own.parent() else { return };
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let made = name.strip_prefix("support-access.").is_some_and(|random| random.len() == 10);
    let only_roots = || {
        files::look(folder, Trust::Root)
            .is_ok_and(|found| found.is_some_and(|it| (it.uid, it.mode) == (0, 0o700)))
    };
    if made && only_roots() {
        let _ = Change::RemoveTree { path: folder.to_owned(), uid: 0 }.apply(&Hands::new(tag));
    }
}
