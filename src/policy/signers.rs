//! Who may sign a policy: OpenSSH's `allowed_signers` format.

use std::fmt;

use ssh_key::PublicKey;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

use super::key::split_word;
use super::plain::quoted;
use super::{AuthorizedKey, Fingerprint, MAX_BYTES};
use crate::text::{Lang, Words};

crate::words! {
    /// Why a list of signers, or a line of it, can't be used.
    SignersProblem {
        NotText =>
            "not a list of signers (too large, or not UTF-8)",
            "서명자 목록이 아닙니다(너무 크거나 UTF-8이 아닙니다)";
        None =>
            "no signer in it: a line is `NAME namespaces=\"support-access\" ssh-ed25519 AAAA…`",
            "서명자가 없습니다. `이름 namespaces=\"support-access\" ssh-ed25519 AAAA…` 형식으로 적으십시오";
        Option { word: String } =>
            "the option `{word}` is not known: allowed are namespaces=\"…\", valid-after=\"…Z\" and valid-before=\"…Z\"",
            "알 수 없는 옵션 `{word}`. namespaces=\"…\", valid-after=\"…Z\", valid-before=\"…Z\"만 쓸 수 있습니다";
        Date { text: String } =>
            "`{text}` is no date: allowed is YYYYMMDDZ or YYYYMMDDHHMM[SS]Z, in UTC",
            "`{text}`: 날짜가 아닙니다. UTC로 YYYYMMDDZ나 YYYYMMDDHHMM[SS]Z 형식으로 적으십시오";
        Key =>
            "no valid public key of a type that signs policies: ssh-ed25519, ecdsa-sha2-nistp256 and their sk- twins",
            "정책 서명에 쓸 수 있는 공개 키가 없습니다. ssh-ed25519, ecdsa-sha2-nistp256과 그 sk- 키만 쓸 수 있습니다";
    }
}

/// What is wrong with a list of signers, and on which line.
#[derive(Clone, Debug, PartialEq)]
pub struct SignersError {
    /// The line, counted from 1, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: SignersProblem,
}

impl Words for SignersError {
    fn say(&self, lang: Lang) -> String {
        let problem = self.problem.say(lang);
        match (self.line, lang) {
            (Some(line), Lang::En) => format!("signers, line {line}: {problem}"),
            (Some(line), Lang::Ko) => format!("서명자 목록 {line}행: {problem}"),
            (None, Lang::En) => format!("signers: {problem}"),
            (None, Lang::Ko) => format!("서명자 목록: {problem}"),
        }
    }
}

impl fmt::Display for SignersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

impl std::error::Error for SignersError {}

/// One key that may sign.
#[derive(Clone, Debug, PartialEq)]
pub struct Signer {
    principal: String,
    namespaces: Option<String>,
    valid_after: Option<OffsetDateTime>,
    valid_before: Option<OffsetDateTime>,
    key: PublicKey,
}

impl Signer {
    /// The name in front of the key.
    #[must_use]
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// The key's fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.key.key_data())
    }

    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Whether this line lets the key sign in a namespace at a time.
    pub(super) fn allows(&self, namespace: &str, now: OffsetDateTime) -> bool {
        let list = self.namespaces.as_deref();
        list.is_none_or(|list| list.split(',').any(|n| n.trim() == namespace))
            && self.valid_after.is_none_or(|start| start <= now)
            && self.valid_before.is_none_or(|end| now < end)
    }
}

/// The keys that may sign a policy: one, or two while they are changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Signers {
    signers: Vec<Signer>,
    refused: Vec<SignersError>,
}

impl Signers {
    /// Reads the list. A line that can't be understood whole makes no signer; it is kept apart.
    pub fn parse(text: &str) -> Result<Self, SignersError> {
        if text.len() > MAX_BYTES {
            return Err(SignersError { line: None, problem: SignersProblem::NotText });
        }
        let (mut signers, mut refused) = (Vec::new(), Vec::new());
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match parse_line(line) {
                Ok(signer) => signers.push(signer),
                Err(problem) => refused.push(SignersError { line: Some(index + 1), problem }),
            }
        }
        if !signers.is_empty() {
            return Ok(Self { signers, refused });
        }
        let none = SignersError { line: None, problem: SignersProblem::None };
        Err(refused.into_iter().next().unwrap_or(none))
    }

    /// Reads the list from a file's bytes.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, SignersError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| SignersError { line: None, problem: SignersProblem::NotText })?;
        Self::parse(text)
    }

    /// The signers.
    #[must_use]
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// The lines that made no signer, and why.
    #[must_use]
    pub fn refused(&self) -> &[SignersError] {
        &self.refused
    }
}

fn parse_line(line: &str) -> Result<Signer, SignersProblem> {
    let (principal, mut rest) = split_quoted(line).ok_or(SignersProblem::Key)?;
    let mut signer = Options::default();
    // Options, if any, are one word, in which spaces stand only inside quotation marks.
    let (word, after) = split_quoted(rest).ok_or(SignersProblem::Key)?;
    if !can_sign(word) && word.contains(['=', ',']) || word == "cert-authority" {
        signer.read(word)?;
        rest = after;
    }
    let key = AuthorizedKey::parse(rest).map_err(|_| SignersProblem::Key)?;
    if !can_sign(key.key_type()) {
        return Err(SignersProblem::Key);
    }
    Ok(Signer {
        principal: quoted(principal.trim_matches('"')),
        namespaces: signer.namespaces,
        valid_after: signer.valid_after,
        valid_before: signer.valid_before,
        key: PublicKey::from_openssh(key.line_without_comment())
            .map_err(|_| SignersProblem::Key)?,
    })
}

