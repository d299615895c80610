//! The table: each case is tried in English, in Korean and as JSON, and told at the end.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use lab::{Aspect, Changes, Output, What};

use crate::support::{self, Server, document, is_korean, raw_signs, result_word, without_journald};

/// How the disk must be afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Disk {
    /// No file, mode, owner or time differs.
    Untouched,
    /// Everything was undone: only what an account tool keeps for itself, and times of folders,
    /// may differ.
    RolledBack,
}

/// One way to be told no.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Line of shell that brings the server into the case's state.
    pub(crate) before: String,
    /// Line of shell that brings it back.
    pub(crate) after: String,
    /// Words for the program, after assignments to the environment where there are any.
    pub(crate) command: String,
    pub(crate) exit: i32,
    pub(crate) word: &'static str,
    pub(crate) english: &'static str,
    pub(crate) korean: &'static str,
    pub(crate) disk: Disk,
    /// What must not be said in any language.
    pub(crate) secret: Option<String>,
}

impl Case {
    /// A refusal that changes nothing.
    pub(crate) fn refused(
        name: &'static str,
        command: &str,
        english: &'static str,
        korean: &'static str,
    ) -> Self {
        Self {
            name,
            before: String::new(),
            after: String::new(),
            command: command.to_owned(),
            exit: 4,
            word: "refused",
            english,
            korean,
            disk: Disk::Untouched,
            secret: None,
        }
    }

    /// The same for a command line that means nothing.
    pub(crate) fn usage(
        name: &'static str,
        command: &str,
        english: &'static str,
        korean: &'static str,
    ) -> Self {
        Self { exit: 2, word: "failed", ..Self::refused(name, command, english, korean) }
    }

    /// A failure after something was done already.
    pub(crate) fn failed(
        name: &'static str,
        command: &str,
        english: &'static str,
        korean: &'static str,
    ) -> Self {
        Self {
            exit: 1,
            word: "failed",
            disk: Disk::RolledBack,
            ..Self::refused(name, command, english, korean)
        }
    }

    /// What goes before and after.
    pub(crate) fn with(mut self, before: impl Into<String>, after: impl Into<String>) -> Self {
        (self.before, self.after) = (before.into(), after.into());
        self
    }

    /// What must not be said.
    pub(crate) fn keeping(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Another last word and exit code.
    pub(crate) fn ending(mut self, word: &'static str, exit: i32) -> Self {
        (self.word, self.exit) = (word, exit);
        self
    }
}

/// Tries all cases on one server, prints the table and fails if any case did.
pub(crate) fn try_all(title: &str, server: &Server, cases: &[Case]) {
    let began = Instant::now();
    let mut table = format!("\n{title}: {} cases in English, Korean and JSON\n", cases.len());
    let mut failures = String::new();
    for case in cases {
        let problems = attempt(server, case);
        let outcome = if problems.is_empty() { "as told" } else { "FAILED" };
        let Case { name, exit, word, disk, .. } = case;
        let disk = format!("{disk:?}");
        let _ = writeln!(table, "  {outcome:<8} exit {exit} {word:<8} {disk:<11} {name}");
        for problem in problems {
            let _ = writeln!(failures, "{name}: {problem}\n");
        }
    }
    let _ = writeln!(table, "  ({} s)", began.elapsed().as_secs());
    show(&table);
    assert!(failures.is_empty(), "{failures}");
}

/// Prints past the test runner, which keeps the words of a test that succeeds to itself.
pub(crate) fn show(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Tries a case; says what was not as told.
fn attempt(server: &Server, case: &Case) -> Vec<String> {
    let mut problems = Vec::new();
    if let Err(why) = prepare(server, &case.before) {
        return vec![why];
    }
    let before = server.host.snapshot();
    for manner in ["--lang en", "--lang ko", "--json --lang en"] {
        let output = server.host.command(&in_manner(&case.command, manner)).run();
        let changes = without_journald(server.host.changes_since(&before));
        let mut found = judge(case, manner, &output);
        let touched = match case.disk {
            Disk::Untouched => touched(&changes),
            Disk::RolledBack => not_rolled_back(changes),
        };
        if !touched.is_empty() {
            found.push(format!("the disk: {}", touched.join("; ")));
        }
        if !found.is_empty() {
            problems.push(format!("{manner}: {}\n{output}", found.join("\n")));
        }
    }
    problems.extend(prepare(server, &case.after).err());
    problems
}

/// Runs a line that must succeed; else says what it said.
fn prepare(server: &Server, line: &str) -> Result<(), String> {
    let output = server.host.run(&format!("set -e; {line}"));
    if output.succeeded() { Ok(()) } else { Err(output.to_string()) }
}

/// The case's line with the program in it, and how it is to speak.
fn in_manner(command: &str, manner: &str) -> String {
    if command.contains(support::PROGRAM) {
        return command.replace("MANNER", manner);
    }
    let words: Vec<&str> = command.split(' ').collect();
    let is_assignment = |word: &&str| {
        word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        })
    };
    let count = words.iter().take_while(|word| is_assignment(word)).count();
    let (assignments, rest) = words.split_at(count);
    format!("{} {} {} {manner}", assignments.join(" "), support::PROGRAM, rest.join(" "))
}

