//! Which key file, and which line of it, a key that sshd does not take is to be looked for in: what
//! stands in other files, or is in order, is nobody's to mend.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::keyfile::{self, Login, Options, Reader, ShownKey, Standing, judge};
use super::patient::KeyFile;
use super::way::{self, Hurdle};
use super::{Patient, Unseen};
use crate::host::accounts;
use crate::host::clock;
use crate::host::files::{self, Trust};
use crate::policy::AuthorizedKey;

/// A key that is not let in, and the file that should let it in.
pub(super) struct Blame<'a> {
    /// Which; nothing if no key is known.
    pub(super) key: Option<&'a AuthorizedKey>,
    /// The file that has it, else the one that would have it.
    pub(super) file: &'a KeyFile,
    /// What is wrong with the file and the way to it.
    pub(super) hurdles: Vec<Hurdle<'a>>,
    /// What the file says to the key.
    pub(super) standing: Standing,
    /// A file that sshd does not read for this account, and that has the key.
    pub(super) elsewhere: Option<&'a Path>,
}

impl Blame<'_> {
    /// Whether no file of the account's has the key.
    pub(super) fn is_absent(&self) -> bool {
        self.standing == Standing::Absent && self.elsewhere.is_none()
    }

    /// Another account of this server that the key lets in, and its file, if this one has no such key.
    pub(super) fn others_key(&self, patient: &Patient) -> Option<(String, PathBuf)> {
        let key = self.key.filter(|_| self.is_absent())?;
        let people = accounts::people().ok()?;
        let others = people.into_iter().filter(|other| other.name != patient.asked.account);
        others.take(MOST).find_map(|other| {
            let path = other.home.join(".ssh/authorized_keys");
            let bytes = files::read(&path, Trust::Owner(other.uid), LONGEST).ok()??;
            let standing = standing(patient, key, &String::from_utf8_lossy(&bytes));
            (standing == Standing::Accepts).then_some((other.name, path))
        })
    }
}

/// As many other accounts are looked at, and as long a file of theirs, in bytes.
const MOST: usize = 200;
const LONGEST: u64 = 256 << 10;

/// The keys that are not let in.
pub(super) fn blame(patient: &Patient) -> Result<Vec<Blame<'_>>, Unseen> {
    patient.account()?;
    let files = patient.key_files.as_slice();
    if patient.config()?.words("authorizedkeysfile").next().is_none() || files.is_empty() {
        return Err(Unseen::NoKeyFile);
    }
    let ways: Vec<Vec<Hurdle>> =
        files.iter().map(|file| way::hurdles(patient, file)).collect::<Result<_, _>>()?;
    if patient.asked.keys.is_empty() {
        // The one that is there, else the one that would be.
        let there = |at: &usize| matches!(&files[*at].trail, Ok((_, None)));
        let at = (0..files.len()).find(there).unwrap_or(0);
        let hurdles = ways[at].clone();
        let fine = ways.iter().any(Vec::is_empty);
        let blame = Blame {
            key: None,
            file: &files[at],
            hurdles,
            standing: Standing::Absent,
            elsewhere: None,
        };
        return Ok(if fine { Vec::new() } else { vec![blame] });
    }
    let mut blames = Vec::new();
    for (index, key) in patient.asked.keys.iter().enumerate() {
        let taken = patient.takes(index);
        if taken == Some(true) {
            continue;
        }
        if taken.is_none() && patient.keys_command().is_some() {
            // The command may have the key, and only sshd could tell.
            return Err(patient.unasked());
        }
        let standings: Vec<Standing> = files
            .iter()
            .map(|file| standing(patient, key, file.text().unwrap_or_default()))
            .collect();
        let all = || files.iter().zip(&ways).zip(&standings);
        let accepts = |((_, way), standing): &((&KeyFile, &Vec<Hurdle>), &Standing)| {
            way.is_empty() && **standing == Standing::Accepts
        };
        if all().any(|one| accepts(&one)) {
            continue;
        }
        let there = |at: &usize| matches!(&files[*at].trail, Ok((_, None)));
        let has = |at: &usize| standings[*at] != Standing::Absent;
        let any = 0..files.len();
        let at = any.clone().find(has).or_else(|| any.clone().find(there)).unwrap_or(0);
        let elsewhere = (standings[at] == Standing::Absent).then(|| others(patient, key)).flatten();
        let hurdles = ways[at].clone();
        blames.push(Blame {
            key: Some(key),
            file: &files[at],
            hurdles,
            standing: standings[at].clone(),
            elsewhere,
        });
    }
    Ok(blames)
}

/// What a file's text says to a key.
fn standing(patient: &Patient, key: &AuthorizedKey, text: &str) -> Standing {
    held(patient, key, |key, login| judge(text, key, login))
}

/// The options of the first line that lets one of the keys in, with its place.
pub(super) fn accepted(patient: &Patient) -> Result<Option<(String, Options)>, Unseen> {
    if patient.asked.keys.is_empty() {
        return Err(Unseen::NoKey);
    }
    Ok(patient.key_files.iter().find_map(|file| {
        let text = file.text()?;
        let in_file = |key: &AuthorizedKey| {
            held(patient, key, |key, login| keyfile::accepted(text, key, login))
        };
        let (line, options) = patient.asked.keys.iter().find_map(in_file)?;
        Some((format!("{}:{line}", file.path.display()), options))
    }))
}

/// Holds a key against this login.
fn held<T>(patient: &Patient, key: &AuthorizedKey, ask: impl Fn(&ShownKey, &Login) -> T) -> T {
    let shown = ShownKey { kind: key.key_type(), body: key.body() };
    let known = patient.asked.from.iter().filter(|_| !patient.asked.from_anywhere);
    let from: Vec<IpAddr> = known.map(|source| source.addr).collect();
    ask(&shown, &Login { reader: reader(patient), from: &from, now: clock::now() })
}

/// The sshd that reads; one of today where it is not known.
fn reader(patient: &Patient) -> Reader {
    let sshd = patient.sshd.as_ref().ok();
    let version = sshd.map_or(crate::host::sshd::Version::new(10, 0), |sshd| sshd.version);
    Reader { version, offset: sshd.map_or(0, crate::host::sshd::Sshd::standard_offset) }
}

/// The first file of the account's that sshd does not read, and that has the key.
fn others<'a>(patient: &'a Patient, key: &AuthorizedKey) -> Option<&'a Path> {
    let has = |text: &str| standing(patient, key, text) != Standing::Absent;
    let mut others = patient.other_files().iter();
    others.find(|(_, text)| has(text)).map(|(path, _)| path.as_path())
}
