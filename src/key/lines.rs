//! Lines as in `authorized_keys` and `.pub` files, and what becomes of them on their way.

use super::public::{Public, is_kind};
use super::seen::{Flawed, Held, Looked};
use super::wire::{Reader, from_base64};
use crate::text::key::Flaw;

/// Over more lines no window breaks a key.
const MOST_PIECES: usize = 60;

const BLANKS: [char; 2] = [' ', '\t'];

/// Quotation marks that no program reads.
fn is_smart(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201f}' | '«' | '»')
}

/// Reads every line.
pub(super) fn read(text: &str, looked: &mut Looked) {
    let lines: Vec<&str> = text.split('\n').collect();
    if text.contains('\r') {
        looked.flaws.push(Flawed::warns(1, Flaw::CarriageReturns));
    }
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        // As sshd: other blanks are no blanks.
        let line = line.trim_matches([' ', '\t', '\r']);
        at += if line.is_empty() || line.starts_with('#') {
            1
        } else {
            one(line, &lines[at..], at + 1, looked)
        };
    }
}

/// Reads one line; returns how many belong to it.
fn one(line: &str, lines: &[&str], number: usize, looked: &mut Looked) -> usize {
    let flaw = |flaw, looked: &mut Looked| looked.flaws.push(Flawed::refuses(number, flaw));
    let hold = |public, options: &str, comment: &str, looked: &mut Looked| {
        looked.keys.push(Held {
            line: number,
            public,
            comment: comment.trim().as_bytes().to_vec(),
            options: options.trim().to_owned(),
        });
    };
    if line.starts_with(['"', '\'', '`']) || line.starts_with(is_smart) {
        let smart = line.starts_with(is_smart);
        flaw(if smart { Flaw::SmartQuotes } else { Flaw::Quoted }, looked);
        let bare = line.trim_matches(|c| is_smart(c) || "\"'`".contains(c));
        if let Some((options, kind, rest)) = split(bare)
            && let Some(public) = from_base64(word(rest).0).and_then(|body| Public::read(&body))
            && public.line().starts_with(kind)
        {
            hold(public, options, word(rest).1, looked);
        }
        return 1;
    }
    let Some((options, kind, rest)) = split(line) else {
        return match from_base64(word(line).0).and_then(|body| Public::read(&body)) {
            Some(public) => {
                flaw(Flaw::MissingType { kind: public.kind.to_owned() }, looked);
                hold(public, "", word(line).1, looked);
                1
            }
            None if line.contains(is_smart) => {
                flaw(Flaw::SmartQuotes, looked);
                1
            }
            None => {
                flaw(Flaw::NotKey, looked);
                1
            }
        };
    };
    if options.contains(is_smart) {
        flaw(Flaw::SmartQuotes, looked);
    } else if let Some(end) = blank(options.trim()) {
        // sshd ends options at the first blank outside of quotes: what follows is then no key to it.
        flaw(Flaw::Option { option: options.trim()[end..].trim().to_owned() }, looked);
    }
    let (body, comment) = word(rest);
    let decoded = from_base64(body);
    if let Some(public) = decoded.as_ref().and_then(|body| Public::read(body)) {
        let named = public.line();
        if named.split(' ').next() != Some(kind) {
            let kinds = (kind.to_owned(), public.kind.to_owned());
            flaw(Flaw::OtherType { named: kinds.0, kind: kinds.1 }, looked);
        }
        hold(public, options, comment, looked);
        return 1;
    }
    if let Some((public, comment, count)) = joined(body, &lines[1..]) {
        flaw(Flaw::Wrapped, looked);
        hold(public, options, comment, looked);
        return count + 1;
    }
    flaw(damage(line, body, decoded.as_deref().map_or(&[], Vec::as_slice)), looked);
    1
}

/// What is wrong with a key's text.
fn damage(line: &str, body: &str, decoded: &[u8]) -> Flaw {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    if body.contains(is_smart) {
        return Flaw::SmartQuotes;
    }
    if let Some(at) = body.chars().position(|c| !fits(c)) {
        let before = line.len() - line.find(body).map_or(0, |at| line.len() - at);
        let column = line[..before].chars().count() + at + 1;
        return Flaw::NotBase64 { column };
    }
    // Of a cut key, whole groups of four are left.
    let whole = from_base64(&body[..body.len() / 4 * 4]);
    let bytes =
        if decoded.is_empty() { whole.as_deref().map_or(&[][..], Vec::as_slice) } else { decoded };
    let mut reader = Reader(bytes);
    while !reader.0.is_empty() {
        let rest = reader.0;
        if reader.string().is_none() {
            let length = Reader(rest).u32().map_or(4, |length| length.saturating_add(4));
            let (gone, length) = (bytes.len() - rest.len(), usize::try_from(length).unwrap_or(0));
            // Else the length itself is what was changed.
            if length <= 8 * 1024 {
                return Flaw::Cut { have: bytes.len(), want: gone + length };
            }
            return Flaw::Damaged;
        }
    }
    if body.is_empty() { Flaw::Cut { have: 0, want: 1 } } else { Flaw::Damaged }
}

/// The key that a line and those after it make together: it, its comment, and how many lines follow.
fn joined<'a>(front: &str, lines: &[&'a str]) -> Option<(Public, &'a str, usize)> {
    let mut body = front.to_owned();
    for (count, line) in lines.iter().take(MOST_PIECES).enumerate() {
        let (piece, comment) = word(line.trim());
        if piece.is_empty() || is_kind(piece) {
            return None;
        }
        body += piece;
        if let Some(public) = from_base64(&body).and_then(|body| Public::read(&body)) {
            return Some((public, comment, count + 1));
        }
    }
    None
}

/// Options, type, and what follows.
fn split(line: &str) -> Option<(&str, &str, &str)> {
    let (first, rest) = word(line);
    if is_kind(first) {
        return Some(("", first, rest));
    }
    // As sshd does: options end at the first blank that stands in no quotes. Where that finds no key,
    // any type will do, for the options are wrong.
    let strict = blank(line).map(|end| line.split_at(end)).and_then(|(options, rest)| {
        let (kind, rest) = word(rest.trim_start_matches(BLANKS));
        is_kind(kind).then_some((options, kind, rest))
    });
    strict.or_else(|| {
        let kind = line.split(BLANKS).find(|word| is_kind(word))?;
        let at = line.find(kind)?;
        Some((&line[..at], kind, word(&line[at..]).1))
    })
}

/// The first blank that stands in no quotes.
fn blank(text: &str) -> Option<usize> {
    let (mut quoted, mut before) = (false, ' ');
    text.find(|c: char| {
        quoted ^= c == '"' && before != '\\';
        before = c;
        !quoted && BLANKS.contains(&c)
    })
}

/// The first word, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(BLANKS).unwrap_or((text, ""));
    (word, rest.trim_start_matches(BLANKS))
}
