//! The session, once the login is through. In the order of OpenSSH: PAM's session rules, the channel,
//! the fork, the folder, the command, the terminal, the shell and its files.

mod confined;
mod key_line;
mod limits;
mod room;
mod shell;

use super::account::shell_fix;
use super::{Cause, Finding, Fix, Looked, Patient, Stage, Unseen};
use crate::text::cause::session as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    Cause::new("too-many-logins", Stage::Session, &told::TOO_MANY_LOGINS, limits::logins),
    Cause::new("pam-session", Stage::Session, &told::PAM_SESSION, limits::pam),
    Cause::new("max-sessions", Stage::Session, &told::MAX_SESSIONS, max_sessions),
    Cause::new("no-processes", Stage::Session, &told::NO_PROCESSES, limits::processes),
    Cause::new("chroot-modes", Stage::Session, &told::CHROOT_MODES, confined::modes),
    Cause::new("chroot-shell", Stage::Session, &told::CHROOT_SHELL, confined::shell),
    Cause::new("force-command", Stage::Session, &told::FORCE_COMMAND, confined::command),
    Cause::new("key-command", Stage::Session, &told::KEY_COMMAND, key_line::command).unasked(),
    Cause::new("permit-tty", Stage::Session, &told::PERMIT_TTY, permit_tty).unasked(),
    Cause::new(
        "key-without-terminal",
        Stage::Session,
        &told::KEY_WITHOUT_TERMINAL,
        key_line::terminal,
    )
    .unasked(),
    Cause::new("nologin-shell", Stage::Session, &told::NO_LOGIN_SHELL, shell::no_login),
    Cause::new("shell-broken", Stage::Session, &told::SHELL_BROKEN, shell::broken),
    Cause::new("startup-exits", Stage::Session, &told::STARTUP_EXITS, shell::startup),
    Cause::new("dev-null-missing", Stage::Session, &told::DEV_NULL_MISSING, room::no_dev_null)
        .unasked(),
    Cause::new("dev-null", Stage::Session, &told::DEV_NULL, room::dev_null).warns(),
    Cause::new("session-without-home", Stage::Session, &told::HOME_MISSING, room::home_missing)
        .warns(),
    Cause::new("disk-full", Stage::Session, &told::DISK_FULL, room::disk_full).warns(),
];

fn max_sessions(patient: &Patient) -> Looked {
    let none = patient.config()?.get("maxsessions") == Some("0");
    none.then(|| patient.setting("maxsessions")).transpose()
}

fn permit_tty(patient: &Patient) -> Looked {
    let no = patient.config()?.get("permittty").is_some_and(|it| it.eq_ignore_ascii_case("no"));
    no.then(|| patient.setting("permittty")).transpose()
}
