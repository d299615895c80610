//! Man pages and completions, which the packages carry: made of the command line and of the help pages,
//! so that they can't differ from the program. `WRITE_PAGES=1 cargo test --test pages` writes them anew.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests work on files of their own and fail loudly"
)]

mod completions;
mod help;
mod man;

use std::fs;
use std::path::Path;

/// The verbs that people type, with all of their options.
fn verbs() -> Vec<clap::Command> {
    let line = support_access::cli::command_line();
    // The timer's own, and the publisher's, which the help does not name either.
    let own = ["expire", "policy-check"];
    line.get_subcommands().filter(|it| !own.contains(&it.get_name())).cloned().collect()
}

/// Fails unless the file below packaging/ holds this text, or writes it there.
#[track_caller]
fn holds(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(path);
    if std::env::var_os("WRITE_PAGES").is_some() {
        fs::write(&file, text).unwrap();
    }
    let stands = fs::read_to_string(&file).unwrap_or_default();
    assert!(stands == text, "{path} is old: WRITE_PAGES=1 cargo test --test pages");
}

/// Runs a command line of bash and insists on its success and its silence on standard error.
#[track_caller]
fn quiet(line: &str) -> String {
    let out = std::process::Command::new("bash").args(["-ec", line]).output().unwrap();
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && errors.is_empty(), "{line}\n{errors}");
    String::from_utf8(out.stdout).unwrap()
}

fn packaging(path: &str) -> String {
    format!("{}/packaging/{path}", env!("CARGO_MANIFEST_DIR"))
}
