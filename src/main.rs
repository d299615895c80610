//! Parse, run, exit code; nothing else.

#![forbid(unsafe_code)]

use std::env;
use std::process::ExitCode;

// Linked for what it leaves out.
use no_backtrace as _;
use support_access::cli::{Env, FETCHING};

fn main() -> ExitCode {
    let raw: Vec<_> = env::args_os().skip(1).collect();
    if let Some(code) = support_access::host::inside::entry(&raw) {
        return ExitCode::from(code);
    }
    if let Some(code) = support_access::host::keygen::entry() {
        return ExitCode::from(code);
    }
    let args: Vec<String> = raw.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    support_access::run(&args, &read_env())
}

fn read_env() -> Env {
    let var = |name: &str| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    Env {
        delete: var("CAFE24DEL"),
        origin: var("SUPPORT_ACCESS_ORIGIN"),
        policy: var("SUPPORT_ACCESS_POLICY"),
        policy_file: var("SUPPORT_ACCESS_POLICY_FILE"),
        signers: var("SUPPORT_ACCESS_SIGNERS"),
        locale: [var("LC_ALL"), var("LC_MESSAGES"), var("LC_CTYPE"), var("LANG")],
        term: var("TERM"),
        no_color: var("NO_COLOR").is_some_and(|value| !value.is_empty()),
        agent: var("SSH_AUTH_SOCK").filter(|path| !path.is_empty()),
        fetching: FETCHING
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), var(name)?)))
            .collect(),
    }
}
