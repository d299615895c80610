//! Options of the key's own line that leave the engineer without a shell (sshd(8),
//! `AUTHORIZED_KEYS FILE FORMAT`).

use super::super::blame::accepted;
use super::{Finding, Looked, Patient};

/// A command that hands on what was asked for is no hindrance.
pub(super) fn command(patient: &Patient) -> Looked {
    let Some((place, options)) = accepted(patient)? else { return Ok(None) };
    let command = options.command.filter(|command| !command.contains("SSH_ORIGINAL_COMMAND"));
    Ok(command.map(|command| Finding::new(format!("{place}: command=\"{command}\""))))
}

pub(super) fn terminal(patient: &Patient) -> Looked {
    let Some((place, options)) = accepted(patient)? else { return Ok(None) };
    Ok(options.no_terminal.map(|word| Finding::new(format!("{place}: {word}"))))
}
