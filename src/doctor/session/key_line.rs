//! Options of the key's own line that leave the engineer without a shell (sshd(8),
//! `AUTHORIZED_KEYS FILE FORMAT`).

use super::{Finding, Looked, Patient, Unseen};

/// Options of the first line that has one of the keys asked about, with the line's place.
fn options(patient: &Patient) -> Result<Option<(String, Vec<String>)>, Unseen> {
    if patient.asked.keys.is_empty() {
        return Err(Unseen::NoKey);
    }
    for file in &patient.key_files {
        let Ok(Some(bytes)) = &file.content else { continue };
        let text = String::from_utf8_lossy(bytes);
        for (index, line) in text.lines().enumerate() {
            let keys = patient.asked.keys.iter();
            let found = keys.into_iter().find_map(|key| line.find(key.line_without_comment()));
            let Some(at) = found.filter(|_| !line.trim_start().starts_with('#')) else { continue };
            let place = format!("{}:{}", file.path.display(), index + 1);
            return Ok(Some((place, split(line[..at].trim()))));
        }
    }
    Ok(None)
}

/// Options are parted by commas that are not quoted.
fn split(text: &str) -> Vec<String> {
    let mut options = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        if c == ',' && !quoted {
            options.push(String::new());
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        if let Some(last) = options.last_mut() {
            last.push(c);
        }
    }
    options
}

/// A command that hands on what was asked for is no hindrance.
pub(super) fn command(patient: &Patient) -> Looked {
    let Some((place, options)) = options(patient)? else { return Ok(None) };
    let forces = |option: &&String| {
        let name = option.get(..8).unwrap_or_default();
        name.eq_ignore_ascii_case("command=") && !option.contains("SSH_ORIGINAL_COMMAND")
    };
    let option = options.iter().find(forces);
    Ok(option.map(|option| Finding::new(format!("{place}: {option}"))))
}

pub(super) fn terminal(patient: &Patient) -> Looked {
    let Some((place, options)) = options(patient)? else { return Ok(None) };
    let forbidding = forbids_terminal(&options);
    Ok(forbidding.map(|option| Finding::new(format!("{place}: {option}"))))
}

/// The last word on it decides.
fn forbids_terminal(options: &[String]) -> Option<&str> {
    let words = ["restrict", "no-pty", "pty"];
    let about = |option: &&String| words.iter().any(|word| option.eq_ignore_ascii_case(word));
    let last = options.iter().rfind(about)?;
    (!last.eq_ignore_ascii_case("pty")).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_decides_about_a_terminal() {
        for (text, expected) in [
            ("", None),
            ("restrict", Some("restrict")),
            ("restrict,pty", None),
            ("pty,Restrict", Some("Restrict")),
            ("from=\"192.0.2.7,no-pty\",command=\"a \\\"b,no-pty\\\" c\"", None),
            ("from=\"192.0.2.7\",no-pty", Some("no-pty")),
        ] {
            assert_eq!(forbids_terminal(&split(text)), expected, "{text}");
        }
        assert_eq!(split("a=\"1,2\",b"), ["a=\"1,2\"", "b"]);
    }
}
