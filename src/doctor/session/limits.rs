//! What PAM's session rules refuse, above all `pam_limits`.

use std::path::Path;

use super::super::pam::{lines, module_missing};
use super::{Finding, Looked, Patient, Unseen};
use crate::host::door::{Reason, Refusal};

/// As many lines of limits are quoted.
const MOST: usize = 5;

/// sshd's refusal of a session, if it is this one.
fn refused(patient: &Patient, is: fn(&Reason) -> bool) -> Result<Option<&Refusal>, Unseen> {
    Ok(patient.session()?.filter(|refusal| is(&refusal.reason)))
}

/// Too many logins: the words of the module, and the limits. Where none at all are allowed, it says
/// nothing.
fn too_many(refusal: &Refusal, patient: &Patient) -> Option<Finding> {
    let said = refusal
        .evidence
        .iter()
        .find(|it| it.starts_with("pam_limits(") && it.contains("Too many "));
    let limits = limits(patient, &["maxlogins", "maxsyslogins"]);
    let of_pam = |line: &String| line.starts_with("pam_");
    let none =
        limits.iter().any(|line| line.ends_with(" 0")) && !refusal.evidence.iter().any(of_pam);
    if said.is_none() && !none {
        return None;
    }
    let evidence = said.cloned().into_iter().chain(limits).collect();
    Some(Finding { evidence, ..Finding::default() })
}

pub(super) fn logins(patient: &Patient) -> Looked {
    let refusal = refused(patient, |it| *it == Reason::PamSession)?;
    Ok(refusal.and_then(|refusal| too_many(refusal, patient)))
}

/// Any other reason; a missing module has been named before.
pub(super) fn pam(patient: &Patient) -> Looked {
    let Some(refusal) = refused(patient, |it| *it == Reason::PamSession)? else { return Ok(None) };
    let module = || matches!(module_missing(patient), Ok(Some(_)));
    if too_many(refusal, patient).is_some() || module() {
        return Ok(None);
    }
    let mut finding = Finding { evidence: refusal.evidence.clone(), ..Finding::default() };
    let strict = patient.pam("session")?.filter(|rule| rule.control != "optional");
    finding.evidence.extend(strict.map(|rule| format!("{}: {}", rule.at, rule.module)));
    Ok(Some(finding))
}

pub(super) fn processes(patient: &Patient) -> Looked {
    let Some(refusal) = refused(patient, |it| *it == Reason::Limits)? else { return Ok(None) };
    let mut finding = Finding { evidence: refusal.evidence.clone(), ..Finding::default() };
    finding.evidence.extend(limits(patient, &["nproc"]));
    Ok(Some(finding))
}

/// Lines of limits.conf(5) that set one of these for the account.
fn limits(patient: &Patient, items: &[&str]) -> Vec<String> {
    let rule = patient.pam("session").ok();
    let rule = rule.and_then(|mut rules| rules.find(|rule| rule.is("pam_limits.so")));
    let files = match rule.and_then(|rule| rule.value("conf")) {
        Some(file) => vec![file.to_owned()],
        None => every_file(),
    };
    let account = &patient.asked.account;
    let fits = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let domain = words.next().unwrap_or_default();
        let named = match domain.strip_prefix(['@', '%']) {
            Some(group) => group.is_empty() || patient.groups.iter().any(|it| it == group),
            // A range of uids is quoted without looking.
            None => domain == "*" || domain == account || domain.contains(':'),
        };
        named && words.nth(1).is_some_and(|item| items.contains(&item))
    };
    let all = files.iter().flat_map(|file| lines(file));
    all.filter(|(_, line)| fits(line))
        .take(MOST)
        .map(|(at, line)| format!("{at}: {line}"))
        .collect()
}

fn every_file() -> Vec<String> {
    let folder = std::fs::read_dir("/etc/security/limits.d").into_iter().flatten().flatten();
    let mut files: Vec<String> = folder.map(|entry| entry.path().display().to_string()).collect();
    files.retain(|file| Path::new(file).extension().is_some_and(|end| end == "conf"));
    files.sort();
    files.insert(0, "/etc/security/limits.conf".to_owned());
    files
}
