//! The account, and whether sshd's lists let it in. In the order of OpenSSH's auth.c
//! (`allowed_user`): shell, DenyUsers, AllowUsers, DenyGroups, AllowGroups.

use std::path::Path;

use super::{Finding, Fix, Looked, Patient, Unseen};
use crate::host::change::Change;
use crate::host::clock;
use crate::host::run::{Tool, quote};
use crate::host::sshd::{names_group, names_user};

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
    "root",
];

pub(super) fn missing(patient: &Patient) -> Looked {
    if !matches!(patient.account(), Err(Unseen::NoAccount)) {
        return patient.account().map(|_| None);
    }
    let name = &patient.asked.account;
    let mut finding = Finding::new(format!("getent passwd {}: nothing", quote(name)));
    let there =
        |name: &&&str| crate::host::accounts::local_account(name).is_ok_and(|a| a.is_some());
    if let Some(usual) = USUAL.iter().find(there) {
        finding.evidence.push(format!("/etc/passwd: {usual}"));
        finding.fix = Fix::Client(format!("ssh {usual}@…"));
    }
    Ok(Some(finding))
}

pub(super) fn bad_shell(patient: &Patient) -> Looked {
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

pub(super) fn no_login_shell(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let name = passwd.shell.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !matches!(name, "nologin" | "false" | "true" | "sync" | "shutdown" | "halt") {
        return Ok(None);
    }
    let finding = Finding::new(format!("/etc/passwd: {}: {}", passwd.name, passwd.shell.display()));
    Ok(Some(finding.with(shell_fix(&passwd.name))))
}

fn shell_fix(name: &str) -> Fix {
    let shell = ["/bin/bash", "/bin/sh"].into_iter().find(|path| Path::new(path).exists());
    safe(Tool::new("usermod").args(["-s", shell.unwrap_or("/bin/sh"), "--", name]))
}

/// A tool that may be run for the customer, shown as he would type it.
fn safe(tool: Tool) -> Fix {
    Fix::Safe { command: tool.line(), changes: vec![Change::Run { tool }] }
}

pub(super) fn denied_user(patient: &Patient) -> Looked {
    let (name, from) = (patient.account()?.name.clone(), patient.from());
    let named = patient.config()?.words("denyusers").find(|word| names_user(word, &name, from));
    Ok(named.map(|word| Finding::new(format!("sshd -T: denyusers {word}"))))
}

pub(super) fn not_allowed_user(patient: &Patient) -> Looked {
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

pub(super) fn denied_group(patient: &Patient) -> Looked {
    patient.account()?;
    let mut words = patient.config()?.words("denygroups");
    let named = words.find(|word| names_group(word, groups(patient)));
    Ok(named.map(|word| Finding::new(format!("sshd -T: denygroups {word}"))))
}

pub(super) fn not_allowed_group(patient: &Patient) -> Looked {
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
pub(super) fn locked(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    if patient.config()?.is_yes("usepam") {
        return Ok(None);
    }
    let Some(shadow) = &patient.shadow else { return Err(unseen_shadow(patient)) };
    if !shadow.password.starts_with('!') {
        return Ok(None);
    }
    let mut finding = Finding::new(format!("/etc/shadow: {}: !…", passwd.name));
    finding.evidence.push("sshd -T: usepam no".to_owned());
    finding.fix = safe(Tool::new("usermod").args(["-p", "*", "--", &passwd.name]));
    Ok(Some(finding))
}

pub(super) fn expired(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let Some(shadow) = &patient.shadow else { return Err(unseen_shadow(patient)) };
    let today = clock::now() / clock::DAY;
    match shadow.expires {
        Some(day) if day <= today => {
            let date = clock::utc(day * clock::DAY);
            let date = date.split('T').next().unwrap_or_default();
            let finding = Finding::new(format!("/etc/shadow: {}: expired {date}", passwd.name));
            Ok(Some(finding.with(Fix::Run(format!("chage -E -1 {}", quote(&passwd.name))))))
        }
        _ => Ok(None),
    }
}

fn unseen_shadow(patient: &Patient) -> Unseen {
    if patient.root {
        Unseen::Broken { why: "/etc/shadow has no line for the account".to_owned() }
    } else {
        Unseen::NotRoot
    }
}
