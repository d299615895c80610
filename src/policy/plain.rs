//! Text from outside, made fit to be shown on a terminal and stored on one line.

/// Whether a character shows as itself: no control, no line end, nothing that turns, hides or joins
/// the text around it.
pub(super) fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The text without characters that are not plain, at most `max` characters of it.
pub(super) fn sanitise(text: &str, max: usize) -> String {
    let kept: String = text.chars().filter(|&c| is_plain(c)).collect();
    kept.trim().chars().take(max).collect::<String>().trim_end().to_owned()
}

/// A piece of somebody's input as a message quotes it: plain, and short.
pub(super) fn quoted(text: &str) -> String {
    let shown = sanitise(text, 60);
    if shown.chars().count() < text.trim().chars().count() { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::{is_plain, quoted, sanitise};

    #[test]
    fn nothing_that_moves_the_cursor_or_hides_text_is_plain() {
        for c in "\0\n\r\t\u{1b}\u{7f}\u{85}\u{9b}\u{202e}\u{2066}\u{200d}\u{feff}\u{e0041}".chars()
        {
            assert!(!is_plain(c), "{c:?}");
        }
        for c in "aZ09 ~카페é中😀".chars() {
            assert!(is_plain(c), "{c:?}");
        }
    }

    #[test]
    fn what_is_cut_is_marked() {
        assert_eq!(quoted("short"), "short");
        assert_eq!(quoted("a\nb"), "ab…");
        assert_eq!(quoted(&"x".repeat(61)), format!("{}…", "x".repeat(60)));
        assert_eq!(sanitise("  가나다  ", 2), "가나");
    }
}
