//! What stands in a key file, and what is wrong with it.

use super::armor::{self, Armor};
use super::open::{from_armor, text};
use super::public::Public;
use super::secret::{OpenError, Why};
use super::seen::{Flawed, Format, Held, Looked};
use super::{lines, openssh, pem, ppk};
use crate::text::key::Flaw;

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
        look_ppk(&text, bytes, &mut looked);
    } else if let Some(armor) = armor::read(&text) {
        look_armor(&armor, &mut looked);
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

fn look_ppk(text: &str, bytes: &[u8], looked: &mut Looked) {
    looked.private = true;
    looked.format = Some(Format::Ppk3);
    if !text.starts_with(ppk::HEAD) {
        looked.flaws.push(Flawed::refuses(1, Flaw::TextAbove));
    }
    let ppk = match ppk::read(text, bytes) {
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

fn look_armor(armor: &Armor, looked: &mut Looked) {
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
    looked.cipher = pem::cipher(armor);
    let before = looked.flaws.len();
    looked.flaws.extend(armor.flaws.iter().cloned());
    // Its own first and last line have four dashes and a blank.
    if format == Format::Rfc4716 {
        looked
            .flaws
            .retain(|it| !matches!(it.flaw, Flaw::Dashes | Flaw::OneLine | Flaw::TextAbove));
    }
    let named = armor.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("comment"));
    let mut comment = named.map_or_else(Vec::new, |(_, value)| value.clone().into_bytes());
    let Some(body) = &armor.body else { return };
    let mut trouble = None;
    let public = match format {
        Format::Rfc4716 => Public::read(body),
        Format::PemPublic => pem::public(&armor.label, body),
        Format::Pem if !looked.private => {
            looked.flaws.push(Flawed::refuses(1, Flaw::NotKey));
            return;
        }
        _ => match from_armor(armor) {
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
