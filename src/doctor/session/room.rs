//! What a session needs besides: a home, room on the disks, `/dev/null`.

use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use nix::sys::stat::{major, minor};
use nix::sys::statvfs::statvfs;

use super::{Finding, Fix, Looked, Patient, Unseen};
use crate::host::run::quote;

pub(super) fn dev_null(_: &Patient) -> Looked {
    let path = "/dev/null";
    let why = match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "not there".to_owned(),
        Err(error) => return Err(Unseen::Broken { why: error.to_string() }),
        Ok(meta) if !meta.file_type().is_char_device() => "no device".to_owned(),
        Ok(meta) if (major(meta.rdev()), minor(meta.rdev())) != (1, 3) => {
            "another device".to_owned()
        }
        Ok(meta) if meta.permissions().mode() & 0o666 != 0o666 => {
            format!("mode {:04o}", meta.permissions().mode() & 0o7777)
        }
        Ok(_) => return Ok(None),
    };
    let again = "rm -f /dev/null && mknod -m 666 /dev/null c 1 3";
    Ok(Some(Finding::new(format!("{path}: {why}")).with(Fix::Run(again.to_owned()))))
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
