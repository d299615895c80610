//! The table of causes, in the order in which a login meets them.

use super::{Cause, account, files, keys, methods, network, pam, proofs, session, sshd, verdict};

/// Every cause that is known, stage by stage.
pub const ALL: [&[Cause]; 10] = [
    network::CAUSES,
    sshd::CAUSES,
    account::CAUSES,
    methods::CAUSES,
    proofs::CAUSES,
    files::CAUSES,
    keys::CAUSES,
    pam::CAUSES,
    session::CAUSES,
    verdict::CAUSES,
];

/// One after the other.
pub fn all() -> impl Iterator<Item = &'static Cause> {
    ALL.into_iter().flatten()
}

/// Causes that can be told before there is an account, and that then are sure: sshd itself says how it
/// is configured, and nothing of the grant's own could change it.
pub const FORESEEN: [&str; 5] =
    ["deny-users", "allow-users", "deny-groups", "allow-groups", "more-methods"];

/// Causes that can be told then as well, of which only the engineer's own try is the proof. None of
/// them needs sshd's own answer, which there is not before there is an account.
pub const FEARED: [&str; 8] = [
    "fail2ban",
    "packet-filter",
    "listen-address",
    "key-type-refused",
    "rsa-too-short",
    "nologin-file",
    "pam-shells",
    "disk-full",
];
