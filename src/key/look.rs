//! What stands in a key file, and what is wrong with it.

use zeroize::Zeroizing;

use super::armor::{self, Armor};
use super::public::Public;
use super::secret::{OpenError, Why};
use super::{lines, openssh, pem, ppk, secret};
use crate::text::key::Flaw;

/// Which kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `-----BEGIN OPENSSH PRIVATE KEY-----`
    OpenSsh,
    /// `-----BEGIN RSA PRIVATE KEY-----`
    Pkcs1,
    /// `-----BEGIN EC PRIVATE KEY-----`
    Sec1,
    /// `-----BEGIN PRIVATE KEY-----`, or encrypted.
    Pkcs8,
    /// PuTTY's, version 2.
    Ppk2,
    /// PuTTY's, version 3.
    Ppk3,
    /// `---- BEGIN SSH2 PUBLIC KEY ----`
    Rfc4716,
    /// `-----BEGIN PUBLIC KEY-----` and the like.
    PemPublic,
    /// Another one in armor.
    Pem,
    /// Lines as in `authorized_keys`, or one of them.
    Lines,
}

impl Format {
    /// Its name, as programs and people use it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenSsh => "OpenSSH",
            Self::Pkcs1 => "PEM (PKCS#1)",
            Self::Sec1 => "PEM (SEC 1)",
            Self::Pkcs8 => "PEM (PKCS#8)",
            Self::Ppk2 => "PPK 2 (PuTTY)",
            Self::Ppk3 => "PPK 3 (PuTTY)",
            Self::Rfc4716 => "RFC 4716 (SSH2)",
            Self::PemPublic => "PEM (public)",
            Self::Pem => "PEM",
            Self::Lines => "authorized_keys",
        }
    }
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Flawed {
    /// Where, counted from 1.
    pub line: usize,
    /// What.
    pub flaw: Flaw,
    /// Whether ssh or sshd takes no key from there because of it.
    pub refuses: bool,
}

impl Flawed {
    pub(super) fn refuses(line: usize, flaw: Flaw) -> Self {
        Self { line, flaw, refuses: true }
    }

    pub(super) fn warns(line: usize, flaw: Flaw) -> Self {
        Self { line, flaw, refuses: false }
    }
}

/// A key in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The line that it begins on.
    pub line: usize,
    /// It, or its public half.
    pub public: Public,
    /// What stands behind it; untrusted text.
    pub comment: String,
    /// What stands in front of it in a line of `authorized_keys`; untrusted text.
    pub options: String,
}

/// What was seen in a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// Nothing if it is no key file.
    pub format: Option<Format>,
    /// Whether private halves stand there.
    pub private: bool,
    /// How they are encrypted, if they are.
    pub cipher: Option<String>,
    /// The keys; a private key's public half if it can be seen.
    pub keys: Vec<Held>,
    /// What is wrong, in the order of the file.
    pub flaws: Vec<Flawed>,
}

/// The file's text, without what an editor puts in front.
pub(super) fn text(bytes: &[u8]) -> Option<(Zeroizing<String>, Option<Flaw>)> {
    let wide = |order: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
        let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
        text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        Some((text, Some(Flaw::Wide)))
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => {
            let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?;
            let bare = text.strip_prefix('\u{feff}');
            let mark = bare.map(|_| Flaw::ByteOrderMark);
            Some((Zeroizing::new(bare.unwrap_or(text).to_owned()), mark))
        }
    }
}

/// Looks at a file's bytes. `now` is in seconds since 1970.
#[must_use]
pub fn look(bytes: &[u8], now: u64) -> Looked {
    let mut looked = Looked::default();
    let Some((text, mark)) = text(bytes) else {
        looked.flaws.push(Flawed::refuses(1, Flaw::NotText));
        return looked;
    };
    if text.trim().is_empty() {
        looked.flaws.push(Flawed::refuses(1, Flaw::Empty));
        return looked;
    }
    let start = text.trim_start().get(..5).map(str::to_ascii_lowercase);
    if start.is_some_and(|start| start == "<!doc" || start == "<html") {
        looked.flaws.push(Flawed::refuses(1, Flaw::Html));
        return looked;
    }
    if ppk::is_ppk(&text) {
        look_ppk(&text, &mut looked);
    } else if let Some(armor) = armor::read(&text) {
        look_armor(armor, &mut looked);
    } else {
        looked.format = Some(Format::Lines);
        lines::read(&text, &mut looked);
        if looked.keys.is_empty() && looked.flaws.is_empty() {
            looked.format = None;
            looked.flaws.push(Flawed::refuses(1, Flaw::NotKey));
        }
    }
    if let Some(mark) = mark {
        // OpenSSL passes over it; in authorized_keys it hurts only the line that it stands on.
        let harmless = match looked.format {
            Some(Format::Pkcs1 | Format::Sec1 | Format::Pkcs8 | Format::PemPublic) => true,
            Some(Format::Lines) => looked.keys.first().is_none_or(|key| key.line > 1),
            _ => false,
        };
        let refuses = mark == Flaw::Wide || !harmless;
        looked.flaws.insert(0, Flawed { line: 1, flaw: mark, refuses });
    }
    for key in &looked.keys {
        if let Some(certificate) = &key.public.certificate {
            if now >= certificate.until {
                looked.flaws.push(Flawed::refuses(key.line, Flaw::Expired));
            } else if now < certificate.from {
                looked.flaws.push(Flawed::refuses(key.line, Flaw::NotYet));
            }
        }
    }
    looked
}

