//! The account's rule in sudoers.d. The file's name sorts late, since the last rule that matches
//! wins, and has no dot, since sudo would skip it (sudoers(5)).

use std::path::PathBuf;

use super::{PlanError, Planned, Step, TextFile, Undo, Wanted, label, remove_text_file, text_file};
use crate::grant::journal::Facts;
use crate::host::clock;
use crate::host::run::Tool;

pub(super) fn path(facts: &Facts) -> PathBuf {
    PathBuf::from(format!("/etc/sudoers.d/zz-support-access-{}", facts.account))
}

pub(super) fn plan(wanted: &Wanted) -> Planned {
    let path = path(&wanted.facts);
    if !wanted.facts.sudo {
        let mut undo = Undo::default();
        if wanted.ours(Step::Sudo) {
            remove_text_file(wanted, Step::Sudo, &path, &mut undo)?;
        }
        return Ok(undo.changes);
    }
    let text = rule(&wanted.facts);
    let check = Some(Tool::new("visudo").args(["-c", "-q", "-f"]));
    let file = TextFile { path: &path, text: &text, mode: 0o440, check };
    let mut changes = text_file(wanted, Step::Sudo, file)?;
    label(&mut changes, &[&path]);
    Ok(changes)
}

pub(super) fn undo(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    if wanted.ours(Step::Sudo) {
        remove_text_file(wanted, Step::Sudo, &path(&wanted.facts), undo)?;
    }
    Ok(())
}

fn rule(facts: &Facts) -> String {
    let until = if facts.notafter {
        let moment: String =
            clock::utc(facts.deadline).chars().filter(char::is_ascii_digit).collect();
        format!("NOTAFTER={moment}Z ")
    } else {
        String::new()
    };
    format!(
        "# Made by support-access; it goes when the support access ends. id={}\n\
         {} ALL=(ALL:ALL) {until}NOPASSWD: ALL\n",
        facts.id, facts.account
    )
}
