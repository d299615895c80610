//! sshd's own answer, held against what was found.

use super::{Cause, Examined, Finding, Looked, Patient, Stage};
use crate::host::door::Reason;
use crate::text::cause::session as told;

/// What is said where sshd refuses and no other cause is found.
pub(super) const CAUSES: &[Cause] =
    &[Cause::new("unknown", Stage::Session, &told::UNKNOWN, refused)];

/// The id of the cause that a reason of sshd's is.
#[must_use]
pub fn refusal_cause(reason: &Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::NoAccount => "no-account",
        Reason::AccountLocked => "account-locked",
        Reason::AccountExpired => "account-expired",
        Reason::BadShell { .. } => "bad-shell",
        Reason::NoLoginShell => "nologin-shell",
        Reason::DenyUsers => "deny-users",
        Reason::AllowUsers => "allow-users",
        Reason::DenyGroups => "deny-groups",
        Reason::AllowGroups => "allow-groups",
        Reason::PublicKeyOff => "public-keys-off",
        Reason::MoreMethods => "more-methods",
        Reason::BrokenConfig => "config-broken",
        Reason::KeyTooShort => "rsa-too-short",
        Reason::Revoked => "key-revoked",
        Reason::WrongSource => "from-mismatch",
        Reason::KeyExpired => "key-expired",
        Reason::NotInFile => "key-not-in-file",
        Reason::Algorithm { .. } => "key-type-refused",
        Reason::Unreadable { .. } => "key-file-unreadable",
        Reason::NotRegular { .. } => "key-file-irregular",
        _ => return None,
    })
}

/// sshd was asked and refused.
fn refused(patient: &Patient) -> Looked {
    let report = patient.answer()?;
    let Some(refusal) = report.refusal() else { return Ok(None) };
    // Of an address that only stands for any.
    if patient.asked.from_anywhere && refusal.reason == Reason::WrongSource {
        return Ok(None);
    }
    let mut finding = Finding::new(refusal.reason.to_string());
    finding.evidence.extend(refusal.evidence.iter().cloned());
    Ok(Some(finding))
}

/// Leaves out the cause that stands for all that is not in the list, where the list has an answer.
pub(super) fn settle(examined: &mut Vec<Examined>) {
    let found = |examined: &Examined| matches!(examined.looked, Ok(Some(_)));
    if examined.iter().filter(|examined| found(examined)).count() > 1 {
        examined.retain(|examined| examined.cause.id != "unknown");
    }
}
