//! The key file. Our lines carry the grant's id in their comment; every other line is the customer's.

use std::path::Path;

use super::{PlanError, Planned, Standing, Step, Undo, Wanted, label, standing};
use crate::grant::journal::{Facts, State};
use crate::host::change::{Change, Owner};
use crate::host::files::{self, FileError, Kind, Trust};
use crate::text::refusal::Refusal;

/// Larger key files are not ours to rewrite.
const LIMIT: u64 = 1 << 20;

/// The proof's own key: it stands in the file for seconds, and lets nobody do anything but prove.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProofKey {
    /// `type base64`.
    pub key: String,
    /// Addresses that it is accepted from, besides the grant's.
    pub from: Vec<String>,
    /// Its own end in this sshd's form, a few minutes ahead.
    pub expiry: Option<String>,
}

/// The tag in the comment by which our lines are known.
fn tag(facts: &Facts) -> String {
    format!("support-access:{}", facts.id)
}

/// The lines that shall stand in the file (sshd(8), "authorized keys file format").
fn lines(wanted: &Wanted) -> Vec<String> {
    let facts = &wanted.facts;
    let options = |first: &str, from: &[String], expiry: Option<&String>| {
        let expiry = expiry.map(|moment| format!(",expiry-time=\"{moment}\"")).unwrap_or_default();
        format!("{first},from=\"{}\"{expiry}", from.join(","))
    };
    let mut lines: Vec<String> = facts
        .keys
        .iter()
        .map(|key| {
            let mut parts = key.splitn(3, ' ');
            let (kind, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let comment = parts.next().unwrap_or_default();
            let options = options("restrict,pty", &facts.from, facts.key_expiry.as_ref());
            format!("{options} {kind} {body} {} {comment}", tag(facts)).trim_end().to_owned()
        })
        .collect();
    if let Some(proof) = &wanted.proof {
        let from: Vec<String> = facts.from.iter().chain(&proof.from).cloned().collect();
        let options = options("restrict", &from, proof.expiry.as_ref());
        lines.push(format!("{options} {} {} proof", proof.key, tag(facts)));
    }
    lines
}

/// Puts our lines where they stand, or at the end, and leaves every other line as it is.
pub(in crate::grant) fn merge(before: &str, ours: &[String], tag: &str) -> String {
    let block: Vec<String> = ours.iter().map(|line| format!("{line}\n")).collect();
    let block = block.concat();
    let mut text = String::new();
    let mut placed = false;
    for line in before.split_inclusive('\n') {
        if !line.contains(tag) {
            text.push_str(line);
        } else if !placed {
            text.push_str(&block);
            placed = true;
        }
    }
    if !placed && !ours.is_empty() {
        // Without an end to the last line both keys would be lost.
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&block);
    }
    text
}

pub(super) fn plan(wanted: &Wanted) -> Planned {
    let facts = &wanted.facts;
    let path = &facts.key_file;
    let owner = Owner::Account(facts.account.clone());
    let mut changes = Vec::new();
    for folder in &facts.key_folders {
        if files::look(folder, Trust::Root)?.is_none() {
            changes.push(Change::MakeDir { path: folder.clone(), mode: 0o755, owner: Owner::Root });
        }
    }
    let found = files::look(path, Trust::Owner(facts.uid))?;
    let before = match found {
        None => None,
        Some(meta) if meta.kind == Kind::File && wanted.ours(Step::Keys) => read(facts)?,
        Some(_) => return Err(Refusal::NotOurs { path: path.display().to_string() }.into()),
    };
    // Where a key was taken away, a line of the customer's can't be told from one that the account
    // wrote to keep a way in.
    let kept = before.as_deref().filter(|_| facts.withdrawn.is_empty()).unwrap_or_default();
    let text = merge(kept, &lines(wanted), &tag(facts));
    let stands = found.is_some_and(|meta| meta.mode == 0o600 && meta.uid == facts.uid);
    if before.as_deref() != Some(text.as_str()) || !stands {
        changes.push(Change::Write {
            path: path.clone(),
            before: before.map(String::into_bytes),
            after: text.into_bytes().into(),
            mode: 0o600,
            owner,
            check: None,
        });
        label(&mut changes, &[path]);
    }
    for earlier in &facts.earlier_key_files {
        changes.extend(take_out(facts, earlier)?);
    }
    if !facts.withdrawn.is_empty() {
        for other in &facts.other_key_files {
            changes.extend(take_away(facts, other)?);
        }
    }
    Ok(changes)
}

