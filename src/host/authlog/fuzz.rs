//! Lines of a log as a fuzzer writes them.

use super::head::{self, Now};
use super::{Entry, PROGRAMS, journal};

/// 2026-11-21 20:50:00 UTC, in Seoul.
const NOW: Now = Now { seconds: 1_795_294_200, offset: 9 * 3600 };

/// The entries among the lines, of syslog's files and of the journal.
pub(crate) fn entries(lines: &str) -> Vec<Entry> {
    let read = |line: &str| {
        let entry = head::entry(line.as_bytes(), NOW);
        if let Some(entry) = &entry {
            // Who says when it was says it the same way twice.
            assert_eq!(head::when(line.as_bytes(), NOW), Some(entry.at));
            assert!(PROGRAMS.contains(&&*entry.program) && line.ends_with(&entry.text));
        }
        entry.or_else(|| journal::parse(line))
    };
    lines.split('\n').filter_map(read).collect()
}
