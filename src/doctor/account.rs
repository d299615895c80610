//! The account, and whether sshd's lists let it in. In the order of OpenSSH's auth.c
//! (`allowed_user`): shell, DenyUsers, AllowUsers, DenyGroups, AllowGroups.

use std::path::Path;

use super::{Cause, Finding, Fix, Looked, Patient, Stage, Unseen};
use crate::host::accounts;
use crate::host::authlog::Entry;
use crate::host::files::read_text;
use crate::host::run::{Tool, quote};
use crate::host::sshd::{names_group, names_user};
use crate::host::systemd;
use crate::text::cause::account as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    // Another name than the one that was tried is the client's to use.
    Cause::new("no-account", Stage::Account, &told::NO_ACCOUNT, missing).unasked(),
    Cause::new("bad-shell", Stage::Account, &told::BAD_SHELL, bad_shell),
    Cause::new("deny-users", Stage::Account, &told::DENY_USERS, denied_user),
    Cause::new("allow-users", Stage::Account, &told::ALLOW_USERS, not_allowed_user),
    Cause::new("deny-groups", Stage::Account, &told::DENY_GROUPS, denied_group),
    Cause::new("allow-groups", Stage::Account, &told::ALLOW_GROUPS, not_allowed_group),
    Cause::new("account-locked", Stage::Account, &told::ACCOUNT_LOCKED, locked),
];

/// Accounts that the images of Linux distributions for clouds come with.
const USUAL: [&str; 10] = [
    "rocky",
    "almalinux",
    "centos",
    "ubuntu",
    "debian",
    "ec2-user",
    "cloud-user",
    "opc",
    "admin",
    "fedora",
];

/// Sources of nsswitch.conf(5) that ask a daemon of their own, and its unit.
const SERVICES: [(&str, &str); 4] =
    [("sss", "sssd"), ("ldap", "nslcd"), ("winbind", "winbind"), ("nis", "ypbind")];

/// The account is there, but sshd does not come to hear of it.
pub(super) fn name_service(patient: &Patient) -> Looked {
    let name = &patient.asked.account;
    let why = || Unseen::Broken { why: "getent passwd".to_owned() };
    if accounts::services_know(name).ok_or_else(why)? {
        return Ok(None);
    }
    let text = read_text("/etc/nsswitch.conf").ok().flatten().unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("passwd:")).unwrap_or_default();
    let mut finding = Finding::new(format!("getent passwd {}: nothing", quote(name)));
    finding.evidence.push(format!("/etc/nsswitch.conf: {line}"));
    if patient.account().is_ok() {
        finding.evidence.push(format!("/etc/passwd: {name}"));
        let fix = "sed -i 's/^passwd:/passwd: files/' /etc/nsswitch.conf";
        let files = line.split_ascii_whitespace().any(|word| matches!(word, "files" | "compat"));
        let fix = if files { Fix::Told } else { Fix::Run(fix.to_owned()) };
        return Ok(Some(finding.with(fix)));
    }
    let down = SERVICES.into_iter().find(|(source, unit)| {
        line.split_ascii_whitespace().any(|word| word == *source)
            && systemd::is_active(unit).is_ok_and(|active| !active)
    });
    let Some((_, unit)) = down else { return Ok(None) };
    finding.evidence.push(format!("systemctl is-active {unit}: no"));
    Ok(Some(finding.with(Fix::Run(format!("systemctl start {unit}")))))
}

fn missing(patient: &Patient) -> Looked {
    let name = &patient.asked.account;
    if patient.account().is_ok() {
        // There is one, but perhaps it is not the one that was tried.
        let Ok(last) = patient.last_heard() else { return Ok(None) };
        let tried = |entry: &&Entry| Some(entry.text.strip_prefix("Invalid user ")?.to_owned());
        let Some((tried, entry)) = last.iter().find_map(|entry| Some((tried(entry)?, entry)))
        else {
            return Ok(None);
        };
        if tried.starts_with(&format!("{name} from ")) {
            return Ok(None);
        }
        let finding = Finding::new(entry.line());
        return Ok(Some(finding.with(Fix::Client(format!("ssh {}@…", quote(name))))));
    }
    if !matches!(patient.account(), Err(Unseen::NoAccount)) {
        return patient.account().map(|_| None);
    }
    let mut finding = Finding::new(format!("getent passwd {}: nothing", quote(name)));
    if let Some(usual) = usual() {
        finding.evidence.push(format!("/etc/passwd: {usual}"));
        finding.fix = Fix::Client(format!("ssh {}@…", quote(&usual)));
    }
    Ok(Some(finding))
}

