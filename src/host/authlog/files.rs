//! syslog's files, read backwards: `auth.log` (Debian, Ubuntu) or `secure` (RHEL and its kin), then
//! what logrotate(8) made of them.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::{Duration, Instant};

use super::head::{self, Now};
use super::{Entry, Reach, Wanted};
use crate::host::files::{Dir, FileError, Place, Trust};
use crate::host::run::Tool;
use crate::host::{beside, clock};

const FOLDER: &str = "/var/log";
const NAMES: [&str; 2] = ["auth.log", "secure"];
/// How much is read at a time.
const BLOCK: u64 = 256 << 10;
/// Longer lines are cut.
const LONGEST: usize = 8 << 10;
/// How many entries of a compressed file, which can only be read forwards, are kept.
const KEEP: usize = 4000;

/// Hands out the entries that are wanted and from before `until`.
pub(super) fn read_back(
    wanted: &Wanted,
    until: i64,
    end: Instant,
    reach: &mut Reach,
    each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
) {
    let Ok(place) = Place::open(Path::new("/var/log/auth.log"), Trust::Root) else { return };
    let now = Now { seconds: clock::now(), offset: clock::offset() };
    let mut each = |entry: Entry| {
        if entry.at < until && wanted.wants(&entry) {
            each(entry)
        } else {
            ControlFlow::Continue(())
        }
    };
    let since = wanted.since;
    for (name, file) in newest(place.dir(), since) {
        let done = match name.rsplit('.').next() {
            Some("gz") => compressed(Tool::new("gzip"), &file, wanted, now, end, &mut each),
            Some("xz") => compressed(Tool::new("xz"), &file, wanted, now, end, &mut each),
            Some("zst") => compressed(Tool::new("zstd"), &file, wanted, now, end, &mut each),
            _ => plain(&file, since, now, end, &mut each),
        };
        match done {
            Some(Done::Whole) => {}
            Some(Done::Cut) => reach.cut = true,
            Some(Done::Enough) => {
                reach.sources.push(format!("{FOLDER}/{name}"));
                return;
            }
            None => continue,
        }
        reach.sources.push(format!("{FOLDER}/{name}"));
    }
}

/// How reading a file ended.
enum Done {
    Whole,
    /// It was the caller's last, or older than asked for.
    Enough,
    /// Time or room ran out.
    Cut,
}

/// The files that were written to since then, newest first.
fn newest(folder: &Dir, since: i64) -> Vec<(String, File)> {
    let mut files = Vec::new();
    for name in folder.names().unwrap_or_default() {
        let Some(text) = name.to_str() else { continue };
        let rotated = |base: &&str| {
            text.strip_prefix(*base)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
        };
        if !NAMES.iter().any(rotated) {
            continue;
        }
        let opened: Result<File, FileError> = folder.open_file(&name);
        let Ok(file) = opened else { continue };
        let Ok(meta) = file.metadata() else { continue };
        if meta.mtime() >= since {
            files.push((meta.mtime(), text.to_owned(), file));
        }
    }
    files.sort_by_key(|(mtime, ..)| std::cmp::Reverse(*mtime));
    files.into_iter().map(|(_, name, file)| (name, file)).collect()
}

fn plain(
    file: &File,
    since: i64,
    now: Now,
    end: Instant,
    each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
) -> Option<Done> {
    let mut at = file.metadata().ok()?.len();
    let mut block = vec![0; usize::try_from(BLOCK.min(at)).ok()?];
    // The beginning of a line whose end was in the block after this one.
    let mut tail: Vec<u8> = Vec::new();
    while at > 0 {
        let length = BLOCK.min(at);
        at -= length;
        let block = &mut block[..usize::try_from(length).ok()?];
        file.read_exact_at(block, at).ok()?;
        let mut rest: &[u8] = block;
        let mut oldest = None;
        while let Some(index) = rest.iter().rposition(|byte| *byte == b'\n') {
            let line = &rest[index + 1..];
            let line = if tail.is_empty() { line } else { before(&mut tail, line) };
            if let Some(entry) = head::entry(line, now).filter(|entry| entry.at >= since)
                && each(entry).is_break()
            {
                return Some(Done::Enough);
            }
            tail.clear();
            oldest = Some(&rest[index + 1..]);
            rest = &rest[..index];
        }
        // Lines stand in the order in which they were written: one look a block is enough.
        if oldest.and_then(|line| head::when(line, now)).is_some_and(|when| when < since) {
            return Some(Done::Enough);
        }
        before(&mut tail, rest);
        if Instant::now() >= end {
            return Some(Done::Cut);
        }
    }
    match head::entry(&tail, now).filter(|entry| entry.at >= since).map(each) {
        Some(ControlFlow::Break(())) => Some(Done::Enough),
        _ => Some(Done::Whole),
    }
}

/// Puts what was read before the rest of a line.
fn before<'a>(tail: &'a mut Vec<u8>, bytes: &[u8]) -> &'a [u8] {
    tail.splice(..0, bytes.iter().copied().take(LONGEST));
    tail.truncate(LONGEST);
    tail
}

fn compressed(
    tool: Tool,
    file: &File,
    wanted: &Wanted,
    now: Now,
    end: Instant,
    each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
) -> Option<Done> {
    let (ours, theirs) = std::io::pipe().ok()?;
    let left = end.saturating_duration_since(Instant::now()).max(Duration::from_secs(1));
    let tool = tool.args(["-d", "-c"]).deadline(left);
    let input = file.try_clone().ok()?;
    let mut entries = VecDeque::new();
    let mut lost = false;
    let fits = |entry: &Entry| entry.at >= wanted.since && wanted.wants(entry);
    let whole = std::thread::scope(|scope| {
        let unpack = move || tool.pass(input.into(), theirs.into());
        let Ok(unpack) = beside::start(scope, unpack) else { return false };
        let mut reader = BufReader::new(ours);
        let mut line = Vec::new();
        while next_line(&mut reader, &mut line) {
            if let Some(entry) = head::entry(&line, now).filter(fits) {
                lost |= entries.len() == KEEP;
                if lost {
                    entries.pop_front();
                }
                entries.push_back(entry);
            }
        }
        unpack.join().is_ok_and(|done| done.is_ok())
    });
    if entries.into_iter().rev().any(|entry| each(entry).is_break()) {
        return Some(Done::Enough);
    }
    Some(if whole && !lost { Done::Whole } else { Done::Cut })
}

/// Reads one line, of which no more is kept than anybody looks at.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> bool {
    line.clear();
    let limit = LONGEST as u64;
    let Ok(read) = reader.by_ref().take(limit).read_until(b'\n', line) else { return false };
    if line.pop_if(|byte| *byte == b'\n').is_none() && read == LONGEST {
        return reader.skip_until(b'\n').is_ok();
    }
    read > 0
}

#[cfg(test)]
mod tests;
