//! What must hold of the journal's reader and of the key file's writer, whatever stands there.

use super::journal::{JournalError, SCHEMA, Step, parse, parse_for_ending};
use super::step::keys::merge;
use crate::fuzzing::{parts, text};
use crate::host::record::split;

const TAG: &str = "support-access:00112233445566ff";

/// A journal, cut at a place that its first two bytes say.
pub(crate) fn journal(data: &[u8]) {
    let (place, data) = data.split_at(data.len().min(2));
    let place = place.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let lines = split(data);
    let cut = split(&data[..place.min(data.len())]);
    // A line that was cut is not read, and what stands before it is read as it was.
    assert!(lines.starts_with(&cut) || String::from_utf8(data.to_vec()).is_err());
    let whole = parse(&lines);
    if whole.is_ok() {
        assert_eq!(parse(&cut).is_ok(), !cut.is_empty(), "{cut:?}");
    }
    for lines in [&lines, &cut] {
        let ending = parse_for_ending(lines);
        match parse(lines) {
            Ok(state) => {
                let _ = state.is_over();
                assert_eq!(ending.ok(), Some(state));
            }
            Err(JournalError::Newer(schema)) => assert!(schema > SCHEMA && ending.is_err()),
            // Damage in its first line alone leaves nothing to go by.
            Err(_) => match ending {
                Ok(state) => assert!(lines.len() > 1 && state.begun.len() == Step::ALL.len()),
                Err(_) => {
                    assert!(
                        lines
                            .first()
                            .is_none_or(|first| parse(std::slice::from_ref(first)).is_err())
                    );
                }
            },
        }
    }
}

/// A key file, and lines of ours that shall stand in it.
pub(crate) fn merge_keys(data: &[u8]) {
    let [before, ours] = parts(data);
    let before = text(before);
    let ours: Vec<String> =
        text(ours).lines().map(|line| format!("{line} {TAG} x")).take(3).collect();
    let after = merge(&before, &ours, TAG);
    let theirs = |text: &str| {
        let lines = text.split_inclusive('\n').filter(|line| !line.contains(TAG));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    // The customer's lines stay byte for byte; the last one gets an end, if ours come after it.
    let (mut was, is) = (theirs(&before), theirs(&after));
    if was != is {
        assert!(!ours.is_empty(), "{before:?} {after:?}");
        was.last_mut().into_iter().for_each(|last| last.push('\n'));
        assert_eq!(was, is);
    }
    let found: Vec<&str> = after.split_inclusive('\n').filter(|line| line.contains(TAG)).collect();
    let wanted: Vec<String> = ours.iter().map(|line| format!("{line}\n")).collect();
    assert_eq!(found, wanted);
    assert_eq!(merge(&after, &ours, TAG), after, "a second time changes nothing");
    // Without ours it is what it would be had they never been there.
    assert_eq!(merge(&after, &[], TAG), is.concat());
}

/// An account, and lines of a log in which it may have signed in.
pub(crate) fn visits(data: &[u8]) {
    let [account, lines] = parts(data);
    super::visits::fuzz(&text(account), &text(lines));
}
