//! What stands in key files, and what is wrong there.

use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::super::failure::Failure;
use super::super::out::{Exit, Out, id};
use super::{document, tell};
use crate::host::key_files;
use crate::host::run::quote;
use crate::key::{self, Flawed, Format, Looked};
use crate::policy::Origin;
use crate::text::key::Flaw;

/// A file, with what only the machine knows of it.
pub(super) struct Seen {
    pub(super) name: String,
    /// Not of standard input or a site.
    local: bool,
    /// Mode, in octal, and owner.
    pub(super) mode: Option<(String, u32)>,
    pub(super) looked: Looked,
}

/// Looks at all files, and tells.
pub(super) fn run(files: &[Origin], mut out: Out) -> u8 {
    let (mut problems, mut first) = (0, None);
    for name in ["files", "findings"] {
        out.field(name, json!([]));
    }
    for origin in files {
        let seen = match see(origin) {
            Ok(seen) => seen,
            Err(failure) => return failure.finish(out),
        };
        tell::file(&seen, &out);
        out.push("files", document::file(&seen));
        for flawed in &seen.looked.flaws {
            let fix = fix(&seen, flawed);
            tell::flaw(&seen, flawed, fix.as_deref(), &out);
            out.push("findings", document::finding(&seen, flawed, fix));
            if flawed.refuses {
                problems += 1;
                first.get_or_insert_with(|| id(&flawed.flaw));
            }
        }
    }
    match first {
        None => out.finish("ok", &[("files", files.len().to_string())], Exit::Done),
        Some(first) => {
            let details = [("problems", problems.to_string()), ("first", first)];
            out.finish("problems", &details, Exit::Problems)
        }
    }
}

fn see(origin: &Origin) -> Result<Seen, Failure> {
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

/// The format's name; of a single line without options, that of a `.pub` file.
pub(super) fn format(looked: &Looked) -> &'static str {
    match (looked.format, looked.keys.as_slice()) {
        (Some(Format::Lines), [key]) if key.options.is_empty() => {
            let certified = key.public.certificate.is_some();
            if certified { "OpenSSH certificate" } else { "OpenSSH public key" }
        }
        (Some(format), _) => format.name(),
        (None, _) => "?",
    }
}

/// A moment of a certificate, in UTC; the greatest number is for ever.
pub(super) fn moment(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok();
    let at = at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| "-".to_owned())
}

/// The command that mends it, where one does.
fn fix(seen: &Seen, flawed: &Flawed) -> Option<String> {
    let file = quote(&seen.name);
    let looked = &seen.looked;
    let broken = |it: &Flawed| {
        matches!(
            it.flaw,
            Flaw::Damaged | Flaw::HalvesDiffer | Flaw::Option { .. } | Flaw::Expired | Flaw::NotYet
        )
    };
    match flawed.flaw {
        _ if !seen.local || !flawed.refuses => return None,
        Flaw::TooOpen { .. } => return Some(format!("chmod 600 {file}")),
        _ => {}
    }
    // What could be read in spite of it can be written as it should be.
    let [key] = looked.keys.as_slice() else { return None };
    if looked.flaws.iter().any(broken) || !key.options.is_empty() {
        return None;
    }
    let to = match (looked.format?, looked.private) {
        (Format::Ppk2 | Format::Ppk3, _) => "ppk",
        (_, true) => "openssh",
        _ => "public",
    };
    Some(super::command(&["convert", &file, "--to", to, "--out", &file, "--force"]))
}
