//! The table of causes, in the order in which a login meets them.

use super::Severity::{Refuses, Warns};
use super::Stage::{Account, Files, Keys, Pam, Session, Sshd};
use super::{Cause, account, files, sshd, verdict};
use crate::text::cause as told;

/// Every cause that is known.
pub const ALL: &[Cause] = &[
    Cause {
        id: "sshd-stopped",
        stage: Sshd,
        severity: Refuses,
        told: &told::SSHD_STOPPED,
        look: sshd::stopped,
    },
    Cause {
        id: "config-broken",
        stage: Sshd,
        severity: Warns,
        told: &told::CONFIG_BROKEN,
        look: sshd::config_broken,
    },
    Cause {
        id: "no-account",
        stage: Account,
        severity: Refuses,
        told: &told::NO_ACCOUNT,
        look: account::missing,
    },
    Cause {
        id: "bad-shell",
        stage: Account,
        severity: Refuses,
        told: &told::BAD_SHELL,
        look: account::bad_shell,
    },
    Cause {
        id: "deny-users",
        stage: Account,
        severity: Refuses,
        told: &told::DENY_USERS,
        look: account::denied_user,
    },
    Cause {
        id: "allow-users",
        stage: Account,
        severity: Refuses,
        told: &told::ALLOW_USERS,
        look: account::not_allowed_user,
    },
    Cause {
        id: "deny-groups",
        stage: Account,
        severity: Refuses,
        told: &told::DENY_GROUPS,
        look: account::denied_group,
    },
    Cause {
        id: "allow-groups",
        stage: Account,
        severity: Refuses,
        told: &told::ALLOW_GROUPS,
        look: account::not_allowed_group,
    },
    Cause {
        id: "account-locked",
        stage: Account,
        severity: Refuses,
        told: &told::ACCOUNT_LOCKED,
        look: account::locked,
    },
    Cause {
        id: "public-keys-off",
        stage: Sshd,
        severity: Refuses,
        told: &told::PUBLIC_KEYS_OFF,
        look: sshd::public_keys_off,
    },
    Cause {
        id: "no-key-file-set",
        stage: Files,
        severity: Refuses,
        told: &told::NO_KEY_FILE_SET,
        look: sshd::no_key_file_set,
    },
    Cause {
        id: "key-file-missing",
        stage: Files,
        severity: Refuses,
        told: &told::KEY_FILE_MISSING,
        look: files::missing,
    },
    Cause {
        id: "key-file-modes",
        stage: Files,
        severity: Refuses,
        told: &told::KEY_FILE_MODES,
        look: files::file_modes,
    },
    Cause {
        id: "folder-modes",
        stage: Files,
        severity: Refuses,
        told: &told::FOLDER_MODES,
        look: files::folder_modes,
    },
    Cause {
        id: "key-not-in-file",
        stage: Keys,
        severity: Refuses,
        told: &told::KEY_NOT_IN_FILE,
        look: files::key_not_in_file,
    },
    Cause {
        id: "more-methods",
        stage: Keys,
        severity: Refuses,
        told: &told::MORE_METHODS,
        look: sshd::more_methods,
    },
    Cause {
        id: "account-expired",
        stage: Pam,
        severity: Refuses,
        told: &told::ACCOUNT_EXPIRED,
        look: account::expired,
    },
    Cause {
        id: "nologin-shell",
        stage: Session,
        severity: Refuses,
        told: &told::NO_LOGIN_SHELL,
        look: account::no_login_shell,
    },
    Cause {
        id: "unknown",
        stage: Session,
        severity: Refuses,
        told: &told::UNKNOWN,
        look: verdict::refused,
    },
];