fn can_sign(key_type: &str) -> bool {
    matches!(
        key_type,
        "ssh-ed25519"
            | "ecdsa-sha2-nistp256"
            | "sk-ssh-ed25519@openssh.com"
            | "sk-ecdsa-sha2-nistp256@openssh.com"
    )
}

#[derive(Default)]
struct Options {
    namespaces: Option<String>,
    valid_after: Option<OffsetDateTime>,
    valid_before: Option<OffsetDateTime>,
}

impl Options {
    fn read(&mut self, word: &str) -> Result<(), SignersProblem> {
        let mut rest = word;
        while !rest.is_empty() {
            let unknown = || SignersProblem::Option { word: quoted(rest) };
            let (name, after) = rest.split_once("=\"").ok_or_else(unknown)?;
            let (value, after) = after.split_once('"').ok_or_else(unknown)?;
            match name.to_ascii_lowercase().as_str() {
                "namespaces" if self.namespaces.is_none() => {
                    self.namespaces = Some(value.to_owned());
                }
                "valid-after" if self.valid_after.is_none() => {
                    self.valid_after = Some(date(value)?);
                }
                "valid-before" if self.valid_before.is_none() => {
                    self.valid_before = Some(date(value)?);
                }
                _ => return Err(unknown()),
            }
            rest = match after.strip_prefix(',') {
                Some(next) if !next.is_empty() => next,
                None if after.is_empty() => "",
                _ => return Err(unknown()),
            };
        }
        Ok(())
    }
}

/// The first word, in which quotation marks hold spaces together, and what follows it.
fn split_quoted(text: &str) -> Option<(&str, &str)> {
    let mut inside = false;
    let end = text.find(|c| {
        inside ^= c == '"';
        !inside && matches!(c, ' ' | '\t')
    })?;
    let (word, _) = text.split_at_checked(end)?;
    Some((word, split_word(&text[end..]).1))
}

/// `YYYYMMDDZ` or `YYYYMMDDHHMM[SS]Z`. Without the Z it would be the server's local time, and mean
/// another moment on each server.
fn date(text: &str) -> Result<OffsetDateTime, SignersProblem> {
    let wrong = || SignersProblem::Date { text: quoted(text) };
    let digits = text.strip_suffix('Z').ok_or_else(wrong)?;
    if !matches!(digits.len(), 8 | 12 | 14) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<u8>().ok());
    let read = || {
        let month = Month::try_from(part(4, 6)?).ok()?;
        let day = Date::from_calendar_date(digits[..4].parse().ok()?, month, part(6, 8)?).ok()?;
        let or_zero = |from, to| if digits.len() >= to { part(from, to) } else { Some(0) };
        let time = Time::from_hms(or_zero(8, 10)?, or_zero(10, 12)?, or_zero(12, 14)?).ok()?;
        Some(PrimitiveDateTime::new(day, time).assume_utc())
    };
    read().ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::{Signers, SignersProblem};
    use crate::policy::testing::both;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    #[test]
    fn lines_that_ssh_keygen_accepts() {
        for line in [
            format!("release@example.org {KEY}"),
            format!("a,b namespaces=\"support-access\" {KEY} a comment"),
            format!("\"a b\" namespaces=\"file,support-access\",valid-after=\"20260101Z\" {KEY}"),
            format!("a\tNamespaces=\"support-access\"\t{KEY}"),
        ] {
            let list = Signers::parse(&format!("# signers\n\n{line}\r\n")).unwrap();
            assert_eq!((list.signers().len(), list.refused().len()), (1, 0), "{line}");
        }
    }

    #[test]
    fn lines_that_make_no_signer() {
        for (line, says) in [
            (KEY.to_owned(), "no valid public key"),
            ("a".to_owned(), "no valid public key"),
            (format!("a cert-authority {KEY}"), "`cert-authority` is not known"),
            (format!("a verify-required=\"x\" {KEY}"), "`verify-required=\"x\"` is not known"),
            (format!("a namespaces=support-access {KEY}"), "is not known"),
            (format!("a namespaces=\"x\",namespaces=\"y\" {KEY}"), "is not known"),
            (format!("a namespaces=\"x\", {KEY}"), "is not known"),
            (format!("a namespaces=\"x {KEY}"), "no valid public key"),
            (format!("a valid-after=\"20260101\" {KEY}"), "`20260101` is no date"),
            (format!("a valid-after=\"20261301Z\" {KEY}"), "is no date"),
            (format!("a {}", &KEY[..60]), "no valid public key"),
            (String::new(), "no signer in it"),
        ] {
            let error = Signers::parse(&line).unwrap_err();
            assert!(both(&error).contains(says), "{line}: {error}");
            // Beside a good line it is kept apart.
            if !line.is_empty() {
                let list = Signers::parse(&format!("a {KEY}\n{line}\n")).unwrap();
                assert_eq!((list.signers().len(), list.refused()[0].line), (1, Some(2)));
            }
        }
        let error = Signers::parse_bytes(b"\xff").unwrap_err();
        assert_eq!(error.problem, SignersProblem::NotText);
    }
}
