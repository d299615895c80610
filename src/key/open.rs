//! A private key read out of one format, and written in another.

use zeroize::Zeroizing;

use super::armor::{self, Armor};
use super::secret::{Hidden, OpenError, Secret, Why};
use super::{openssh, pem, ppk};
use crate::text::key::Flaw;

impl Secret {
    /// OpenSSH's format, without a passphrase; `check` is any number.
    #[must_use]
    pub fn to_openssh(&self, check: [u8; 4]) -> Hidden {
        openssh::write(self, check)
    }

    /// PuTTY's format.
    #[must_use]
    pub fn to_ppk(&self, seal: &ppk::Seal) -> Option<Hidden> {
        ppk::write(self, seal)
    }
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
            // A comment may be in an older encoding.
            let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
            if text.contains('\0') {
                return None;
            }
            let bare = text.strip_prefix('\u{feff}');
            let mark = bare.map(|_| Flaw::ByteOrderMark);
            Some((Zeroizing::new(bare.unwrap_or(&text).to_owned()), mark))
        }
    }
}

/// Reads the private key in a file.
pub fn open(bytes: &[u8], passphrase: Option<&[u8]>) -> Result<Secret, OpenError> {
    let text = text(bytes).ok_or(OpenError::Damaged)?.0;
    if ppk::is_ppk(&text) {
        return ppk::open(&text, bytes, passphrase);
    }
    let armor = armor::read(&text).ok_or(OpenError::Damaged)?;
    from_armor(&armor).map_err(|why| match why {
        None => OpenError::Encrypted,
        Some(Why::Unsupported) => OpenError::Unsupported,
        Some(_) => OpenError::Damaged,
    })
}

/// The same from armor; no reason if it is encrypted.
pub(super) fn from_armor(armor: &Armor) -> Result<Secret, Option<Why>> {
    if pem::cipher(armor).is_some() {
        return Err(None);
    }
    let body = armor.body.as_ref().ok_or(Some(Why::Damaged))?;
    if armor.label != armor::OWN {
        return pem::secret(&armor.label, body).map_err(Some);
    }
    let container = openssh::container(body).ok_or(Some(Why::Damaged))?;
    if container.cipher != "none" {
        return Err(None);
    }
    container.secret().map_err(Some)
}

/// The armor of a private key as its program would have written it, for another program to read.
#[must_use]
pub fn mended(bytes: &[u8]) -> Option<Hidden> {
    let armor = armor::read(&text(bytes)?.0)?;
    Some(armor::wrap(&armor, armor.body.as_ref()?))
}
