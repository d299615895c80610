//! Modules that let in or turn away by lists of the administrator's.

use std::path::Path;

use super::{Finding, Fix, Looked, Patient, Unseen, has, refusal, said};
use crate::host::door::Reason;
use crate::host::files::read_text;
use crate::host::pam::Rule;
use crate::host::run::quote;

/// As many lines of a list are quoted.
const MOST: usize = 3;

fn rule<'a>(patient: &'a Patient, module: &str) -> Result<Option<&'a Rule>, Unseen> {
    Ok(patient.pam("account")?.find(|rule| rule.is(module)))
}

/// Lines of a file that are no comments, with their place.
pub(in crate::doctor) fn lines(path: &str) -> Vec<(String, String)> {
    let text = read_text(path).ok().flatten().unwrap_or_default();
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    numbered
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| (format!("{path}:{number}"), line.to_owned()))
        .collect()
}

/// What is written there that may have turned the account away.
fn quoted(path: &str, tells: impl Fn(&str) -> bool) -> Vec<String> {
    let telling = lines(path).into_iter().filter(|(_, line)| tells(line));
    telling.take(MOST).map(|(at, line)| format!("{at}: {line}")).collect()
}

pub(super) fn access(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let Some(rule) = rule(patient, "pam_access.so")? else { return Ok(None) };
    let Some(line) = said(patient, "pam_access")? else { return Ok(None) };
    let file = rule.value("accessfile").unwrap_or("/etc/security/access.conf");
    let mut finding = Finding::new(line);
    finding.evidence.push(format!("{}: {}", rule.at, rule.module));
    let names = |word: &str| {
        let word = word.trim_matches(['(', ')']);
        word == "ALL" || word == passwd.name || patient.groups.iter().any(|group| group == word)
    };
    finding.evidence.extend(quoted(file, |line| {
        let mut fields = line.splitn(3, ':').map(str::trim);
        fields.next() == Some("-")
            && fields.next().is_some_and(|who| who.split([' ', ',']).any(names))
    }));
    let from = patient.from().to_string();
    let from = if patient.asked.from_anywhere { "ALL" } else { &from };
    // pam_access parts its fields with colons.
    if from.contains(':') {
        return Ok(Some(finding));
    }
    let first = quote(&format!("1i + : {} : {from}", passwd.name));
    Ok(Some(finding.with(Fix::Run(format!("sed -i {first} {}", quote(file))))))
}

pub(super) fn succeed_if(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    if !has(patient, "pam_succeed_if.so")? {
        return Ok(None);
    }
    let Some(line) = said(patient, "pam_succeed_if")? else { return Ok(None) };
    if !line.contains(" not met by user ") {
        return Ok(None);
    }
    let mut finding = Finding::new(line);
    let rules = patient.pam("account")?.filter(|rule| rule.is("pam_succeed_if.so"));
    finding.evidence.extend(rules.map(|rule| format!("{}: {}", rule.at, rule.args.join(" "))));
    let group =
        line.split_once("requirement \"user ingroup ").and_then(|(_, it)| it.split_once('"'));
    if let Some((group, _)) = group.filter(|(group, _)| !group.contains([':', ' '])) {
        let line = format!("usermod -aG {} {}", quote(group), quote(&passwd.name));
        finding.fix = Fix::Run(line);
    }
    Ok(Some(finding))
}

pub(super) fn listfile(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let Some(rule) = rule(patient, "pam_listfile.so")? else { return Ok(None) };
    let Some(line) = said(patient, "pam_listfile")? else { return Ok(None) };
    let mut finding = Finding::new(line);
    finding.evidence.push(format!("{}: {}", rule.at, rule.args.join(" ")));
    if let (Some("user"), Some(file)) = (rule.value("item"), rule.value("file")) {
        let (name, file) = (quote(&passwd.name), quote(file));
        finding.fix = Fix::Run(match rule.value("sense") {
            Some("deny") => format!("sed -i {} {file}", quote(&format!("/^{}$/d", passwd.name))),
            _ => format!("printf '\\n%s\\n' {name} >> {file}"),
        });
    }
    Ok(Some(finding))
}

/// The shell is none of `/etc/shells`; the module says nothing about it in most versions.
pub(super) fn shells(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let Some(rule) = rule(patient, "pam_shells.so")? else { return Ok(None) };
    let file = "/etc/shells";
    let shell = if passwd.shell == Path::new("") {
        "/bin/sh".into()
    } else {
        passwd.shell.to_string_lossy()
    };
    if !Path::new(file).exists() || lines(file).iter().any(|(_, line)| **line == *shell) {
        return Ok(None);
    }
    let mut finding = Finding::new(format!("{file}: no line {shell}"));
    finding.evidence.push(format!("{}: {}", rule.at, rule.module));
    let fix = Fix::Run(format!("printf '\\n%s\\n' {} >> {file}", quote(&shell)));
    Ok(Some(finding.with(fix)))
}

/// The module says nothing: it is named where PAM refuses, no other module complained, and a rule of
/// its own is about this account.
pub(super) fn time(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let Some(rule) = rule(patient, "pam_time.so")? else { return Ok(None) };
    let Some(refusal) = refusal(patient)? else { return Ok(None) };
    let told = |line: &String| line.starts_with("pam_") && line.contains(":account)");
    let silent = refusal.reason == Reason::PamAccount && !refusal.evidence.iter().any(told);
    if !silent || matches!(shells(patient), Ok(Some(_))) {
        return Ok(None);
    }
    let file = rule.value("conffile").unwrap_or("/etc/security/time.conf");
    let mentions = |field: Option<&str>, name: &str| {
        field.is_some_and(|field| {
            field.split(['|', '&']).any(|word| {
                let word = word.trim().trim_start_matches('!');
                word == name || word.strip_suffix('*').is_some_and(|start| name.starts_with(start))
            })
        })
    };
    let rules = quoted(file, |line| {
        let mut fields = line.split(';');
        mentions(fields.next(), "sshd") && mentions(fields.nth(1), &passwd.name)
    });
    if rules.is_empty() {
        return Ok(None);
    }
    let mut finding = Finding { evidence: rules, ..Finding::default() };
    finding.evidence.push(format!("{}: {}", rule.at, rule.module));
    finding.evidence.extend(refusal.evidence.first().cloned());
    Ok(Some(finding))
}
