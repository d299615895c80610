//! The program itself: a copy for the timer, and one for the customer.

use std::path::Path;
use std::sync::OnceLock;

use nix::sys::statvfs::{FsFlags, statvfs};

use super::{PlanError, Planned, Step, Undo, Wanted, not_ours};
use crate::host::change::{Change, Owner};
use crate::host::files::{self, Kind, Trust};
use crate::host::run::Tool;
use crate::host::{selinux, sha256};

/// The timer's copy, which only root can reach.
pub const COPY: &str = "/var/lib/support-access/support-access";

/// The customer's copy: access can be ended without a network.
pub const INSTALLED: &str = "/usr/local/sbin/support-access";

/// No program of ours is larger.
const LIMIT: u64 = 64 << 20;

pub(super) fn plan(wanted: &Wanted) -> Planned {
    let mut changes = Vec::new();
    copy(wanted, Path::new(COPY), 0o700, &mut changes)?;
    if !changes.is_empty() && selinux() {
        // systemd may not start what is labelled as data, and only bin_t is sure to be allowed.
        changes.push(Change::Run { tool: Tool::new("chcon").args(["-t", "bin_t", COPY]) });
    }
    if wanted.facts.installed {
        copy(wanted, Path::new(INSTALLED), 0o755, &mut changes)?;
    }
    Ok(changes)
}

fn copy(
    wanted: &Wanted,
    path: &Path,
    mode: u32,
    changes: &mut Vec<Change>,
) -> Result<(), PlanError> {
    let before = match files::look(path, Trust::Root)? {
        None => None,
        Some(meta) => {
            let fits = (meta.kind, meta.mode, meta.uid) == (Kind::File, mode, 0);
            // Not read into memory: it is the largest that we have to do with.
            if fits
                && wanted.ours(Step::Program)
                && files::digest(path, Trust::Root)?.as_ref() == Some(&wanted.facts.program)
            {
                return Ok(());
            }
            Some(ours(wanted, path)?.ok_or_else(|| not_ours(path))?)
        }
    };
    let after = own_bytes()?.into();
    let (path, owner) = (path.to_owned(), Owner::Root);
    changes.push(Change::Write { path, before, after, mode, owner, check: None });
    Ok(())
}

/// The bytes of the program that is running.
pub fn own_bytes() -> Result<&'static [u8], PlanError> {
    static OWN: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(bytes) = OWN.get() {
        return Ok(bytes);
    }
    let bytes = std::fs::read("/proc/self/exe").map_err(|e| {
        // Only memory can run out without a number.
        let source = e.raw_os_error().map_or(nix::Error::ENOMEM, nix::Error::from_raw);
        files::FileError::System { doing: "read", path: "/proc/self/exe".into(), source }
    })?;
    Ok(OWN.get_or_init(|| bytes))
}

/// Whether a new grant has to install the customer's copy: not when the very same program stands
/// there already, from a package or by hand (then it stays afterwards, too), and not where nothing
/// can be written there. The timer's copy is always there.
pub fn installs() -> Result<bool, PlanError> {
    let folder = Path::new(INSTALLED).parent().unwrap_or(Path::new("/"));
    let read_only = statvfs(folder).is_ok_and(|fs| fs.flags().contains(FsFlags::ST_RDONLY));
    if files::look(folder, Trust::Root)?.is_none() || read_only {
        return Ok(false);
    }
    let path = Path::new(INSTALLED);
    if files::look(path, Trust::Root)?.is_some_and(|meta| meta.kind != Kind::File) {
        return Err(not_ours(path));
    }
    let standing = files::read(path, Trust::Root, LIMIT)?;
    Ok(standing.as_deref() != Some(own_bytes()?))
}

/// The program by which the customer ends an open grant on his server.
#[must_use]
pub fn at_hand() -> &'static str {
    if Path::new(INSTALLED).exists() { INSTALLED } else { COPY }
}

/// The content of a copy if an earlier run of the grant put it there.
fn ours(wanted: &Wanted, path: &Path) -> Result<Option<Vec<u8>>, PlanError> {
    let regular = files::look(path, Trust::Root)?.is_some_and(|meta| meta.kind == Kind::File);
    if !wanted.ours(Step::Program) || !regular {
        return Ok(None);
    }
    let content = files::read(path, Trust::Root, LIMIT)?;
    Ok(content.filter(|bytes| {
        let hash = sha256(bytes);
        hash == wanted.facts.program || wanted.earlier_program.as_ref() == Some(&hash)
    }))
}

pub(super) fn undo(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let mut paths = vec![Path::new(COPY)];
    if wanted.facts.installed {
        paths.insert(0, Path::new(INSTALLED));
    }
    for path in paths {
        if files::look(path, Trust::Root)?.is_none() {
            continue;
        }
        match ours(wanted, path)? {
            Some(before) => {
                undo.changes.push(Change::Remove {
                    path: path.to_owned(),
                    owner: Owner::Root,
                    before,
                });
            }
            None => undo.foreign.push(path.to_owned()),
        }
    }
    Ok(())
}
