//! A plan in words, with the exact diff of each file and the exact command of each tool.

use serde_json::{Value, json};

use super::out::{Look, Out};
use crate::grant::step::Step;
use crate::host::change::{Change, Owner, list};
use crate::host::sha256;
use crate::text::change::{ChangeText, StepName};
use crate::text::{Lang, Words};

/// A step's name.
pub(super) fn step_name(step: Step) -> StepName {
    match step {
        Step::Program => StepName::Program,
        Step::Timer => StepName::Timer,
        Step::Account => StepName::Account,
        Step::Home => StepName::Home,
        Step::Sudo => StepName::Sudo,
        Step::Keys => StepName::Keys,
        Step::Opening => StepName::Opening,
    }
}

/// Says what a change does.
pub(super) fn text(change: &Change) -> ChangeText {
    let owner = |owner: &Owner| match owner {
        Owner::Root => "root".to_owned(),
        Owner::Account(name) => name.clone(),
    };
    let octal = |mode: &u32| format!("{mode:04o}");
    let shown = |path: &std::path::Path| path.display().to_string();
    match change {
        Change::MakeDir { path, mode, owner: who } => {
            ChangeText::MakeDir { path: shown(path), mode: octal(mode), owner: owner(who) }
        }
        Change::SetMode { path, mode, owner: who } => {
            ChangeText::SetMode { path: shown(path), mode: octal(mode), owner: owner(who) }
        }
        Change::Write { path, before, mode, owner: who, .. } => {
            let (path, mode, owner) = (shown(path), octal(mode), owner(who));
            match before {
                None => ChangeText::Create { path, mode, owner },
                Some(_) => ChangeText::Rewrite { path, mode, owner },
            }
        }
        Change::Remove { path, .. } => ChangeText::Remove { path: shown(path) },
        Change::RemoveDir { path } => ChangeText::RemoveDir { path: shown(path) },
        Change::RemoveTree { path, .. } => ChangeText::RemoveTree { path: shown(path) },
        Change::Run { tool } => ChangeText::Run { line: tool.line() },
        Change::Sweep { found, .. } => {
            const MOST: usize = 20;
            let mut paths: Vec<_> = found.iter().take(MOST).map(|path| shown(path)).collect();
            if found.len() > MOST {
                paths.push("...".to_owned());
            }
            let paths = paths.join(", ");
            ChangeText::Sweep { count: found.len(), paths }
        }
        Change::EndProcesses { running, .. } if running.is_empty() => ChangeText::EndNone,
        Change::EndProcesses { running, .. } => ChangeText::End { list: list(running) },
    }
}

/// Prints a change in full.
pub(super) fn print(out: &Out, change: &Change) {
    out.line(Look::Plain, &format!("  {}", text(change).say(out.lang())));
    match change {
        Change::Write { before, after, check, .. } => {
            if let Some(check) = check {
                let checked = ChangeText::Checked { tool: check.line() };
                out.line(Look::Plain, &format!("    {}", checked.say(out.lang())));
            }
            match std::str::from_utf8(after) {
                Ok(after) => {
                    let before = before.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
                    for (look, line) in diff(&before, after) {
                        out.line(look, &format!("    {line}"));
                    }
                }
                Err(_) => out.line(Look::Plain, &format!("    {}", binary(after).say(out.lang()))),
            }
        }
        Change::Remove { before, .. } => {
            if let Ok(before) = std::str::from_utf8(before) {
                for line in before.lines() {
                    out.line(Look::Bad, &format!("    -{line}"));
                }
            }
        }
        _ => {}
    }
}

fn binary(bytes: &[u8]) -> ChangeText {
    ChangeText::Binary { size: bytes.len(), hash: sha256(bytes) }
}

/// The lines of a file that go, stay and come. Our files are short, so what begins and what ends
/// alike is found, and all between is given as gone and come.
fn diff(before: &str, after: &str) -> Vec<(Look, String)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail =
        old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let mut lines: Vec<(Look, String)> = Vec::new();
    lines.extend(old[..head].iter().map(|line| (Look::Plain, format!(" {line}"))));
    lines.extend(old[head..old.len() - tail].iter().map(|line| (Look::Bad, format!("-{line}"))));
    lines.extend(new[head..new.len() - tail].iter().map(|line| (Look::Good, format!("+{line}"))));
    lines.extend(new[new.len() - tail..].iter().map(|line| (Look::Plain, format!(" {line}"))));
    lines
}

/// The change as one entry of `.changes[]`.
pub(super) fn json(step: Option<Step>, change: &Change) -> Value {
    let step = step.map(crate::grant::carry::name);
    let summary = text(change).say(Lang::En);
    let utf8 = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    match change {
        Change::Write { path, before, after, mode, .. } => json!({
            "step": step, "kind": "write", "summary": summary, "path": path, "mode": format!("{mode:04o}"),
            "before": before.as_deref().and_then(utf8), "after": utf8(after), "sha256": sha256(after),
        }),
        Change::Run { tool } => {
            json!({ "step": step, "kind": "run", "summary": summary, "command": tool.line() })
        }
        Change::MakeDir { path, mode, .. } | Change::SetMode { path, mode, .. } => json!({
            "step": step, "kind": "folder", "summary": summary, "path": path, "mode": format!("{mode:04o}"),
        }),
        Change::Remove { path, .. }
        | Change::RemoveDir { path }
        | Change::RemoveTree { path, .. } => {
            json!({ "step": step, "kind": "remove", "summary": summary, "path": path })
        }
        Change::Sweep { found, .. } => {
            json!({ "step": step, "kind": "remove", "summary": summary, "paths": found })
        }
        Change::EndProcesses { running, .. } => {
            let pids: Vec<i32> = running.iter().map(|process| process.pid).collect();
            json!({ "step": step, "kind": "end-processes", "summary": summary, "pids": pids })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_goes_and_what_comes() {
        let shown: Vec<String> =
            diff("a\nb\nc\n", "a\nx\nc\nd\n").into_iter().map(|(_, line)| line).collect();
        assert_eq!(shown, [" a", "-b", "-c", "+x", "+c", "+d"]);
        let shown: Vec<String> = diff("", "a\nb\n").into_iter().map(|(_, line)| line).collect();
        assert_eq!(shown, ["+a", "+b"]);
        let shown: Vec<String> = diff("a\na\n", "a\n").into_iter().map(|(_, line)| line).collect();
        assert_eq!(shown, [" a", "-a"]);
    }
}
