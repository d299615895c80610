//! Files as an account would find them. A child of ours gives up root's rights for the account's,
//! with all its groups, and opens them: modes, access lists, links and network file systems say what
//! they would say to sshd, which reads key files in the account's name, and a link that the account
//! has put leads to nothing that is not the account's to read.

use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};
use serde::{Deserialize, Serialize};

use super::accounts::{self, Passwd};
use super::namespace;

/// Longer files are opened, but not read.
const LIMIT: u64 = 256 << 10;

/// How long it may take; a file system of the account's own may never answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// What came of opening one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Opened {
    /// It can be read, and unless it is too long, this is in it; bytes that are not UTF-8 replaced.
    Text(Option<String>),
    /// It is a folder, a FIFO, a socket or a device.
    NotRegular,
    /// The system refused, with this `errno`.
    Failed(i32),
}

impl Opened {
    /// Whether permission was denied.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        *self == Self::Failed(nix::Error::EACCES as i32)
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Request {
    uid: u32,
    gid: u32,
    groups: Vec<u32>,
    paths: Vec<PathBuf>,
}

/// Opens files for reading in the name of an account. Needs root.
pub fn open(passwd: &Passwd, paths: &[PathBuf]) -> Result<Vec<Opened>, String> {
    let groups = accounts::gids_of(&passwd.name);
    let request = Request { uid: passwd.uid, gid: passwd.gid, groups, paths: paths.to_vec() };
    let input = serde_json::to_vec(&request).map_err(|error| error.to_string())?;
    let out = namespace::inside(namespace::READER).stdin(input).deadline(DEADLINE).run();
    let text = out.map_err(|error| error.to_string())?.stdout;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// Runs in the child.
pub(super) fn answer(request: &Request) -> io::Result<Vec<Opened>> {
    let groups: Vec<Gid> = request.groups.iter().copied().map(Gid::from_raw).collect();
    let (uid, gid) = (Uid::from_raw(request.uid), Gid::from_raw(request.gid));
    setgroups(&groups)?;
    setresgid(gid, gid, gid)?;
    setresuid(uid, uid, uid)?;
    let failed = |error: io::Error| Opened::Failed(error.raw_os_error().unwrap_or_default());
    Ok(request.paths.iter().map(|path| read(path).unwrap_or_else(failed)).collect())
}

fn read(path: &PathBuf) -> io::Result<Opened> {
    let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits();
    let file = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(Opened::NotRegular);
    }
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes)?;
    let whole = bytes.len() as u64 <= LIMIT;
    Ok(Opened::Text(whole.then(|| String::from_utf8_lossy(&bytes).into_owned())))
}
