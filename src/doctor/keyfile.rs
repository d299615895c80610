//! A key file as sshd reads it: who stands in it, and what its lines ask.

mod damage;
mod from;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod options;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use from::Says;
pub(super) use options::{Flaw, Options, Reader};

/// One key, as it stands in a `.pub` file.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShownKey<'a> {
    /// Its type.
    pub kind: &'a str,
    /// It, in base64.
    pub body: &'a str,
}

/// The login that a line is held against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Login<'a> {
    /// The sshd that reads.
    pub reader: Reader,
    /// Where it may come from; nothing if nobody said.
    pub from: &'a [IpAddr],
    /// When.
    pub now: i64,
}

/// What is wrong with a line that should let a key in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// sshd can't read the options, and passes over the line.
    Flaw(Flaw),
    /// Options that do not even end where the key begins.
    BadOptions(String),
    /// `expiry-time` is over, since then.
    Expired(i64, String),
    /// `principals` on a line without `cert-authority`.
    Principals,
    /// `cert-authority`: good for certificates only.
    CertAuthority,
    /// An entry for which sshd throws the whole of `from=` away.
    FromBroken(String, String),
    /// A blank in `from=` that shuts the address out.
    FromBlank(String, String),
    /// `from=` names another address.
    FromOther(String, IpAddr),
    /// The line is a comment.
    Commented,
    /// The key is broken over several lines.
    Wrapped,
    /// Two keys on one line.
    Joined,
    /// Another program's format.
    Foreign(&'static str),
    /// The key's text or type is not what it was.
    Damaged(String),
}

/// What a file says to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// One of its lines lets the key in.
    Accepts,
    /// It stands there, on this line (counted from 1), and these are in the way.
    Refuses(usize, Vec<Trouble>),
    /// It does not stand there.
    Absent,
}

/// Looks for a key. Where several lines have it, any that lets it in does; else the one with the least
/// trouble is told, the last of them.
#[must_use]
pub(super) fn judge(text: &str, key: &ShownKey, login: &Login) -> Standing {
    let mut best: Option<(usize, Vec<Trouble>)> = None;
    for (index, line) in text.split('\n').enumerate() {
        let Some(written) = options_before(line, key) else { continue };
        let troubles = troubles(written, login);
        if troubles.is_empty() {
            return Standing::Accepts;
        }
        if best.as_ref().is_none_or(|(_, known)| troubles.len() <= known.len()) {
            best = Some((index + 1, troubles));
        }
    }
    match best.or_else(|| damage::find(text, key).map(|(line, trouble)| (line, vec![trouble]))) {
        Some((line, troubles)) => Standing::Refuses(line, troubles),
        None => Standing::Absent,
    }
}

/// The options of the first line that lets a key in, and its number, counted from 1.
#[must_use]
pub(super) fn accepted(text: &str, key: &ShownKey, login: &Login) -> Option<(usize, Options)> {
    text.split('\n').enumerate().find_map(|(index, line)| {
        let written = options_before(line, key).filter(|it| troubles(it, login).is_empty())?;
        Some((index + 1, options::parse(written, login.reader).ok()?))
    })
}

/// The options of a line that sshd takes for this key (OpenSSH auth2-pubkeyfile.c,
/// `auth_check_authkey_line`: first without options, then with).
fn options_before<'a>(line: &'a str, key: &ShownKey) -> Option<&'a str> {
    const BLANKS: [char; 2] = [' ', '\t'];
    // A C string ends at its first zero.
    let line = line.split('\0').next()?.trim_start_matches(BLANKS);
    if line.starts_with('#') {
        return None;
    }
    if is_key(line, key) {
        return Some("");
    }
    let (options, rest) = line.split_at(options::end_of_options(line)?);
    is_key(rest.trim_start_matches(BLANKS), key).then_some(options)
}

fn is_key(text: &str, key: &ShownKey) -> bool {
    let Some((kind, rest)) = text.split_once([' ', '\t']) else { return false };
    let body = rest.trim_start_matches([' ', '\t']).split([' ', '\t']).next().unwrap_or_default();
    // Ends of lines and the like are passed over when base64 is decoded.
    kind == key.kind && body.trim_ascii() == key.body
}

/// What is in the way of a login, in sshd's order (`auth_authorise_keyopts`).
fn troubles(written: &str, login: &Login) -> Vec<Trouble> {
    let Options { from, expires, cert_authority, principals, .. } =
        match options::parse(written, login.reader) {
            Ok(options) => options,
            Err(flaw) => return vec![Trouble::Flaw(flaw)],
        };
    let mut troubles = Vec::new();
    if cert_authority {
        troubles.push(Trouble::CertAuthority);
    }
    troubles.extend(
        expires.filter(|(at, _)| login.now > *at).map(|(at, text)| Trouble::Expired(at, text)),
    );
    if principals && !cert_authority {
        troubles.push(Trouble::Principals);
    }
    let says = |list: &String| {
        login.from.iter().find_map(|address| match from::ask(list, *address) {
            Says::Yes => None,
            Says::No => Some(Trouble::FromOther(list.clone(), *address)),
            Says::Blank(entry) => Some(Trouble::FromBlank(list.clone(), entry)),
            Says::Broken(entry) => Some(Trouble::FromBroken(list.clone(), entry)),
        })
    };
    troubles.extend(from.iter().find_map(says));
    troubles
}

/// Whether nothing but keys and comments stands in a text: it is no file with secrets in it.
#[must_use]
pub(super) fn is_public(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line.split([' ', '\t']).any(|word| word.starts_with("AAAA")))
}

/// Why today's sshd passes over a line with these options, in its own words; nothing if it does not.
#[must_use]
pub fn unreadable(options: &str) -> Option<String> {
    let reader = Reader { version: crate::host::sshd::Version::new(10, 0), offset: 0 };
    Some(match options::parse(options, reader).err()? {
        Flaw::Unknown { option, .. } => option,
        Flaw::Malformed { why, near } => format!("{why}: {near}"),
        Flaw::FromTwice => "from".to_owned(),
    })
}
