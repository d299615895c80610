//! Passphrases, asked for in words.

use zeroize::Zeroizing;

use super::super::failure::Failure;
use super::super::out::{Look, Out};
use crate::host::ask::{AskError, passphrase};
use crate::text::Words;
use crate::text::key::{KeyRefusal, Question, Told};

/// A passphrase.
pub(super) type Hidden = Zeroizing<Vec<u8>>;

/// Asks one question. `line` is the command to be typed where somebody can be asked.
pub(super) fn one(question: &Question, line: &str, out: &Out) -> Result<Hidden, Failure> {
    passphrase(&crate::text::safe(&question.say(out.lang()))).map_err(|error| {
        Failure::refused(match error {
            AskError::NoTerminal => KeyRefusal::NoTerminal { line: line.to_owned() },
            AskError::Cancelled => KeyRefusal::Cancelled,
        })
    })
}

/// Asks for a new passphrase, twice, until both are the same.
pub(super) fn new(line: &str, out: &Out) -> Result<Hidden, Failure> {
    loop {
        let first = one(&Question::New, line, out)?;
        if *first == *one(&Question::Repeat, line, out)? {
            return Ok(first);
        }
        out.say(Look::Bad, &Told::Unlike);
    }
}
