//! What stands in key files, and what is wrong there.

use serde_json::json;

use super::super::out::{Exit, Out, id};
use super::super::own::Own;
use super::seen::{Seen, see};
use super::{document, tell};
use crate::host::run::quote;
use crate::key::{Flawed, Format};
use crate::policy::Origin;
use crate::text::key::Flaw;

/// Looks at all files, and tells.
pub(super) fn run(files: &[Origin], own: &Own, mut out: Out) -> u8 {
    let (mut problems, mut first, mut unread) = (0, None, None);
    for name in ["files", "findings"] {
        out.field(name, json!([]));
    }
    for origin in files {
        let seen = match see(origin) {
            Ok(seen) => seen,
            Err(failure) => {
                unread.get_or_insert(failure);
                continue;
            }
        };
        tell::file(&seen, &out);
        out.push("files", document::file(&seen));
        for flawed in &seen.looked.flaws {
            let fix = fix(&seen, flawed, own);
            tell::flaw(&seen, flawed, fix.as_deref(), &out);
            out.push("findings", document::finding(&seen, flawed, fix));
            if flawed.refuses {
                problems += 1;
                first.get_or_insert_with(|| id(&flawed.flaw));
            }
        }
    }
    if let Some(failure) = unread {
        return failure.finish(out);
    }
    match first {
        None => out.finish("ok", &[("files", files.len().to_string())], Exit::Done),
        Some(first) => {
            let details = [("problems", problems.to_string()), ("first", first)];
            out.finish("problems", &details, Exit::Problems)
        }
    }
}

/// The command that mends it, where one does.
fn fix(seen: &Seen, flawed: &Flawed, own: &Own) -> Option<String> {
    let file = quote(&seen.name);
    let looked = &seen.looked;
    let broken = |it: &Flawed| {
        matches!(
            it.flaw,
            Flaw::Damaged
                | Flaw::HalvesDiffer
                | Flaw::Option { .. }
                | Flaw::Expired
                | Flaw::NotYet
                // Written anew, it would be ours and no longer his.
                | Flaw::OtherOwner { .. }
        )
    };
    match flawed.flaw {
        _ if !seen.local || !flawed.refuses => return None,
        Flaw::TooOpen { .. } => return Some(format!("chmod 600 {file}")),
        _ => {}
    }
    // What could be read in spite of it can be written as it should be.
    let [key] = looked.keys.as_slice() else { return None };
    // Of a file of lines, what stands on others would be lost.
    let others =
        looked.format == Some(Format::Lines) && looked.flaws.iter().any(|it| it.line != key.line);
    if others || looked.flaws.iter().any(broken) || !key.options.is_empty() {
        return None;
    }
    let to = match (looked.format?, looked.private) {
        (Format::Ppk2 | Format::Ppk3, _) => "ppk",
        (_, true) => "openssh",
        _ => "public",
    };
    Some(own.line(&["key", "convert", &file, "--to", to, "--out", &file, "--force"]))
}
