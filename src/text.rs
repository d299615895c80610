//! Every word that a person reads, in English and Korean.

pub mod cause;
pub mod change;
pub mod doctor;
pub mod help;
pub mod receipt;
pub mod refusal;
pub mod report;
pub mod usage;
mod words;

pub use words::{Lang, Words};

/// Untrusted text made fit for one line of a terminal: control characters, escapes, line ends and
/// signs that turn the direction of writing are shown, not obeyed. A line end would let a file's name
/// write a line of its own, such as `RESULT: granted`.
#[must_use]
pub fn safe(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let bidi = matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
            let escape = (c.is_control() && c != '\t') || bidi;
            let shown: Vec<char> = if escape { c.escape_unicode().collect() } else { vec![c] };
            shown
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_shown_and_korean_is_left_alone() {
        assert_eq!(safe("\x1b[31m빨강\u{202e}\r\n"), "\\u{1b}[31m빨강\\u{202e}\\u{d}\\u{a}");
    }
}
