//! A key file, as it was found on this machine.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::super::failure::Failure;
use crate::host::key_files;
use crate::key::{self, Flawed, Looked};
use crate::policy::Origin;
use crate::text::key::Flaw;

/// A file, with what only the machine knows of it.
pub(super) struct Seen {
    pub(super) name: String,
    /// Not of standard input or a site.
    pub(super) local: bool,
    /// Mode, in octal, and owner.
    pub(super) mode: Option<(String, u32)>,
    pub(super) looked: Looked,
}

/// Reads and looks.
pub(super) fn see(origin: &Origin) -> Result<Seen, Failure> {
    let bytes = Zeroizing::new(origin.read()?.bytes);
    let now = OffsetDateTime::now_utc().unix_timestamp().unsigned_abs();
    let mut looked = key::look(&bytes, now);
    let path = match origin {
        Origin::File(path) => Some(path.as_path()),
        _ => None,
    };
    let about = path.and_then(key_files::mode);
    if let Some((mode, owner)) = about.filter(|_| looked.private) {
        // As ssh does: it minds others only where the key is one's own.
        if owner != key_files::me() {
            looked.flaws.push(Flawed { line: 1, flaw: Flaw::OtherOwner { owner }, refuses: false });
        } else if mode & 0o077 != 0 {
            let mode = octal(mode);
            looked.flaws.push(Flawed { line: 1, flaw: Flaw::TooOpen { mode }, refuses: true });
        }
    }
    for key in looked.keys.iter().filter(|key| !key.options.is_empty()) {
        if let Some(option) = crate::doctor::unreadable(&key.options) {
            let flaw = Flaw::Option { option };
            looked.flaws.push(Flawed { line: key.line, flaw, refuses: true });
        }
    }
    let mode = about.map(|(mode, owner)| (octal(mode), owner));
    Ok(Seen { name: origin.to_string(), local: path.is_some(), mode, looked })
}

fn octal(mode: u32) -> String {
    format!("{mode:04o}")
}

/// A moment of a certificate, in UTC; the greatest number is for ever.
pub(super) fn moment(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok();
    let at = at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| "-".to_owned())
}
