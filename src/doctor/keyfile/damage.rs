//! A key that stands in the file in a form that sshd does not take for it: broken over lines, glued to
//! another, in another program's format, cut or changed.

use super::{ShownKey, Trouble};

/// Fewer characters in common are those that all keys of a type begin with.
const TELLING: usize = 44;

/// As many characters as a slip changes.
const SLIP: usize = 6;

/// Types of keys, as they stand in front of one.
const TYPES: [&str; 4] = ["ssh-", "ecdsa-sha2-", "sk-", "rsa-sha2-"];

/// Where the key stands, counted from 1, and what is wrong there.
pub(super) fn find(text: &str, key: &ShownKey) -> Option<(usize, Trouble)> {
    let lines: Vec<&str> = text.split('\n').collect();
    let whole = lines.iter().enumerate().find_map(|(at, line)| {
        let front = line.find(key.body)?;
        Some((at + 1, whole(&lines, at, front, key)))
    });
    whole.or_else(|| scattered(text, &lines, key)).or_else(|| changed(&lines, key))
}

/// The key's text is on the line, and something else is wrong.
fn whole(lines: &[&str], at: usize, front: usize, key: &ShownKey) -> Trouble {
    let (before, behind) = (&lines[at][..front], &lines[at][front + key.body.len()..]);
    let before = before.trim();
    if before.starts_with('#') {
        return Trouble::Commented;
    }
    if let Some(form) = foreign(lines, at) {
        return Trouble::Foreign(form);
    }
    if before.starts_with('\u{feff}') {
        return Trouble::Damaged("byte order mark".to_owned());
    }
    let types = |text: &str| TYPES.iter().any(|kind| text.contains(kind));
    if before.contains("AAAA") || types(behind.split([' ', '\t']).next().unwrap_or_default()) {
        return Trouble::Joined;
    }
    let word = before.rsplit([' ', '\t']).next().unwrap_or_default();
    if word.is_empty() {
        let above = lines[..at].iter().rev().map(|line| line.trim()).find(|line| !line.is_empty());
        let torn = above.is_some_and(|above| above.ends_with(key.kind));
        return if torn { Trouble::Wrapped } else { Trouble::Damaged(format!("{}?", key.kind)) };
    }
    if before == key.kind {
        // Only what follows can be wrong.
        return Trouble::Damaged(behind.trim().chars().take(20).collect());
    }
    match word.strip_suffix(key.kind) {
        // The type is there, and something in front of it that sshd can't pass over.
        Some("") => Trouble::BadOptions(before.trim_end_matches(key.kind).trim_end().to_owned()),
        Some(glued) if types(before.trim_end_matches(key.kind)) || !glued.is_ascii() => {
            Trouble::Damaged(word.to_owned())
        }
        Some(_) if word.starts_with(['"', '\'', '`']) => Trouble::Damaged(word.to_owned()),
        Some(_) => Trouble::Joined,
        None => Trouble::Damaged(word.to_owned()),
    }
}

/// The key's text with blanks, ends of lines or zeros in it.
fn scattered(text: &str, lines: &[&str], key: &ShownKey) -> Option<(usize, Trouble)> {
    let mut squeezed = String::new();
    let mut line_at = Vec::new();
    let mut line = 0;
    for c in text.chars() {
        line += usize::from(c == '\n');
        if !c.is_whitespace() && c != '\0' {
            squeezed.push(c);
            line_at.resize(squeezed.len(), line);
        }
    }
    let start = squeezed.find(key.body)?;
    let (first, last) = (line_at[start], line_at[start + key.body.len() - 1]);
    let trouble = if text.contains('\0') {
        Trouble::Foreign("UTF-16")
    } else if let Some(form) = foreign(lines, first) {
        Trouble::Foreign(form)
    } else if first == last {
        Trouble::Damaged("blanks within the key".to_owned())
    } else {
        Trouble::Wrapped
    };
    Some((first + 1, trouble))
}

/// The format whose head stands above a line, if that is none of OpenSSH's.
fn foreign(lines: &[&str], at: usize) -> Option<&'static str> {
    lines[..=at].iter().rev().find_map(|line| {
        [
            ("BEGIN SSH2 PUBLIC KEY", "RFC 4716"),
            ("PuTTY-User-Key-File-", "PuTTY"),
            ("-----BEGIN ", "PEM"),
        ]
        .into_iter()
        .find_map(|(head, form)| line.contains(head).then_some(form))
    })
}

/// The key with its end cut off, or with a few characters lost, added or changed.
fn changed(lines: &[&str], key: &ShownKey) -> Option<(usize, Trouble)> {
    let good = key.body.as_bytes();
    lines.iter().enumerate().find_map(|(at, line)| {
        line.split_ascii_whitespace().map(str::as_bytes).find_map(|word| {
            let same = |pair: &(&u8, &u8)| pair.0 == pair.1;
            let front = word.iter().zip(good).take_while(same).count();
            let room = word.len().min(good.len()) - front;
            let pairs = word.iter().rev().zip(good.iter().rev());
            let back = pairs.take(room).take_while(same).count();
            let cut = front == word.len() && front < good.len() && front * 2 >= good.len();
            let most = word.len().max(good.len());
            let slip = front + back + SLIP >= most && back > 0;
            let said = match (front >= TELLING && cut, most > TELLING && slip && word != good) {
                (true, _) => format!("{front}/{} characters", good.len()),
                (_, true) => format!("character {}", front + 1),
                _ => return None,
            };
            Some((at + 1, Trouble::Damaged(said)))
        })
    })
}
