//! `key`: what stands in key files, the same key in another format, a new pair.

mod ask;
mod convert;
mod document;
mod inspect;
mod make;
mod seen;
mod tell;

use super::out::{Exit, Out};
use super::own::Own;
use crate::cli::Key;

/// Runs the verb.
pub(super) fn run(options: &Key, own: &Own, mut out: Out) -> u8 {
    let done = match options {
        Key::Inspect { files } => return inspect::run(files, own, out),
        Key::Convert(wish) => convert::run(wish, own, &mut out),
        Key::New(wish) => make::run(wish, own, &mut out),
    };
    match done {
        Ok(path) => out.finish("ok", &[("file", path)], Exit::Done),
        Err(failure) => failure.finish(out),
    }
}
