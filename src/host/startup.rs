//! The files that a shell reads before anything else, looked into for what ends it.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::accounts::Passwd;
use super::as_account::{self, Opened};
use super::files::{self, Trust};

/// The longest startup file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// What the usual shells read of the account's own, and for everybody.
const OWN: [&str; 9] = [
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

/// What may stand in for a shell that it is replaced by, given a terminal.
const TERMINALS: [&str; 10] =
    ["tmux", "screen", "byobu", "zellij", "dtach", "bash", "zsh", "fish", "ksh", "tcsh"];

/// Lines of an account's startup files that matter to a session.
#[derive(Debug, Default)]
pub struct Startup {
    /// What may end the shell: file, line and text; untrusted.
    pub ending: Vec<String>,
    /// Whether it depends on a terminal how a session goes on, so that it can't be tried without.
    pub wants_terminal: bool,
}

/// What a line of a shell script does.
#[derive(Debug, PartialEq)]
enum Does {
    Nothing,
    End,
    AskTerminal,
}

impl Startup {
    /// Reads the files, those of the account in its own name.
    #[must_use]
    pub fn of(passwd: &Passwd) -> Self {
        let own = OWN.map(|name| passwd.home.join(name));
        // Of an account that is still to be made there is nothing to open.
        let none = passwd.home.symlink_metadata().is_err_and(|e| e.kind() == ErrorKind::NotFound);
        let opened = if none { Ok(Vec::new()) } else { as_account::open(passwd, &own) };
        let opened = opened.unwrap_or_default();
        let folder = std::fs::read_dir("/etc/profile.d").into_iter().flatten().flatten();
        let shared = EVERYBODYS.map(PathBuf::from).into_iter().chain(folder.map(|it| it.path()));
        let mut found = Self::default();
        for (path, opened) in own.iter().zip(&opened) {
            if let Opened::Text(Some(text)) = opened {
                found.add(&path.display().to_string(), text);
            }
        }
        for path in shared {
            let Ok(Some(bytes)) = files::read(&path, Trust::Root, LONGEST) else { continue };
            found.add(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
        }
        found
    }

    fn add(&mut self, path: &str, text: &str) {
        for (index, line) in text.lines().enumerate() {
            match does(line) {
                Does::Nothing => {}
                Does::AskTerminal => self.wants_terminal = true,
                Does::End => {
                    let line: String = line.trim().chars().take(100).collect();
                    self.ending.push(format!("{path}:{}: {line}", index + 1));
                }
            }
        }
    }
}

fn does(line: &str) -> Does {
    let line = line.split('#').next().unwrap_or_default();
    let mut does = Does::Nothing;
    for command in line.split([';', '&', '|', '{', '}', '(', ')']) {
        let mut words = command.split_ascii_whitespace().peekable();
        while words.next_if(|word| ["then", "else", "do", "if", "!"].contains(word)).is_some() {}
        let name = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
        let terminal = |word: &str| TERMINALS.contains(&name(word).as_str());
        match words.next().unwrap_or_default() {
            "exit" | "logout" => does = Does::End,
            "kill" if command.contains("$$") => does = Does::End,
            "exec" => match words.next() {
                Some(word) if terminal(word) => return Does::AskTerminal,
                // With redirections alone exec stays.
                Some(word) if !word.contains(['<', '>']) => does = Does::End,
                _ => {}
            },
            word if terminal(word) => return Does::AskTerminal,
            _ => {}
        }
    }
    let asks = [" -t 0", " -t 1", "tty", "SSH_TTY"].iter().any(|text| line.contains(text));
    if asks && does == Does::End { Does::AskTerminal } else { does }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_end_a_shell() {
        let text = "# exit\nexit 1\necho exit\n[ -z x ] && exit\n  exec /bin/true\nexec 2>/dev/null\nif x; then exit; fi\nkill -9 $$\nexport A=exit\n";
        let mut startup = Startup::default();
        startup.add("/f", text);
        let numbers: Vec<&str> =
            startup.ending.iter().filter_map(|line| line.split(':').nth(1)).collect();
        assert_eq!(numbers, ["2", "4", "5", "7", "8"]);
        assert!(!startup.wants_terminal);
    }

    #[test]
    fn what_depends_on_a_terminal_can_not_be_tried_without() {
        for line in [
            "exec tmux new",
            "[ -z \"$TMUX\" ] && exec /usr/bin/screen",
            "[ -t 0 ] || exit",
            "tmux attach",
        ] {
            let mut startup = Startup::default();
            startup.add("/f", line);
            assert!(startup.wants_terminal && startup.ending.is_empty(), "{line}");
        }
    }
}
