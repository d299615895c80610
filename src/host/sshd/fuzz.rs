//! What must hold of the readers of what sshd says and of how it was started.

use std::path::{Component, Path};

use super::daemon::{arguments, is_roots, start_ticks, unit_zone};
use super::hostkey::HostKey;
use super::listen::{parse_table, parse_units};
use super::zone::{posix_offset, tzif_offset};
use super::{Config, ExpiryForm, SshdError, Version, config_error, key_file, missing_folder};
use crate::fuzzing::{parts, text};

/// What `sshd -T` prints, what sshd complains of, its command line, the kernel's table of sockets.
pub(crate) fn sshd(data: &[u8]) {
    let [printed, complaint, cmdline, table, shown] = parts(data);
    config(&text(printed));
    let complaint = text(complaint);
    if let Some(folder) = missing_folder(&complaint) {
        assert!(folder.starts_with("/run/") && !folder.contains('\n'));
    }
    if let Some(SshdError::Config { problem, .. }) = config_error(&complaint) {
        assert!(!problem.contains('\n'));
    }
    let banner = Version::find(&complaint);
    if let Some(version) = banner {
        assert_eq!(Version::find(&format!("OpenSSH_{version}p1")), Some(version));
    }
    // Each kept option that takes a value has one.
    let options = arguments(&text(cmdline));
    let mut options = options.iter();
    while let Some(option) = options.next() {
        assert!(option.len() == 2 && option.starts_with('-'), "{option:?}");
        assert!(["-4", "-6"].contains(&option.as_str()) || options.next().is_some());
    }
    let _ = start_ticks(&text(cmdline));
    let table = text(table);
    let rows = table.lines().count();
    assert!(parse_table(&table).len() <= rows);
    let _ = is_roots(&table, "sshd");
    let shown = text(shown);
    assert!(parse_units(&shown).len() <= shown.lines().count());
    let zone = unit_zone(&shown, 1);
    assert!(zone.is_none_or(|zone| !zone.contains([' ', '\n'])));
    if let Some(key) = HostKey::parse(&shown) {
        let line = key.known_hosts("host", 22);
        assert!(!line.contains('\n') && HostKey::parse(&key.public) == Some(key), "{line:?}");
    }
}

fn config(text: &str) {
    let config = Config::parse(text);
    // sshd of 10.4 and later prints the same in another case.
    let upper: String = text
        .split_inclusive('\n')
        .map(|line| match line.split_once(' ') {
            Some((key, value)) => format!("{} {value}", key.to_ascii_uppercase()),
            None => line.to_ascii_uppercase(),
        })
        .collect();
    assert_eq!(config, Config::parse(&upper));
    let file = |user: &str, uid| {
        key_file(&config, user, &Path::new("/home").join(user), uid).inspect(|path| {
            assert!(path.is_absolute() && !path.components().any(|c| c == Component::ParentDir));
        })
    };
    // A file that two accounts share is never taken for the account's own.
    match (file("cafe24", 60578), file("other", 1001)) {
        (Ok(one), Ok(other)) => assert_ne!(one, other),
        (one, other) => assert_eq!(one.is_err(), other.is_err()),
    }
    let _ = (config.ports(), config.forced_command(), config.chroot());
}

/// A zone's file, and a rule in place of one.
pub(crate) fn zone(data: &[u8]) {
    let [rule] = parts(data);
    let offsets = [tzif_offset(data), posix_offset(&text(rule))];
    for offset in offsets.into_iter().flatten() {
        let written = ExpiryForm::LocalStandard { offset }.format(1_909_137_600);
        let digits = |text: &String| text.len() == 14 && text.bytes().all(|b| b.is_ascii_digit());
        assert!(written.as_ref().is_none_or(digits), "{written:?}");
    }
}
