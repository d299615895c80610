//! The account's shell, and the files that it reads before anything else.

use std::path::PathBuf;

use super::{Finding, Looked, Patient, shell_fix};
use crate::host::door::Reason;
use crate::host::files::{self, Trust};

/// The longest startup file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// As many lines are quoted.
const MOST: usize = 5;

pub(super) fn no_login(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let name = passwd.shell.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !matches!(name, "nologin" | "false" | "true" | "sync" | "shutdown" | "halt") {
        return Ok(None);
    }
    let finding = Finding::new(format!("/etc/passwd: {}: {}", passwd.name, passwd.shell.display()));
    Ok(Some(finding.with(shell_fix(&passwd.name))))
}

/// What the system says of a program that is there and can't be run.
const BROKEN: [&str; 3] = ["No such file or directory", "Permission denied", "Exec format error"];

/// sshd's child names the shell by its path, the loader by its name; the shell itself would say more.
pub(super) fn broken(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let Some(refusal) = patient.session()? else { return Ok(None) };
    if !matches!(refusal.reason, Reason::SessionEnded { .. })
        || patient.config()?.chroot().is_some()
    {
        return Ok(None);
    }
    let path = passwd.shell.display().to_string();
    let name = passwd.shell.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let tells = |line: &&String| {
        let Some((who, what)) = line.split_once(": ") else { return false };
        let loader = who == name && what.starts_with("error while loading shared libraries");
        loader || (who == path && BROKEN.iter().any(|start| what.starts_with(start)))
    };
    let Some(line) = refusal.evidence.iter().find(tells) else { return Ok(None) };
    Ok(Some(Finding::new(line).with(shell_fix(&passwd.name))))
}

/// What the usual shells read of the account's own, and for everybody.
const HIS: [&str; 9] = [
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".profile",
    ".zshenv",
    ".zprofile",
    ".zshrc",
    ".kshrc",
    ".cshrc",
];
const EVERYBODYS: [&str; 5] =
    ["/etc/profile", "/etc/bash.bashrc", "/etc/bashrc", "/etc/zsh/zshenv", "/etc/csh.cshrc"];

/// The session was opened and ended at once. The files are looked into for what may have done it.
pub(super) fn startup(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let Some(refusal) = patient.session()? else { return Ok(None) };
    let config = patient.config()?;
    let ended = matches!(refusal.reason, Reason::SessionEnded { .. } | Reason::TooSlow);
    if !ended || config.chroot().is_some() || config.forced_command().is_some() {
        return Ok(None);
    }
    let own = HIS.map(|name| (passwd.home.join(name), Trust::Owner(passwd.uid)));
    let folder = std::fs::read_dir("/etc/profile.d").into_iter().flatten().flatten();
    let shared = EVERYBODYS.into_iter().map(PathBuf::from).chain(folder.map(|entry| entry.path()));
    let all = own.into_iter().chain(shared.map(|path| (path, Trust::Root)));
    let mut evidence: Vec<String> = all
        .flat_map(|(path, trust)| {
            let bytes = files::read(&path, trust, LONGEST).ok().flatten().unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            leaving(&text)
                .map(|(n, line)| format!("{}:{n}: {line}", path.display()))
                .collect::<Vec<_>>()
        })
        .take(MOST)
        .collect();
    if evidence.is_empty() {
        return Ok(None);
    }
    evidence.extend(refusal.evidence.iter().cloned());
    Ok(Some(Finding { evidence, ..Finding::default() }))
}

/// Lines that end the shell, or put something else in its place, with their numbers.
fn leaving(text: &str) -> impl Iterator<Item = (usize, String)> {
    let ends = |line: &str| {
        let line = line.split('#').next().unwrap_or_default();
        let commands = line.split([';', '&', '|', '{', '}', '(', ')']);
        commands.map(str::trim).any(|command| {
            let command = command.trim_start_matches("then ").trim_start_matches("else ");
            let mut words = command.split_ascii_whitespace();
            let first = words.next().unwrap_or_default();
            match first {
                "exit" | "logout" => true,
                // With redirections alone exec stays.
                "exec" => words.next().is_some_and(|word| !word.contains(['<', '>'])),
                "kill" => command.contains("$$"),
                _ => false,
            }
        })
    };
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let found: Vec<(usize, String)> = numbered
        .filter(|(_, line)| ends(line))
        .map(|(number, line)| (number, line.trim().chars().take(100).collect()))
        .collect();
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_end_a_shell() {
        let text = "# exit\nexit 1\necho exit\n[ -z x ] && exit\n  exec zsh\nexec 2>/dev/null\nif x; then exit; fi\nkill -9 $$\nexport A=exit\n";
        let numbers: Vec<usize> = leaving(text).map(|(number, _)| number).collect();
        assert_eq!(numbers, [2, 4, 5, 7, 8]);
    }
}
