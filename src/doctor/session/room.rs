//! What a session needs besides: a home, room on the disks, `/dev/null`.

use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use nix::sys::stat::makedev;
use nix::sys::statvfs::{FsFlags, statvfs};

use super::{Finding, Fix, Looked, Patient, Unseen};
use crate::host::run::quote;

const NULL: &str = "/dev/null";

/// Made anew (null(4)).
const NULL_AGAIN: &str = "rm -f /dev/null && mknod -m 666 /dev/null c 1 3";

/// Without it sshd does not even greet, and no program can be asked anything.
pub(super) fn no_dev_null(_: &Patient) -> Looked {
    match std::fs::metadata(NULL) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let fix = Fix::Run(NULL_AGAIN.to_owned());
            Ok(Some(Finding::new(format!("{NULL}: not there")).with(fix)))
        }
        Err(error) => Err(Unseen::Broken { why: error.to_string() }),
        Ok(_) => Ok(None),
    }
}

pub(super) fn dev_null(_: &Patient) -> Looked {
    let meta = match std::fs::metadata(NULL) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Unseen::Broken { why: error.to_string() }),
        Ok(meta) => meta,
    };
    let mode = meta.permissions().mode() & 0o7777;
    let device = meta.file_type().is_char_device() && meta.rdev() == makedev(1, 3);
    if device && mode & 0o666 == 0o666 {
        return Ok(None);
    }
    let what = if device { format!("mode {mode:04o}") } else { "not the device 1:3".to_owned() };
    let fix = Fix::Run(NULL_AGAIN.to_owned());
    Ok(Some(Finding::new(format!("{NULL}: {what}")).with(fix)))
}

/// sshd goes on without a home. Where the keys should lie in it, that has been said before.
pub(super) fn home_missing(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let keys = patient.key_files.iter().any(|file| file.path.starts_with(&passwd.home));
    let made = patient
        .pam("session")?
        .any(|rule| rule.is("pam_mkhomedir.so") || rule.is("pam_oddjob_mkhomedir.so"));
    if keys || made || passwd.home.is_dir() {
        return Ok(None);
    }
    let (name, home) = (quote(&passwd.name), passwd.home.display().to_string());
    let finding = Finding::new(format!("{home}: no folder"));
    Ok(Some(finding.with(Fix::Run(format!("mkhomedir_helper {name}")))))
}

/// Where a login writes.
const WRITTEN: [&str; 5] = ["/", "/var/log", "/tmp", "/run", "/var"];

pub(super) fn disk_full(patient: &Patient) -> Looked {
    let home = &patient.account()?.home;
    let mut finding = Finding::default();
    for path in WRITTEN.into_iter().map(Path::new).chain([home.as_path()]) {
        let Ok(room) = statvfs(path) else { continue };
        // An image that nothing is written to is always full.
        if room.flags().contains(FsFlags::ST_RDONLY) {
            continue;
        }
        let what = if room.blocks() > 0 && room.blocks_available() == 0 {
            "blocks"
        } else if room.files() > 0 && room.files_available() == 0 {
            "inodes"
        } else {
            continue;
        };
        finding.evidence.push(format!("{}: 0 {what} free", path.display()));
    }
    Ok(Some(finding).filter(|finding| !finding.evidence.is_empty()))
}
