//! `key`: what stands in key files, the same key in another format, a new pair.

mod ask;
mod convert;
mod document;
mod inspect;
mod make;
mod seen;
mod tell;

use super::out::{Exit, Out};
use crate::cli::Key;
use crate::host::run::quote;

/// A command of ours to be typed next, by the path that this run was found under.
fn command(words: &[&str]) -> String {
    let own = std::env::current_exe().unwrap_or_else(|_| "support-access".into());
    let own = quote(&own.display().to_string());
    [&[&*own, "key"], words].concat().join(" ")
}

/// Runs the verb.
pub(super) fn run(options: &Key, mut out: Out) -> u8 {
    let done = match options {
        Key::Inspect { files } => return inspect::run(files, out),
        Key::Convert(wish) => convert::run(wish, &mut out),
        Key::New(wish) => make::run(wish, &mut out),
    };
    match done {
        Ok(path) => out.finish("ok", &[("file", path)], Exit::Done),
        Err(failure) => failure.finish(out),
    }
}