fn look_ppk(text: &str, looked: &mut Looked) {
    looked.private = true;
    looked.format = Some(Format::Ppk3);
    if !text.starts_with("PuTTY") {
        looked.flaws.push(Flawed::refuses(1, Flaw::TextAbove));
    }
    let ppk = match ppk::read(text) {
        Ok(ppk) => ppk,
        Err(Flaw::TextAbove) => return,
        Err(flaw) => {
            let line = if flaw == Flaw::NoEnd { text.lines().count() } else { 1 };
            return looked.flaws.push(Flawed::refuses(line, flaw));
        }
    };
    looked.format = Some(if ppk.version == 2 { Format::Ppk2 } else { Format::Ppk3 });
    looked.cipher = ppk.is_encrypted().then(|| ppk.cipher.clone());
    let public = ppk.public();
    let whole = ppk.is_encrypted()
        || !matches!(ppk.secret(&[]), Err(OpenError::Damaged | OpenError::Wrong));
    if public.is_none() || !whole {
        looked.flaws.push(Flawed::refuses(1, Flaw::Damaged));
    }
    let comment = ppk.comment;
    looked.keys.extend(public.map(|public| Held {
        line: 1,
        public,
        comment,
        options: String::new(),
    }));
}

fn look_armor(armor: Armor, looked: &mut Looked) {
    looked.private = armor.label.contains("PRIVATE KEY");
    let format = match armor.label.as_str() {
        "OPENSSH PRIVATE KEY" => Format::OpenSsh,
        "RSA PRIVATE KEY" => Format::Pkcs1,
        "EC PRIVATE KEY" => Format::Sec1,
        "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => Format::Pkcs8,
        "SSH2 PUBLIC KEY" => Format::Rfc4716,
        "PUBLIC KEY" | "RSA PUBLIC KEY" => Format::PemPublic,
        _ => Format::Pem,
    };
    looked.format = Some(format);
    looked.cipher = pem::cipher(&armor);
    let before = looked.flaws.len();
    looked.flaws.extend(armor.flaws.iter().cloned());
    // Its own first and last line have four dashes and a blank.
    if format == Format::Rfc4716 {
        looked.flaws.retain(|it| it.flaw != Flaw::Dashes && it.flaw != Flaw::OneLine);
    }
    let blank = String::new;
    let named = armor.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("comment"));
    let mut comment = named.map_or_else(blank, |(_, value)| value.clone());
    let Some(body) = &armor.body else { return };
    let mut trouble = None;
    let public = match format {
        Format::Rfc4716 => Public::read(body),
        Format::PemPublic => pem::public(&armor.label, body),
        Format::Pem if !looked.private => {
            looked.flaws.push(Flawed::refuses(1, Flaw::NotKey));
            return;
        }
        _ => match secret::from_armor(&armor) {
            Ok(secret) => {
                comment.clone_from(&secret.comment);
                Some(secret.public)
            }
            Err(why) => {
                trouble = why;
                let container = openssh::container(body).filter(|_| format == Format::OpenSsh);
                if let Some(container) = &container
                    && container.cipher != "none"
                {
                    looked.cipher = Some(container.cipher.to_owned());
                }
                container.map(|container| container.public)
            }
        },
    };
    let cut = looked.flaws[before..].iter().any(|it| {
        matches!(it.flaw, Flaw::NoEnd | Flaw::NotBase64 { .. } | Flaw::Lost | Flaw::OneLine)
    });
    let flaw = match trouble {
        Some(Why::HalvesDiffer) => Some(Flaw::HalvesDiffer),
        Some(Why::Unsupported) => Some(Flaw::Unsupported),
        Some(Why::Damaged) => Some(Flaw::Damaged),
        None if public.is_none() && looked.cipher.is_none() => Some(Flaw::Damaged),
        None => None,
    };
    match flaw {
        // ssh-keygen may know better.
        Some(Flaw::Unsupported) => looked.flaws.push(Flawed::warns(1, Flaw::Unsupported)),
        Some(flaw) if !cut => looked.flaws.push(Flawed::refuses(1, flaw)),
        _ => {}
    }
    let options = String::new();
    looked.keys.extend(public.map(|public| Held { line: 1, public, comment, options }));
}
