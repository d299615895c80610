//! The options in front of a key, as sshd reads them (OpenSSH auth-options.c, `sshauthopt_parse`). One
//! that it does not know, or can't read, makes it pass over the whole line.

#[cfg(test)]
mod tests;

use crate::host::sshd::{Version, read_expiry};

/// The sshd that reads.
#[derive(Clone, Copy, Debug)]
pub(in crate::doctor) struct Reader {
    /// Its version.
    pub version: Version,
    /// Seconds east of UTC of the standard time of its zone.
    pub offset: i32,
}

/// What the options ask of a login, as far as they can refuse it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::doctor) struct Options {
    /// `from=`; before OpenSSH 7.7 there may be several, and all must fit.
    pub from: Vec<String>,
    /// The earliest `expiry-time=`, with the moment that it is.
    pub expires: Option<(i64, String)>,
    /// The line is for certificates that this key has signed, and for the key itself not.
    pub cert_authority: bool,
    /// `principals=`, which only belongs to such a line.
    pub principals: bool,
    /// `command=`: what is run in the place of whatever is asked for.
    pub command: Option<String>,
    /// The last word on terminals, if it allows none.
    pub no_terminal: Option<String>,
}

/// Why sshd passes over the line. `why` are its own words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::doctor) enum Flaw {
    /// No option of this name, or not before another version.
    Unknown {
        /// What stands there.
        option: String,
        /// The version that has it.
        since: Option<Version>,
    },
    /// The option is known, and badly written.
    Malformed {
        /// What is wrong, as sshd says it.
        why: &'static str,
        /// What stands there.
        near: String,
    },
    /// `from=` twice.
    FromTwice,
}

/// Options that are only named; whether they have a `no-` form, and since which version they are known.
const FLAGS: [(&str, bool, Version); 9] = [
    ("restrict", false, OLD),
    ("cert-authority", false, OLD),
    ("port-forwarding", true, OLD),
    ("agent-forwarding", true, OLD),
    ("x11-forwarding", true, OLD),
    ("touch-required", true, Version::new(8, 2)),
    ("verify-required", true, Version::new(8, 4)),
    ("pty", true, OLD),
    ("user-rc", true, OLD),
];

/// Options that have a value.
const VALUES: [(&str, Version); 8] = [
    ("command", OLD),
    ("principals", OLD),
    ("from", OLD),
    ("expiry-time", Version::new(7, 7)),
    ("environment", OLD),
    ("permitopen", OLD),
    ("permitlisten", Version::new(7, 8)),
    ("tunnel", OLD),
];

/// Older ones are not among those that we know.
const OLD: Version = Version::new(7, 2);

/// As much of a line as is shown.
const SHOWN: usize = 60;

/// Reads options up to the blank that ends them.
pub(super) fn parse(text: &str, reader: Reader) -> Result<Options, Flaw> {
    let mut options = Options::default();
    let mut seen = Vec::new();
    let mut rest = text;
    while !ends(rest) {
        let here = rest;
        if let Some((flag, since, after)) = flag(rest) {
            known(here, since, reader)?;
            options.cert_authority |= flag == "cert-authority";
            let word = &rest[..rest.len() - after.len()];
            match flag {
                "pty" if word.len() == flag.len() => options.no_terminal = None,
                "pty" | "restrict" => options.no_terminal = Some(word.to_owned()),
                _ => {}
            }
            rest = after;
        } else if let Some((name, since, after)) = value_of(rest) {
            known(here, since, reader)?;
            let (value, after) = dequote(after).map_err(|why| malformed(why, here))?;
            take(&mut options, name, &value, reader).map_err(|why| malformed(why, here))?;
            let once = match name {
                "from" if reader.version >= Version::new(7, 7) => Some(Flaw::FromTwice),
                "command" => Some(malformed("multiple \"command\" clauses", here)),
                "principals" => Some(malformed("multiple \"principals\" clauses", here)),
                _ => None,
            };
            if seen.contains(&name)
                && let Some(flaw) = once
            {
                return Err(flaw);
            }
            seen.push(name);
            rest = after;
        } else {
            return Err(unknown(here));
        }
        if ends(rest) {
            break;
        }
        rest = rest.strip_prefix(',').ok_or_else(|| unknown(here))?;
        if rest.is_empty() {
            return Err(malformed("unexpected end-of-options", here));
        }
    }
    Ok(options)
}

