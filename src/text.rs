//! Every word that a person reads, in English and Korean.

pub mod cause;
pub mod change;
pub mod check;
pub mod doctor;
pub mod help;
pub mod key;
pub mod receipt;
pub mod refusal;
pub mod report;
pub mod usage;
mod words;

use std::fmt::Write as _;

pub use words::{Lang, Words};

/// Untrusted text made fit for one line of a terminal: control characters, escapes, line ends and
/// signs that turn the direction of writing are shown, not obeyed. A line end would let a file's name
/// write a line of its own, such as `RESULT: granted`.
#[must_use]
pub fn safe(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if (c.is_control() && c != '\t') || is_invisible(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Signs without a shape of their own, which turn the direction of writing or hide what follows.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The same for a JSON document, in which such signs can only stand in texts, and are spelled there as
/// JSON spells them (RFC 8259, section 7).
#[must_use]
pub fn safe_json(document: &str) -> String {
    let mut shown = String::with_capacity(document.len());
    for c in document.chars() {
        if matches!(c, '\u{7f}'..='\u{9f}') || is_invisible(c) {
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_shown_and_korean_is_left_alone() {
        assert_eq!(safe_json("\"\u{9b}2J \u{202e}빨강\"\n"), "\"\\u009b2J \\u202e빨강\"\n");
        assert_eq!(safe("\x1b[31m빨강\u{202e}\r\n"), "\\u{1b}[31m빨강\\u{202e}\\u{d}\\u{a}");
    }
}