/// The change that takes another key file of the account's away, whatever is in it; sshd would follow
/// a link as well.
fn take_away(facts: &Facts, path: &Path) -> Result<Option<Change>, PlanError> {
    let trust = Trust::Owner(facts.uid);
    // A folder holds no keys.
    if files::look(path, trust)?.is_none_or(|meta| meta.kind == Kind::Dir) {
        return Ok(None);
    }
    let before = files::read(path, trust, LIMIT).ok().flatten().unwrap_or_default();
    let owner = Owner::Account(facts.account.clone());
    Ok(Some(Change::Remove { path: path.to_owned(), owner, before }))
}

/// The change that takes our lines out of a file that sshd no longer reads for the account: the file
/// goes if nothing else is in it.
fn take_out(facts: &Facts, path: &Path) -> Result<Option<Change>, PlanError> {
    let owner = Owner::Account(facts.account.clone());
    let bytes = match files::read(path, Trust::Owner(facts.uid), LIMIT) {
        // What the account has put there instead is not the file that we wrote.
        Err(FileError::Unsafe { .. } | FileError::TooLarge { .. }) => None,
        other => other?,
    };
    let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else { return Ok(None) };
    let after = merge(&text, &[], &tag(facts));
    let (path, before) = (path.to_owned(), text.clone().into_bytes());
    Ok(if after == text {
        None
    } else if after.trim().is_empty() {
        Some(Change::Remove { path, owner, before })
    } else {
        let (before, after) = (Some(before), after.into_bytes().into());
        Some(Change::Write { path, before, after, mode: 0o600, owner, check: None })
    })
}

fn read(facts: &Facts) -> Result<Option<String>, PlanError> {
    let bytes = files::read(&facts.key_file, Trust::Owner(facts.uid), LIMIT)?;
    bytes
        .map(String::from_utf8)
        .transpose()
        .map_err(|_| Refusal::NotOurs { path: facts.key_file.display().to_string() }.into())
}

/// Lines in the account's key files that the grant did not write. Empty when there is no file.
pub fn foreign_lines(state: &State) -> Result<Vec<String>, PlanError> {
    let facts = &state.facts;
    let mut lines = Vec::new();
    for path in std::iter::once(&facts.key_file).chain(&facts.other_key_files) {
        let bytes = match files::read(path, Trust::Owner(facts.uid), LIMIT) {
            // What can't be read safely, or is padded, is no line of the customer's to keep; that there
            // is something is told.
            Err(error @ (FileError::Unsafe { .. } | FileError::TooLarge { .. })) => {
                lines.push(format!("# {error}"));
                continue;
            }
            other => other?,
        };
        let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
        let foreign = |line: &&str| !line.trim().is_empty() && !is_ours(line, state);
        lines.extend(text.lines().filter(foreign).map(str::to_owned));
    }
    Ok(lines)
}

/// Whether a line lets in a key of the grant's or of a proof's, as [`lines`] writes it. The tag alone
/// says nothing: the account can write it as well.
fn is_ours(line: &str, state: &State) -> bool {
    let mut words = line.splitn(5, ' ');
    let mut word = || words.next().unwrap_or_default();
    let (options, key, id) = (word(), format!("{} {}", word(), word()), word());
    let known = state.settled.iter().chain([&state.facts]).flat_map(|facts| &facts.keys);
    let known = known.chain(&state.proofs).any(|it| {
        it.strip_prefix(&key).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    });
    // An odd number of quotes: what looks like the key is in an option's text.
    let whole = options.starts_with("restrict") && options.matches('"').count() % 2 == 0;
    whole && known && id == tag(&state.facts)
}

