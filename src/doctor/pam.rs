//! What PAM's account rules say once the key was taken (Linux-PAM). Its auth rules are never asked
//! for a key.
//!
//! What a file decides is read. Where only PAM knows, sshd is asked, and what the modules wrote to
//! syslog meanwhile is taken for its answer.

mod ageing;
mod closed;
mod lists;

pub(super) use lists::lines;

use super::{Cause, Finding, Fix, Looked, Patient, Stage, Unseen};
use crate::host::accounts;
use crate::host::door::{Reason, Refusal};
use crate::text::cause::pam as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    Cause::new("boot-unfinished", Stage::Pam, &told::BOOT_UNFINISHED, closed::booting),
    Cause::new("nologin-file", Stage::Pam, &told::NOLOGIN_FILE, closed::by_file),
    Cause::new("pam-module-missing", Stage::Pam, &told::PAM_MODULE_MISSING, module_missing),
    Cause::new("no-shadow-line", Stage::Pam, &told::NO_SHADOW_LINE, no_shadow_line),
    Cause::new("account-expired", Stage::Pam, &told::ACCOUNT_EXPIRED, ageing::expired),
    Cause::new("password-inactive", Stage::Pam, &told::PASSWORD_INACTIVE, ageing::inactive),
    Cause::new("password-change", Stage::Pam, &told::PASSWORD_CHANGE, ageing::change_forced),
    Cause::new("password-max-age", Stage::Pam, &told::PASSWORD_MAX_AGE, ageing::too_old),
    Cause::new("pam-access", Stage::Pam, &told::PAM_ACCESS, lists::access),
    Cause::new("pam-succeed-if", Stage::Pam, &told::PAM_SUCCEED_IF, lists::succeed_if),
    Cause::new("pam-listfile", Stage::Pam, &told::PAM_LISTFILE, lists::listfile),
    Cause::new("pam-shells", Stage::Pam, &told::PAM_SHELLS, lists::shells),
    Cause::new("pam-time", Stage::Pam, &told::PAM_TIME, lists::time),
    Cause::new("pam-refuses", Stage::Pam, &told::PAM_REFUSES, refuses),
];

/// Those of them that sshd's words "PAM account configuration" may stand for.
const NAMED: [fn(&Patient) -> Looked; 9] = [
    closed::booting,
    closed::by_file,
    module_missing,
    no_shadow_line,
    lists::access,
    lists::succeed_if,
    lists::listfile,
    lists::shells,
    lists::time,
];

/// Whether PAM's account rules have a module.
fn has(patient: &Patient, module: &str) -> Result<bool, Unseen> {
    Ok(patient.pam("account")?.any(|rule| rule.is(module)))
}

/// Whether a reason lies in what comes before PAM's account rules are asked.
fn is_earlier(reason: &Reason) -> bool {
    use Reason as R;
    matches!(
        reason,
        R::HostsDeny
            | R::NoAccount
            | R::AccountLocked
            | R::BadShell { .. }
            | R::DenyUsers
            | R::AllowUsers
            | R::DenyGroups
            | R::AllowGroups
            | R::RootRefused
            | R::PublicKeyOff
            | R::MoreMethods
            | R::Algorithm { .. }
            | R::NoAgreement
            | R::BrokenConfig
            | R::Unknown
    )
}

/// sshd's refusal of a session, if it came as far as PAM.
fn refusal(patient: &Patient) -> Result<Option<&Refusal>, Unseen> {
    let refusal = patient.session()?;
    if refusal.is_some_and(|refusal| is_earlier(&refusal.reason)) {
        return Err(Unseen::Earlier);
    }
    Ok(refusal)
}

/// What a module said against the login, if sshd was asked.
fn said<'a>(patient: &'a Patient, module: &str) -> Result<Option<&'a str>, Unseen> {
    let Some(refusal) = refusal(patient)? else { return Ok(None) };
    let lines = refusal.evidence.iter().map(String::as_str);
    Ok(lines.into_iter().find(|line| {
        line.strip_prefix(module)
            .is_some_and(|rest| rest.starts_with('(') && rest.contains(":account)"))
    }))
}

/// Modules that PAM must ask: whose files are not there, and which PAM says that it can't load.
pub(super) fn module_missing(patient: &Patient) -> Looked {
    let mut finding = Finding::default();
    let heard = patient.session().ok().flatten();
    let unloaded: Vec<&str> = heard
        .iter()
        .flat_map(|refusal| &refusal.evidence)
        .filter_map(|line| line.strip_prefix("PAM unable to dlopen("))
        .collect();
    for kind in ["account", "session"] {
        for rule in patient.pam(kind)?.filter(|rule| rule.needs_module()) {
            let fails =
                |line: &&&str| line.split(')').next().is_some_and(|path| rule.is(name(path)));
            if rule.is_broken() {
                finding.evidence.push(format!("{}: {} is not there", rule.at, rule.module));
            } else if let Some(line) = unloaded.iter().find(fails) {
                finding
                    .evidence
                    .push(format!("{}: {} can't be loaded ({line}", rule.at, rule.module));
            }
        }
    }
    Ok(Some(finding).filter(|finding| !finding.evidence.is_empty()))
}

/// The last name of a path.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A local account whose password is said to be in shadow(5), where it has no line.
fn no_shadow_line(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    if !patient.root {
        return Err(Unseen::NotRoot);
    }
    let broken = |error: accounts::AccountError| Unseen::Broken { why: error.to_string() };
    let here = accounts::is_shadowed(&passwd.name).map_err(broken)?;
    if !here || patient.shadow().is_ok() || !has(patient, "pam_unix.so")? {
        return Ok(None);
    }
    let finding = Finding::new(format!("/etc/shadow: no line of {}", passwd.name));
    Ok(Some(finding.with(Fix::Run("pwconv".to_owned()))))
}

/// PAM refuses, and which module does was not to be seen.
fn refuses(patient: &Patient) -> Looked {
    let Some(refusal) = refusal(patient)? else { return Ok(None) };
    let named = || NAMED.iter().any(|look| matches!(look(patient), Ok(Some(_))));
    if refusal.reason != Reason::PamAccount || named() {
        return Ok(None);
    }
    let mut finding = Finding { evidence: refusal.evidence.clone(), ..Finding::default() };
    let rules = patient.pam("account")?;
    finding.evidence.extend(rules.map(|rule| format!("{}: {}", rule.at, rule.module)));
    Ok(Some(finding))
}
