//! The head of a line of syslog's: when, and whose.

use std::ops::Range;

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::{Entry, PROGRAMS};

/// What a time without year and zone needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) seconds: i64,
    /// East of Greenwich, in seconds.
    pub(super) offset: i32,
}

/// The entry of a line, if it is one of ours.
pub(super) fn entry(line: &[u8], now: Now) -> Option<Entry> {
    let (stamp, rest) = split_time(line)?;
    // Host, then `program[pid]: text`.
    let rest = &rest[1 + position(rest, b' ')?..];
    let tag = &rest[..position(rest, b':')?];
    let name = &tag[..position(tag, b'[').unwrap_or(tag.len())];
    let program = PROGRAMS.into_iter().find(|program| program.as_bytes() == name)?;
    let digits = tag.get(name.len() + 1..tag.len().saturating_sub(1)).unwrap_or_default();
    let pid = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    let text = rest[tag.len()..].strip_prefix(b": ")?;
    Some(Entry {
        at: seconds(stamp, now)?,
        program: program.to_owned(),
        pid: pid.unwrap_or(0),
        text: String::from_utf8_lossy(text).into_owned(),
        vouched: false,
    })
}

/// When a line was written, whosever it is.
pub(super) fn when(line: &[u8], now: Now) -> Option<i64> {
    seconds(split_time(line)?.0, now)
}

fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    bytes.iter().position(|byte| *byte == wanted)
}

/// RFC 3339, as rsyslog writes since Debian 12, or RFC 3164's 15 characters.
fn split_time(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = if line.first()?.is_ascii_digit() { position(line, b' ')? } else { 15 };
    let (stamp, rest) = line.split_at_checked(length)?;
    Some((stamp, rest.strip_prefix(b" ")?))
}

fn seconds(stamp: &[u8], now: Now) -> Option<i64> {
    let text = std::str::from_utf8(stamp).ok()?;
    if stamp.first()?.is_ascii_digit() {
        return OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp);
    }
    let today = OffsetDateTime::from_unix_timestamp(now.seconds).ok()?;
    let in_year = |year| without_year(text, year, now.offset);
    // No year: the last one in which that moment is not still to come.
    in_year(today.year())
        .filter(|at| *at <= now.seconds + 86_400)
        .or_else(|| in_year(today.year() - 1))
}

/// `Nov  1 20:50:30`.
fn without_year(text: &str, year: i32, offset: i32) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let index = MONTHS.find(text.get(..3)?).filter(|index| index % 3 == 0)?;
    let month = Month::try_from(u8::try_from(index / 3 + 1).ok()?).ok()?;
    let number = |range: Range<usize>| text.get(range)?.trim_start().parse::<u8>().ok();
    let date = Date::from_calendar_date(year, month, number(4..6)?).ok()?;
    let time = Time::from_hms(number(7..9)?, number(10..12)?, number(13..15)?).ok()?;
    let zone = UtcOffset::from_whole_seconds(offset).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_offset(zone).unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21 20:50:00 UTC, in Seoul.
    const NOW: Now = Now { seconds: 1_795_294_200, offset: 9 * 3600 };

    fn read(line: &str) -> Option<(i64, String, u32, String)> {
        entry(line.as_bytes(), NOW).map(|it| (it.at, it.program, it.pid, it.text))
    }

    #[test]
    fn both_kinds_of_time_are_read() {
        let old = read("Nov 22 05:49:59 web1 sshd[812]: Invalid user admin from 192.0.2.7 port 1");
        let (at, program, pid, text) = old.unwrap();
        assert_eq!((at, &*program, pid), (NOW.seconds - 1, "sshd", 812));
        assert_eq!(text, "Invalid user admin from 192.0.2.7 port 1");
        let new = "2026-11-22T05:49:59.123456+09:00 web1 sshd-session[9]: Connection reset";
        assert_eq!(read(new).unwrap().0, NOW.seconds - 1);
        // sudo gives no process id.
        assert_eq!(read("Nov  1 05:00:00 web1 sudo:   kim : TTY=pts/0").unwrap().2, 0);
        // December of last year.
        let (at, ..) = read("Dec 31 23:00:00 web1 sshd[1]: x").unwrap();
        assert_eq!(at, 1_767_189_600);
    }

    #[test]
    fn what_is_not_ours_or_no_line_is_left_out() {
        for line in [
            "",
            "Nov",
            "Nov 22 05:49:59",
            "Nov 22 05:49:59 web1",
            "Nov 22 05:49:59 web1 CRON[812]: pam_unix(cron:session): session opened",
            "Nov 22 05:49:59 web1 sshdx[812]: x",
            "Nov 22 05:49:59 web1 sshd[812]:",
            "Nov 42 05:49:59 web1 sshd[812]: x",
            "ovN 22 05:49:59 web1 sshd[812]: x",
            "2026-13-01T00:00:00Z web1 sshd[812]: x",
            "\u{d55c}\u{ae00}\u{d55c}\u{ae00}\u{d55c}\u{ae00} web1 sshd[812]: x",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
