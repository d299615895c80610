//! What must hold of the readers of the system's own files and logs, whatever stands there.

use std::path::Path;

pub(crate) use super::door::fuzz::log;
pub(crate) use super::sshd::fuzz::{sshd, zone};

use super::accounts::{Passwd, has_id, in_range, line_of};
use super::client::Heard;
use super::processes::parse_status;
use super::sweep::parse_roots;
use crate::fuzzing::{parts, text};

/// Lines of passwd, group, shadow, subuid.
pub(crate) fn accounts(data: &[u8]) {
    let [name, data] = parts(data);
    let (name, text) = (text(name), text(data));
    let line = line_of(&text, &name);
    assert!(line.is_none_or(|line| line.starts_with(&name) && !line.contains('\n')));
    for line in text.lines() {
        let Some(entry) = Passwd::parse(line) else { continue };
        let Passwd { name, uid, gid, gecos, home, shell } = &entry;
        let (home, shell) = (home.display(), shell.display());
        let printed = format!("{name}:x:{uid}:{gid}:{gecos}:{home}:{shell}");
        assert_eq!(Passwd::parse(&printed).as_ref(), Some(&entry));
        // What useradd must not give out a second time.
        assert!(has_id(&text, *uid));
    }
    for line in text.lines() {
        let mut numbers = line.split(':').skip(1).filter_map(|field| field.parse::<u32>().ok());
        if let (Some(first), Some(count @ 1..)) = (numbers.next(), numbers.next())
            && line.split(':').count() == 3
        {
            assert!(in_range(&text, first), "{line}");
            assert!(in_range(&text, first.saturating_add(count - 1)), "{line}");
        }
    }
}

/// `/proc/self/mountinfo`, a process's status, and a folder's name as the kernel writes it.
pub(crate) fn proc(data: &[u8]) {
    let [table, status, name] = parts(data);
    let roots = parse_roots(&text(table));
    assert_eq!(roots[0], Path::new("/"));
    if let Some(status) = parse_status(&text(status)) {
        assert!(!status.name.contains('\n'));
    }
    let name = text(name);
    if !name.contains(['\0', '\r']) && !name.is_empty() {
        // show_mountinfo() in the kernel: seq_path_root(…, " \t\n\\")
        let escaped = name
            .replace('\\', "\\134")
            .replace(' ', "\\040")
            .replace('\t', "\\011")
            .replace('\n', "\\012");
        let line = format!("24 22 8:2 / /{escaped} rw - ext4 /dev/sdb rw\n");
        assert_eq!(parse_roots(&line).last(), Some(&Path::new("/").join(&name)));
    }
}

/// What ssh says on its way, and what a session prints.
pub(crate) fn ssh(data: &[u8]) {
    let [log, output, aside] = parts(data).map(text);
    let heard = Heard::new(&log, &output, &aside);
    assert!(heard.offered.iter().all(|offer| offer.fingerprint.starts_with("SHA256:")));
    assert!(heard.complaints.iter().all(|line| !line.is_empty() && !line.contains('\n')));
    assert!(heard.output.chars().count() <= 400 && heard.tail().len() <= heard.complaints.len());
    // Until its key is known, ssh shows what the other side says behind these words alone.
    for said in log.lines() {
        for begin in
            ["kex_exchange_identification: banner line 0: ", "Remote protocol version 2.0, "]
        {
            let heard = Heard::new(&format!("debug1: {begin}{said}"), "", "");
            assert!(!heard.trusted && !heard.authenticated && heard.offered.is_empty(), "{said:?}");
        }
    }
}
