//! What is counted instead of timed, in runs of their own: strace and a look at the memory cost time.

use std::collections::BTreeMap;

use crate::contest::{OTHERS, VERBS, ours};
use crate::ground::{Ground, HERE};

/// Of one command.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    /// Programs that were started, itself among them.
    pub(crate) programs: usize,
    /// Calls that wait for the disk.
    pub(crate) syncs: usize,
    /// KiB: of the process itself for ours, of the largest for others.
    pub(crate) peak: f64,
}

/// Counts each row of the contest once.
pub(crate) fn run(ground: &Ground) -> BTreeMap<String, Count> {
    let mut counts = BTreeMap::new();
    let mut add = |row: &str, command: &str, again: &str, own: bool| {
        let (programs, syncs) = strace(ground, command);
        if !again.is_empty() {
            ground.host.run(again);
        }
        let run = ground.once(if own { "--peak" } else { "" }, command);
        counts.insert(row.to_owned(), Count { programs, syncs, peak: run.peak });
    };
    // What each verb changes is taken back before it is run a second time.
    let (grant, delete) = (ours("grant"), ours("delete"));
    for verb in VERBS {
        let again = match verb {
            "grant" => &delete,
            "delete" => &grant,
            _ => "",
        };
        add(verb, &ours(verb), again, true);
    }
    add("grant with proof", &ours("grant with proof"), &delete, true);
    ground.host.run(&delete);
    for (name, open, end) in OTHERS {
        add(name, open, end, false);
        add(&format!("{name}: delete"), end, open, false);
    }
    counts
}

fn strace(ground: &Ground, command: &str) -> (usize, usize) {
    let log = format!("{HERE}/strace");
    let calls = "fsync,fdatasync,sync,syncfs,sync_file_range,msync,execve";
    let out = ground
        .host
        .run(&format!("strace -f -qq -e trace={calls} -e signal=none -o {log} {command}"));
    assert!(out.succeeded(), "{out}");
    let said = ground.host.read(&log);
    let ended = |line: &&str| line.ends_with("= 0");
    let programs = said.lines().filter(ended).filter(|line| line.contains("execve")).count();
    (programs, said.lines().filter(ended).filter(|line| line.contains("sync")).count())
}
