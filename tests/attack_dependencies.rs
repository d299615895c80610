//! Every dependency fails: each tool that the program calls, the disk, the limits, the system's own
//! services. The cases are the lines of `tests/attacks/dependencies.tsv`.
#![allow(clippy::disallowed_methods, reason = "the sources are read from the disk")]
#![allow(clippy::expect_used, clippy::panic, reason = "what the tests share fails as tests do")]

mod attacked;
mod common;

use std::collections::BTreeSet;
use std::path::Path;

use attacked::{Row, attack_all, rows};

const ROWS: &str = include_str!("attacks/dependencies.tsv");

/// In which ways each tool must have been tried.
const WAYS: [&str; 6] = ["missing", "fails", "hangs", "babbles", "killed", "idle"];

/// Calls that do not name their tool, and which it is.
const UNNAMED: [(&str, &str); 3] =
    [("self.binary.display().to_string()", "sshd"), ("program", "sshd"), ("OURSELVES", "/proc")];

#[test]
fn a_sample_of_dependencies_fails() {
    let sample: Vec<Row> = rows(ROWS).into_iter().filter(|row| row.plain).collect();
    attack_all("dependencies", &sample, 25);
}

#[test]
#[ignore = "every line, some of which wait for a tool that hangs: scripts/test --all"]
fn every_dependency_fails() {
    attack_all("dependencies", &rows(ROWS), 300);
}

/// A tool that the program comes to call must come to stand in the table.
#[test]
fn every_tool_that_the_program_calls_is_tried_in_every_way() {
    let rows = rows(ROWS);
    let tools = called(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(tools.len() >= 14, "the search for tools finds too few: {tools:?}");
    let mut missing = Vec::new();
    for tool in &tools {
        let mut of_it = rows.iter().filter(|row| row.who == *tool);
        // What can't be tried here says why.
        if of_it.clone().any(|row| row.setup.starts_with("skipped: ")) || tool.starts_with('/') {
            assert!(of_it.next().is_some(), "{tool} has no line");
            continue;
        }
        for way in WAYS {
            if !of_it.clone().any(|row| row.setup.contains(&format!("broken {tool} {way}"))) {
                missing.push(format!("{tool} {way}"));
            }
        }
    }
    assert!(missing.is_empty(), "without a line: {missing:?}");
}

/// The tools that the sources call.
fn called(folder: &Path) -> BTreeSet<String> {
    let mut tools = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("src is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            tools.append(&mut called(&path));
        } else if path.extension().is_some_and(|it| it == "rs")
            && !path.ends_with("tests.rs")
            && !path.ends_with("testing.rs")
        {
            let text = std::fs::read_to_string(&path).expect("a source");
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for start in ["Tool::new(", ".through("] {
                tools.extend(text.split(start).skip(1).map(|rest| tool(rest, &path)));
            }
        }
    }
    tools
}

/// The tool at the beginning of a call's arguments.
fn tool(rest: &str, path: &Path) -> String {
    if let Some(name) = rest.strip_prefix('"') {
        return name.split('"').next().unwrap_or_default().to_owned();
    }
    let known = UNNAMED.iter().find(|(call, _)| {
        rest.strip_prefix(call).is_some_and(|after| after.starts_with([',', ')']))
    });
    let known = known.unwrap_or_else(|| {
        panic!("{}: which tool is called by {:?}?", path.display(), &rest[..40.min(rest.len())])
    });
    known.1.to_owned()
}
