//! `-----BEGIN …-----`, base64 and `-----END …-----`, also where somebody's editor was at it.

use std::io::Write;

use zeroize::Zeroizing;

use super::secret::Hidden;
use super::seen::Flawed;
use super::wire::{base64, from_base64, put_lines};
use crate::text::key::Flaw;

/// What stands between begin and end.
#[derive(Default)]
pub(super) struct Armor {
    /// What the first line says it is.
    pub(super) label: String,
    /// Lines such as `DEK-Info: AES-128-CBC,…`.
    pub(super) headers: Vec<(String, String)>,
    /// The rest, decoded; nothing if it can't be.
    pub(super) body: Option<Zeroizing<Vec<u8>>>,
    /// What is wrong with it.
    pub(super) flaws: Vec<Flawed>,
}

/// As OpenSSH's own reader has it.
pub(super) const OWN: &str = "OPENSSH PRIVATE KEY";

/// What editors make of a dash.
const DASHES: [char; 4] = ['-', '\u{2013}', '\u{2014}', '\u{2212}'];

/// Wraps bytes into armor.
pub(super) fn wrap(armor: &Armor, bytes: &[u8]) -> Hidden {
    let label = &armor.label;
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len() * 2 + 2048));
    let _ = writeln!(text, "-----BEGIN {label}-----");
    for (name, value) in &armor.headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    if !armor.headers.is_empty() {
        text.push(b'\n');
    }
    // As wide as their own programs write them.
    put_lines(&mut text, &base64(bytes), if label == OWN { 70 } else { 64 });
    let _ = writeln!(text, "-----END {label}-----");
    text
}

/// Reads the armor in a text; nothing if none begins there.
pub(super) fn read(text: &str) -> Option<Armor> {
    let mut flaws = Vec::new();
    let mut text = Zeroizing::new(text.to_owned());
    let begin = begin(&text)?;
    if text[begin..].contains("\\n") {
        let line = line_of(&text, begin);
        flaws.push(Flawed::refuses(line, Flaw::EscapedLines));
        text = Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n"));
    }
    let begin = self::begin(&text)?;
    let line = line_of(&text, begin);
    let (front, rest) = (&text[..begin], &text[begin + "BEGIN ".len()..]);
    let label = rest.split(|c| DASHES.contains(&c) || c == '\n').next().unwrap_or_default();
    let rest = &rest[label.len()..];
    let label = label.trim().to_owned();
    let body = rest.trim_start_matches(DASHES);
    let own = label == OWN;
    let above = front.trim_end_matches(DASHES);
    let dashes = front[above.len()..] == *"-----" && rest[..rest.len() - body.len()] == *"-----";
    let head_ends = body.starts_with('\n') || body.starts_with("\r\n");
    let end = body.find("END ").filter(|at| is_begin(&body[..*at]));
    let is_edge = |c: char| c == ' ' || DASHES.contains(&c);
    let inner = body[..end.unwrap_or(body.len())].trim_end_matches(is_edge);
    let tail = end.map_or("", |at| &body[at..]);
    let tail_fine = tail.starts_with(&format!("END {label}-----"))
        && body[inner.len()..].starts_with("-----END ");
    if end.is_none() {
        flaws.push(Flawed::refuses(text.lines().count(), Flaw::NoEnd));
    } else if flaws.is_empty() && !(head_ends && inner.ends_with('\n')) {
        flaws.push(Flawed::refuses(line, Flaw::OneLine));
    } else if !(dashes && tail_fine) {
        let line = if dashes { line_of(&text, text.len() - tail.len()) } else { line };
        flaws.push(Flawed::refuses(line, Flaw::Dashes));
    }
    // OpenSSL passes over lines above the first; OpenSSH's own reader passes over nothing.
    if own && !above.is_empty() {
        flaws.push(Flawed::refuses(1, Flaw::TextAbove));
    } else if !above.is_empty() && !above.ends_with('\n') {
        flaws.push(Flawed::refuses(line, Flaw::TextAbove));
    }
    if own && text.contains('\r') {
        flaws.push(Flawed::refuses(line, Flaw::CarriageReturns));
    }
    if own && end.is_some() && tail.trim_end_matches(['-', '\r']) == format!("END {label}") {
        flaws.push(Flawed::refuses(line_of(&text, text.len()), Flaw::NoFinalLine));
    }
    let start = text.len() - body.len();
    let (headers, body) = headers(inner);
    let decoded = from_base64(&body);
    if decoded.is_none() && end.is_some() {
        flaws.push(not_base64(&text, start, &body));
    }
    Some(Armor { label, headers, body: decoded, flaws })
}

/// Where the key begins: a private one, else anything.
fn begin(text: &str) -> Option<usize> {
    let mut starts = text.match_indices("BEGIN ").map(|(at, _)| at);
    let all: Vec<usize> = starts.by_ref().filter(|at| is_begin(&text[..*at])).collect();
    let private =
        |at: &&usize| text[**at..].lines().next().is_some_and(|line| line.contains("PRIVATE KEY"));
    all.iter().find(private).or(all.first()).copied()
}

/// Whether what stands before begins a line of armor; RFC 4716's has a blank.
fn is_begin(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    // Such words also stand in comments of authorized_keys.
    let comment =
        line.trim_start().starts_with('#') || line.split([' ', '\t']).any(super::public::is_kind);
    !comment && before.trim_end_matches(' ').ends_with(DASHES)
}

/// Number of the line at a place, counted from 1.
fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// Lines of the kind `Name: value`, and the rest.
fn headers(inner: &str) -> (Vec<(String, String)>, Zeroizing<String>) {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut body = Zeroizing::new(String::with_capacity(inner.len()));
    let mut goes_on = false;
    for line in inner.lines() {
        let line = line.trim_end();
        if goes_on {
            // RFC 4716 breaks long ones by a backslash.
        } else if let Some((name, value)) = line.split_once(':') {
            let value = value.trim().trim_end_matches('\\').trim_matches('"');
            found.push((name.trim().to_owned(), value.to_owned()));
        } else {
            *body += line;
            body.push('\n');
        }
        goes_on = line.ends_with('\\');
    }
    (found, body)
}

/// Where text stops being base64. What stands there is not told: it may be of a private key.
fn not_base64(text: &str, from: usize, body: &str) -> Flawed {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c) || c.is_ascii_whitespace();
    let bad = body.lines().find_map(|line| {
        let at = line.chars().position(|c| !fits(c))?;
        let line = text[from.min(text.len())..].find(line).map_or(from, |found| from + found);
        Some((line_of(text, line), at + 1))
    });
    match bad {
        Some((line, column)) => Flawed::refuses(line, Flaw::NotBase64 { column }),
        None => Flawed::refuses(line_of(text, from) + 1, Flaw::Lost),
    }
}
