//! Files that have keys of the account in them, or may have.

use std::path::PathBuf;

use crate::doctor::Unseen;
use crate::doctor::keyfile::is_public;
use crate::host::accounts::Passwd;
use crate::host::as_account::{self, Opened};
use crate::host::files::{self, Stop, Trust};
use crate::host::sshd::{self, Config};

/// The longest key file that is read, in bytes. sshd reads on, but nobody has such a file.
const LONGEST: u64 = 4 << 20;

/// A file in which sshd looks for keys of the account.
#[derive(Debug)]
pub struct KeyFile {
    /// As sshd names it.
    pub path: PathBuf,
    /// Every name on the way to it, links followed; the first that is missing.
    pub trail: Result<(Vec<Stop>, Option<PathBuf>), String>,
    /// What is in it, unless it could not be read safely by root.
    pub content: Result<Option<Vec<u8>>, String>,
    /// What the account gets when it opens it, as sshd does in its name.
    pub opened: Result<Opened, String>,
    text: Option<String>,
}

impl KeyFile {
    /// What is in it, unless that could not be read.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The same, byte for byte, if root could read it safely.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        self.content.as_ref().ok()?.as_deref()
    }

    /// Whether anything stands there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        matches!(self.trail, Ok((_, None)))
    }

    /// Why it could not be read.
    pub(in crate::doctor) fn why(&self) -> Unseen {
        let why = self.content.as_ref().err().cloned().unwrap_or_default();
        Unseen::Broken { why }
    }
}

pub(super) fn key_files(config: &Config, passwd: &Passwd) -> Vec<KeyFile> {
    let paths = sshd::key_files(config, &passwd.name, &passwd.home, passwd.uid);
    let opened = as_account::open(passwd, &paths);
    let look = |(index, path): (usize, PathBuf)| {
        let trail = files::trail(&path).map_err(|error| error.to_string());
        // By handle, and never through a link of the account's own: it may lead to anything of root's.
        let content = files::read(&path, Trust::Owner(passwd.uid), LONGEST);
        let content = content.map_err(|error| error.to_string());
        let opened = opened.as_ref().map_err(Clone::clone);
        let opened = opened.and_then(|all| all.get(index).cloned().ok_or_else(String::new));
        let text = match (&content, &opened) {
            (_, Ok(Opened::Text(Some(text)))) => Some(text.clone()),
            // What the account may not read is not shown, unless there are only keys in it.
            (Ok(Some(bytes)), opened) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let hidden = opened.as_ref().is_ok_and(Opened::is_denied) && !is_public(&text);
                (!hidden).then_some(text)
            }
            _ => None,
        };
        KeyFile { path, trail, content, opened, text }
    };
    paths.clone().into_iter().enumerate().map(look).collect()
}

/// Where keys are put by those who don't know where sshd looks for them.
const ELSEWHERE: [&str; 9] = [
    ".ssh/authorized_keys",
    ".ssh/authorized_keys2",
    ".ssh/authorized_key",
    ".ssh/authorised_keys",
    ".ssh/authorizedkeys",
    ".ssh/authorized-keys",
    ".ssh/authorized_keys.pub",
    ".ssh/authorized_keys.txt",
    "authorized_keys",
];

/// Files in the home that sshd does not read, and that may have keys in them; with what is there.
pub(super) fn others(passwd: &Passwd, read: &[KeyFile]) -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = ELSEWHERE.iter().map(|name| passwd.home.join(name)).collect();
    paths.retain(|path| read.iter().all(|file| file.path != *path));
    let opened = as_account::open(passwd, &paths).unwrap_or_default();
    let text = |(path, opened)| match opened {
        Opened::Text(Some(text)) => Some((path, text)),
        _ => None,
    };
    paths.into_iter().zip(opened).filter_map(text).collect()
}
