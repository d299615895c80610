//! The session, once the login is through.

use super::account::shell_fix;
use super::{Cause, Finding, Looked, Patient, Stage};
use crate::text::cause::session as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] =
    &[Cause::new("nologin-shell", Stage::Session, &told::NO_LOGIN_SHELL, no_login_shell)];

fn no_login_shell(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let name = passwd.shell.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !matches!(name, "nologin" | "false" | "true" | "sync" | "shutdown" | "halt") {
        return Ok(None);
    }
    let finding = Finding::new(format!("/etc/passwd: {}: {}", passwd.name, passwd.shell.display()));
    Ok(Some(finding.with(shell_fix(&passwd.name))))
}
