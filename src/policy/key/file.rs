//! A file with public keys: lines, comments, and the many things people pass instead.

use super::{AuthorizedKey, KNOWN_TYPES, KeyProblem, KeysError};
use crate::policy::plain::quoted;

/// More keys than a team of engineers has.
const MOST_KEYS: usize = 100;

/// Reads the public keys of a file: one a line, with blank lines and `#` comments between them.
pub fn parse_keys(bytes: &[u8], origin: &str) -> Result<Vec<AuthorizedKey>, KeysError> {
    parse_by(bytes, origin, AuthorizedKey::parse)
}

/// The same for keys that only are to be looked for.
pub fn parse_any_keys(bytes: &[u8], origin: &str) -> Result<Vec<AuthorizedKey>, KeysError> {
    parse_by(bytes, origin, AuthorizedKey::parse_any)
}

fn parse_by(
    bytes: &[u8],
    origin: &str,
    parse: fn(&str) -> Result<AuthorizedKey, KeyProblem>,
) -> Result<Vec<AuthorizedKey>, KeysError> {
    let error = |line, problem| KeysError { origin: origin.to_owned(), line, problem };
    let text = decode(bytes).map_err(|problem| error(None, problem))?;
    let lines: Vec<&str> = text.lines().collect();
    let mut keys: Vec<AuthorizedKey> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let key = parse(line).map_err(|problem| {
            let rest = lines[index + 1..].iter().map(|l| l.trim()).find(|l| !l.is_empty());
            error(Some(index + 1), judge_cut(problem, rest))
        })?;
        if keys.iter().any(|known| known.fingerprint() == key.fingerprint()) {
            continue;
        }
        if keys.len() == MOST_KEYS {
            return Err(error(Some(index + 1), KeyProblem::TooMany { most: MOST_KEYS }));
        }
        keys.push(key);
    }
    if keys.is_empty() { Err(error(None, KeyProblem::Empty)) } else { Ok(keys) }
}

/// A key that ends too early and goes on in the next line was wrapped.
fn judge_cut(problem: KeyProblem, next: Option<&str>) -> KeyProblem {
    let cut = matches!(problem, KeyProblem::Damaged | KeyProblem::MissingData { .. });
    let continued = next.and_then(|line| line.split_whitespace().next()).is_some_and(|word| {
        word.len() >= 4
            && !KNOWN_TYPES.contains(&word)
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
    });
    if cut && continued { KeyProblem::Wrapped } else { problem }
}

/// The file's text, unless the file is something else as a whole.
fn decode(bytes: &[u8]) -> Result<&str, KeyProblem> {
    // Before anything else: nothing of a private key may be quoted in a message.
    if let Some(kind) = private_kind(bytes) {
        return Err(KeyProblem::Private { kind: kind.to_owned() });
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(KeyProblem::Utf16);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| KeyProblem::NotText)?;
    if text.contains('\0') {
        return Err(KeyProblem::NotText);
    }
    if text.starts_with('\u{feff}') {
        return Err(KeyProblem::ByteOrderMark);
    }
    let start = text.trim_start();
    if start.starts_with("---- BEGIN SSH2 PUBLIC KEY") {
        return Err(KeyProblem::Ssh2);
    }
    if let Some(rest) = start.strip_prefix("-----BEGIN ") {
        let label = rest.split("-----").next().unwrap_or_default();
        return Err(KeyProblem::Pem { label: quoted(label.lines().next().unwrap_or_default()) });
    }
    if is_html(start) {
        return Err(KeyProblem::Html);
    }
    Ok(text)
}

pub(in crate::policy) fn is_html(text: &str) -> bool {
    let head: String = text.trim_start().chars().take(9).collect::<String>().to_ascii_lowercase();
    head.starts_with("<!doctype") || head.starts_with("<html") || head.starts_with("<head")
}

/// The kind of private key that these bytes hold, in whichever encoding.
pub(super) fn private_kind(bytes: &[u8]) -> Option<&'static str> {
    // UTF-16 with its zeros dropped reads as ASCII.
    let ascii: Vec<u8> = bytes.iter().copied().filter(|&b| b != 0).collect();
    let has = |needle: &str| ascii.windows(needle.len()).any(|w| w == needle.as_bytes());
    if has("PuTTY-User-Key-File-") || has("Private-Lines:") || has("Private-MAC:") {
        Some("PuTTY")
    } else if has("BEGIN OPENSSH PRIVATE KEY") || has("b3BlbnNzaC1rZXktdjE") {
        Some("OpenSSH")
    } else if has("PRIVATE KEY-----") || has("BEGIN SSH2 ENCRYPTED PRIVATE KEY") {
        Some("PEM")
    } else if has("SSH PRIVATE KEY FILE FORMAT") {
        Some("SSH 1")
    } else {
        None
    }
}