pub(super) fn undo(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let facts = &wanted.facts;
    let path = &facts.key_file;
    if !wanted.ours(Step::Keys) {
        return Ok(());
    }
    let found = match files::look(path, Trust::Owner(facts.uid)) {
        // The account swapped a folder for a link: it goes with the home, and expiry bars the way.
        Err(FileError::Unsafe { .. }) if path.starts_with(&facts.home) => return Ok(()),
        other => other?,
    };
    match found {
        None => {}
        // The account was removed by hand, and its home left: the file goes with that.
        Some(_) if path.starts_with(&facts.home) && standing(facts)? == Standing::Absent => {}
        Some(meta) if meta.kind == Kind::File => {
            // Shown only; the account can make it larger than we read, or swap it meanwhile.
            let before = files::read(path, Trust::Owner(facts.uid), LIMIT).ok().flatten();
            if before.as_ref().is_some_and(|bytes| is_of_a_mount(facts, bytes)) {
                undo.foreign.push(path.clone());
                return Ok(());
            }
            let before = before.unwrap_or_default();
            let owner = Owner::Account(facts.account.clone());
            undo.changes.push(Change::Remove { path: path.clone(), owner, before });
        }
        // A link or a FIFO in the home goes with the home; sshd does not read keys from it.
        Some(_) if path.starts_with(&facts.home) => {}
        Some(_) => undo.foreign.push(path.clone()),
    }
    for earlier in facts.earlier_key_files.iter().filter(|path| !path.starts_with(&facts.home)) {
        undo.changes.extend(take_out(facts, earlier)?);
    }
    for folder in facts.key_folders.iter().rev() {
        if files::look(folder, Trust::Root)?.is_some() {
            undo.changes.push(Change::RemoveDir { path: folder.clone() });
        }
    }
    Ok(())
}

/// Whether somebody has mounted something over our home, with a key file in it that has no line of
/// ours: it is his.
fn is_of_a_mount(facts: &Facts, content: &[u8]) -> bool {
    let folders = (facts.home.parent(), facts.key_file.parent());
    let (Some(above), Some(folder)) = folders else { return false };
    let ours = String::from_utf8_lossy(content).contains(&tag(facts));
    let mounted = || files::is_mounted_between(above, folder, Trust::Owner(facts.uid));
    !ours && facts.key_file.starts_with(&facts.home) && mounted().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "support-access:00ff";

    fn ours(name: &str) -> String {
        format!("restrict ssh-ed25519 AAAA{name} {TAG}")
    }

    #[test]
    fn our_lines_are_replaced_where_they_stand_and_others_stay() {
        let before = format!("# mine\n{}\nssh-rsa BBBB customer\n{}\n", ours("1"), ours("2"));
        let after = merge(&before, &[ours("3")], TAG);
        assert_eq!(after, format!("# mine\n{}\nssh-rsa BBBB customer\n", ours("3")));
        assert_eq!(merge(&after, &[ours("3")], TAG), after, "a second merge changes nothing");
    }

    #[test]
    fn a_line_without_an_end_gets_one() {
        assert_eq!(
            merge("ssh-rsa BBBB customer", &[ours("1")], TAG),
            format!("ssh-rsa BBBB customer\n{}\n", ours("1"))
        );
    }

    #[test]
    fn without_lines_of_ours_only_the_others_stay() {
        let before = format!("{}\nssh-rsa BBBB customer", ours("1"));
        assert_eq!(merge(&before, &[], TAG), "ssh-rsa BBBB customer");
        assert_eq!(merge(&format!("{}\n", ours("1")), &[], TAG), "");
    }

    #[test]
    fn an_empty_file_becomes_ours_alone() {
        assert_eq!(
            merge("", &[ours("1"), ours("2")], TAG),
            format!("{}\n{}\n", ours("1"), ours("2"))
        );
    }
}