fn judge(case: &Case, manner: &str, output: &Output) -> Vec<String> {
    let mut found = Vec::new();
    if output.code != case.exit {
        found.push(format!("exit code {}, not {}", output.code, case.exit));
    }
    if !output.stderr.is_empty() && !manner.contains("--json") {
        found.push("something was said on stderr".to_owned());
    }
    let all = format!("{}{}", output.stdout, output.stderr);
    if !raw_signs(&all).is_empty() {
        found.push(format!("raw control signs: {:?}", raw_signs(&all)));
    }
    if case.secret.as_ref().is_some_and(|secret| all.contains(secret)) {
        found.push("what must stay secret was said".to_owned());
    }
    let said = if manner.contains("--json") {
        match document(output) {
            Err(why) => {
                found.push(why);
                String::new()
            }
            Ok(value) => {
                if value["result"] != case.word {
                    found.push(format!(".result is {}", value["result"]));
                }
                let error = &value["error"];
                if error["code"] != case.exit || error["id"].as_str().is_none_or(str::is_empty) {
                    found.push(format!(".error is {error}"));
                }
                error["message"].as_str().unwrap_or_default().to_owned()
            }
        }
    } else {
        match result_word(&output.stdout) {
            Err(why) => found.push(why),
            Ok(word) if word != case.word => found.push(format!("RESULT is {word}")),
            Ok(_) => {}
        }
        output.stdout.clone()
    };
    let (part, korean) =
        if manner.contains("ko") { (case.korean, true) } else { (case.english, false) };
    if !said.contains(part) {
        found.push(format!("nowhere {part:?}"));
    }
    if is_korean(&said) != korean {
        found.push("the wrong language".to_owned());
    }
    found
}

/// What an untouched server must not show. Only the lock's coming and going may be told, by the
/// time of `/run`: it is no disk.
fn touched(changes: &Changes) -> Vec<String> {
    let only_time = |change: &lab::Change| {
        change.path == Path::new("/run")
            && matches!(&change.what, What::Modified(aspects)
                if aspects.iter().all(|it| matches!(it, Aspect::Mtime | Aspect::Ctime)))
    };
    changes.iter().filter(|change| !only_time(change)).map(ToString::to_string).collect()
}

/// What a server on which all was undone must not show. The account tools leave the file before
/// their last change beside each of theirs, systemd the folder in which it notes when its timers
/// ran, and we a line in the log that says what was undone; memory is left out, as a session's traces there go some seconds after it.
fn not_rolled_back(changes: Changes) -> Vec<String> {
    const KEPT: [&str; 6] = [
        "/etc/passwd-",
        "/etc/shadow-",
        "/etc/group-",
        "/etc/gshadow-",
        "/var/lib/systemd/timers",
        "/var/log/support-access.log",
    ];
    let known = |change: &&lab::Change| KEPT.iter().any(|path| change.path == Path::new(path));
    let changes = changes.on_disk().ignoring_times();
    changes.iter().filter(|it| !known(it)).map(ToString::to_string).collect()
}