/// The account that an image of this distribution comes with, if it is here.
fn usual() -> Option<String> {
    let text = read_text("/etc/os-release").ok().flatten().unwrap_or_default();
    let id = text.lines().find_map(|line| line.strip_prefix("ID="));
    let id = id.map(|id| id.trim_matches(['"', '\''])).filter(|id| !id.is_empty());
    let there = |name: &&str| {
        accounts::local_account(name).is_ok_and(|it| it.is_some_and(|it| it.uid != 0))
    };
    id.into_iter().chain(USUAL).find(there).map(str::to_owned)
}

fn bad_shell(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let shell = if passwd.shell == Path::new("") { Path::new("/bin/sh") } else { &passwd.shell };
    let why = match std::fs::metadata(shell) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "does not exist",
        Err(error) => return Err(Unseen::Broken { why: format!("{}: {error}", shell.display()) }),
        Ok(meta) if !meta.is_file() => "is not a file",
        Ok(meta) if std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o111 == 0 => {
            "is not executable"
        }
        Ok(_) => return Ok(None),
    };
    let finding = Finding::new(format!("/etc/passwd: {}: {} {why}", passwd.name, shell.display()));
    Ok(Some(finding.with(shell_fix(&passwd.name))))
}

/// Whoever gave the account that shell may have meant it: the customer decides.
pub(super) fn shell_fix(name: &str) -> Fix {
    let shell = ["/bin/bash", "/bin/sh"].into_iter().find(|path| Path::new(path).exists());
    Fix::Run(Tool::new("usermod").args(["-s", shell.unwrap_or("/bin/sh"), "--", name]).line())
}

fn denied_user(patient: &Patient) -> Looked {
    let (name, from) = (patient.account()?.name.clone(), patient.from());
    let named = patient.config()?.words("denyusers").find(|word| names_user(word, &name, from));
    Ok(named.map(|word| Finding::new(format!("sshd -T: denyusers {word}"))))
}

fn not_allowed_user(patient: &Patient) -> Looked {
    let (name, from) = (patient.account()?.name.clone(), patient.from());
    let words: Vec<&str> = patient.config()?.words("allowusers").collect();
    if words.is_empty() || words.iter().any(|word| names_user(word, &name, from)) {
        return Ok(None);
    }
    Ok(Some(Finding::new(format!("sshd -T: allowusers {}", words.join(" ")))))
}

fn groups(patient: &Patient) -> impl Iterator<Item = &str> {
    patient.groups.iter().map(String::as_str)
}

fn denied_group(patient: &Patient) -> Looked {
    patient.account()?;
    let mut words = patient.config()?.words("denygroups");
    let named = words.find(|word| names_group(word, groups(patient)));
    Ok(named.map(|word| Finding::new(format!("sshd -T: denygroups {word}"))))
}

fn not_allowed_group(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let words: Vec<&str> = patient.config()?.words("allowgroups").collect();
    if words.is_empty() || words.iter().any(|word| names_group(word, groups(patient))) {
        return Ok(None);
    }
    let mut finding = Finding::new(format!("sshd -T: allowgroups {}", words.join(" ")));
    finding.evidence.push(format!("id -Gn {}: {}", quote(&passwd.name), patient.groups.join(" ")));
    // Of several groups the customer must choose: membership may give more than a login.
    if let [group] = words[..]
        && !group.contains(['*', '?', '!', ','])
    {
        finding.fix = Fix::Run(format!("usermod -aG {} {}", quote(group), quote(&passwd.name)));
    }
    Ok(Some(finding))
}

/// OpenSSH's `allowed_user`, loginrec-free: a password that begins with the system's lock prefix,
/// which on Linux is `!`, and only where PAM does not decide.
fn locked(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    if patient.config()?.is_yes("usepam") {
        return Ok(None);
    }
    let shadow = patient.shadow()?;
    if !shadow.password.starts_with('!') {
        return Ok(None);
    }
    let mut finding = Finding::new(format!("/etc/shadow: {}: !…", passwd.name));
    finding.evidence.push("sshd -T: usepam no".to_owned());
    // Whoever locked it may have meant it.
    finding.fix = Fix::Run(Tool::new("usermod").args(["-p", "*", "--", &passwd.name]).line());
    Ok(Some(finding))
}