/// The end of the options that stand in front of a text: the first blank that is in no quotes. Nothing
/// if a quote is not closed.
pub(super) fn end_of_options(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut quoted) = (0, false);
    while at < bytes.len() && (quoted || !matches!(bytes[at], b' ' | b'\t')) {
        match bytes[at] {
            b'\\' if bytes.get(at + 1) == Some(&b'"') => at += 1,
            b'"' => quoted = !quoted,
            _ => {}
        }
        at += 1;
    }
    (!quoted).then_some(at.min(bytes.len()))
}

fn ends(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t'])
}

/// What follows a word at the front, in whatever case.
fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let front = text.as_bytes().get(..word.len())?;
    front.eq_ignore_ascii_case(word.as_bytes()).then(|| &text[word.len()..])
}

fn flag(text: &str) -> Option<(&'static str, Version, &str)> {
    FLAGS.iter().find_map(|(name, negatable, since)| {
        let bare = if *negatable { after(text, "no-").unwrap_or(text) } else { text };
        Some((*name, *since, after(bare, name)?))
    })
}

fn value_of(text: &str) -> Option<(&'static str, Version, &str)> {
    VALUES
        .iter()
        .find_map(|(name, since)| Some((*name, *since, after(text, name)?.strip_prefix('=')?)))
}

fn known(here: &str, since: Version, reader: Reader) -> Result<(), Flaw> {
    if reader.version >= since {
        return Ok(());
    }
    Err(Flaw::Unknown { option: name_at(here), since: Some(since) })
}

fn unknown(here: &str) -> Flaw {
    // Known, but its value does not follow as it should.
    let name = name_at(here);
    if VALUES.iter().any(|(known, _)| name.eq_ignore_ascii_case(known)) {
        malformed("unknown key option", here)
    } else {
        Flaw::Unknown { option: name, since: None }
    }
}

fn name_at(here: &str) -> String {
    let end = here.find(['=', ',', ' ', '\t', '"']).unwrap_or(here.len());
    shown(&here[..end])
}

fn malformed(why: &'static str, here: &str) -> Flaw {
    Flaw::Malformed { why, near: shown(here) }
}

/// The front of a text.
pub(super) fn shown(text: &str) -> String {
    text.trim_end().chars().take(SHOWN).collect()
}

/// A value in quotes, in which `\"` is a quote, and what follows it.
fn dequote(text: &str) -> Result<(String, &str), &'static str> {
    let mut rest = text.strip_prefix('"').ok_or("missing start quote")?;
    let mut value = String::new();
    loop {
        let mut chars = rest.chars();
        match chars.next() {
            None => return Err("missing end quote"),
            Some('"') => return Ok((value, chars.as_str())),
            Some('\\') if chars.as_str().starts_with('"') => {
                value.push('"');
                chars.next();
            }
            Some(c) => value.push(c),
        }
        rest = chars.as_str();
    }
}

fn take(
    options: &mut Options,
    name: &str,
    value: &str,
    reader: Reader,
) -> Result<(), &'static str> {
    match name {
        "from" => options.from.push(value.to_owned()),
        "principals" => options.principals = true,
        "command" => options.command = Some(value.to_owned()),
        "expiry-time" => {
            let at = read_expiry(value, reader.version, reader.offset);
            let at = at.ok_or("invalid expires time")?;
            if options.expires.as_ref().is_none_or(|(earliest, _)| at < *earliest) {
                options.expires = Some((at, value.to_owned()));
            }
        }
        "environment" if !value.contains('=') => return Err("invalid environment string"),
        "permitopen" if !value.contains(':') => return Err("invalid permission port"),
        _ => {}
    }
    Ok(())
}
