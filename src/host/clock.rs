//! Time: the wall clock, the time since boot, and how a person reads them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::time::{ClockId, clock_gettime};

use super::run::Tool;

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// The wall clock, in seconds since 1970-01-01 UTC.
pub fn now() -> i64 {
    seconds(SystemTime::now())
}

/// Which boot this is, and for how many seconds it has run, sleep included. Unlike the wall clock,
/// nobody can set it.
pub fn boot() -> Option<(String, i64)> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let since = clock_gettime(ClockId::CLOCK_BOOTTIME).ok()?;
    #[allow(clippy::useless_conversion, reason = "time_t is narrower on some targets")]
    Some((id.trim().to_owned(), i64::from(since.tv_sec())))
}

/// A moment of the wall clock, in seconds since 1970-01-01 UTC.
pub fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A moment as RFC 3339 in UTC.
pub fn utc(seconds: i64) -> String {
    time::OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|t| t.format(&time::format_description::well_known::Rfc3339).ok())
        .unwrap_or_else(|| seconds.to_string())
}

/// A moment in the server's own zone, as systemd.time(7) reads it.
pub fn local_calendar(seconds: i64) -> String {
    date(seconds, "+%Y-%m-%d %H:%M:%S").unwrap_or_else(|| "*:0/10".to_owned())
}

/// A moment in the server's own zone, as `date` prints it: `2026-11-24 14:03 KST`.
pub fn local(seconds: i64) -> String {
    date(seconds, "+%Y-%m-%d %H:%M %Z").unwrap_or_else(|| utc(seconds))
}

/// How far the server's own zone is east of Greenwich now, in seconds; 0 where it can't be told.
pub fn offset() -> i32 {
    let text = date(now(), "+1%z").unwrap_or_default();
    let parse = |range: std::ops::Range<usize>| {
        text.get(range).and_then(|digits| digits.parse::<i32>().ok()).unwrap_or(0)
    };
    let seconds = parse(2..4) * 3600 + parse(4..6) * 60;
    if text.get(1..2) == Some("-") { -seconds } else { seconds }
}

/// What `date` says, asked once of each moment.
fn date(seconds: i64, form: &'static str) -> Option<String> {
    static SAID: Mutex<BTreeMap<(i64, &str), Option<String>>> = Mutex::new(BTreeMap::new());
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    said.entry((seconds, form)).or_insert_with(|| ask(seconds, form)).clone()
}

/// What `date` says, if that is a date: it is written into a unit of systemd's.
fn ask(seconds: i64, form: &str) -> Option<String> {
    let tool = Tool::new("date").args(["-d", &format!("@{seconds}"), form]);
    let out = tool.deadline(Duration::from_secs(5)).run().ok()?;
    let text = out.stdout.trim();
    let fine = |c: char| c.is_ascii_alphanumeric() || " :+-".contains(c);
    let starts = text.as_bytes().first().is_some_and(u8::is_ascii_digit);
    (starts && text.len() < 40 && text.chars().all(fine)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_people_and_programs_read_them() {
        assert_eq!(utc(1_795_528_800), "2026-11-24T14:00:00Z");
        assert!(local(1_795_528_800).starts_with("2026-11-24 "), "{}", local(1_795_528_800));
        assert!(boot().unwrap().1 > 0);
    }
}
