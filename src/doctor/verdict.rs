//! sshd's own answer, held against what was found.

use super::{Cause, Examined, Finding, Looked, Patient, Severity, Stage};
use crate::host::door::{Reason, Report, Verdict};
use crate::text::cause::session as told;

const UNKNOWN: &str = "unknown";

/// What is said where sshd refuses and no other cause is found.
pub(super) const CAUSES: &[Cause] = &[Cause::new(UNKNOWN, Stage::Session, &told::UNKNOWN, refused)];

/// The id of the cause that a reason of sshd's is.
fn refusal_cause(reason: &Reason) -> Option<&'static str> {
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
        Reason::HostsDeny => "hosts-deny",
        Reason::RootRefused => "root-login",
        Reason::BrokenConfig => "config-broken",
        Reason::PasswordAged => "password-inactive",
        Reason::PasswordChange => "password-change",
        Reason::Access => "pam-access",
        Reason::NoLoginFile => "nologin-file",
        Reason::PamAccount => "pam-refuses",
        Reason::PamSession => "pam-session",
        Reason::Limits => "no-processes",
        Reason::Chroot { .. } => "chroot-modes",
        Reason::ForcedCommand => "force-command",
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

/// Holds each finding against sshd's own answer. That answer comes from sshd with the configuration
/// on disk, without a terminal and from within this server: it says nothing about the network, and
/// nothing about causes that are marked so.
pub(super) fn settle(examined: &mut Vec<Examined>, answer: Option<&Report>) {
    let Some(answer) = answer else { return };
    let keys_are_taken = answer.keys_are_taken();
    let session_ran = answer.session == Some(Verdict::Accepted);
    let refusal = answer.refusal();
    let named = refusal.and_then(|refusal| refusal_cause(&refusal.reason));
    for it in examined.iter_mut().filter(|it| is_asked(it.cause)) {
        let Ok(Some(finding)) = &mut it.looked else { continue };
        let let_in = match it.cause.stage {
            Stage::Files | Stage::Keys => keys_are_taken,
            // Of the key that is shown, and of the session with a key of our own.
            Stage::Methods => session_ran && (answer.probes.is_empty() || keys_are_taken),
            _ => session_ran,
        };
        if let_in {
            finding.confirmed = Some(false);
        } else if let Some(refusal) = refusal.filter(|_| named == Some(it.cause.id)) {
            finding.confirmed = Some(true);
            let new = |line: &&String| !finding.evidence.contains(*line);
            let said: Vec<String> = refusal.evidence.iter().filter(new).cloned().collect();
            finding.evidence.extend(said);
        }
    }
    // A cause that stands behind the one of sshd's words can't explain them.
    let stage = examined.iter().find(|it| named == Some(it.cause.id)).map(|it| it.cause.stage);
    let explains = |it: &Examined| {
        (is_asked(it.cause) || named == Some(it.cause.id))
            && matches!(&it.looked, Ok(Some(finding)) if finding.confirmed != Some(false))
            && stage.is_none_or(|stage| it.cause.stage <= stage)
    };
    if examined.iter().any(explains) {
        examined.retain(|it| it.cause.id != UNKNOWN);
    }
    examined.sort_by_key(|it| matches!(&it.looked, Ok(Some(f)) if f.confirmed == Some(false)));
}

/// Whether sshd's own answer would show this cause.
fn is_asked(cause: &Cause) -> bool {
    let refuses = cause.severity == Severity::Refuses && cause.stage != Stage::Network;
    refuses && !cause.unasked && cause.id != UNKNOWN
}

#[cfg(test)]
mod tests;
