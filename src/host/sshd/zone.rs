//! The standard time of the zone that sshd runs in.
//!
//! sshd before 9.1 reads `expiry-time` by `mktime` with "no daylight saving", so what counts is the
//! zone's standard offset, in summer too.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

const SYSTEM_ZONE: &str = "/etc/localtime";
const ZONES: &str = "/usr/share/zoneinfo";

/// More than any zone file has.
const LIMIT: u64 = 256 * 1024;

/// Seconds east of UTC of standard time, for a process with this `TZ` in its environment. As in
/// the C library: no `TZ` is the system's zone, and what can't be read is UTC.
#[must_use]
pub(super) fn standard_offset(tz: Option<&str>) -> i32 {
    let Some(tz) = tz else { return file_offset(Path::new(SYSTEM_ZONE)).unwrap_or(0) };
    let name = tz.strip_prefix(':').unwrap_or(tz);
    zone_file(name).and_then(|path| file_offset(&path)).or_else(|| posix_offset(name)).unwrap_or(0)
}

fn zone_file(name: &str) -> Option<PathBuf> {
    let relative = Path::new(name);
    let plain =
        relative.components().all(|part| matches!(part, Component::Normal(_) | Component::RootDir));
    (plain && !name.is_empty()).then(|| Path::new(ZONES).join(relative))
}

fn file_offset(path: &Path) -> Option<i32> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    file.take(LIMIT).read_to_end(&mut bytes).ok()?;
    tzif_offset(&bytes)
}

/// The counts in a `TZif` header, RFC 8536 section 3.1.
struct Header {
    version: u8,
    isut: usize,
    isstd: usize,
    leap: usize,
    time: usize,
    kind: usize,
    chars: usize,
}

const HEADER: usize = 44;

impl Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..HEADER)?;
        if !head.starts_with(b"TZif") {
            return None;
        }
        let count = |at: usize| {
            let four = head.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_be_bytes(four)).ok().filter(|n| *n <= 1 << 16)
        };
        Some(Self {
            version: *head.get(4)?,
            isut: count(20)?,
            isstd: count(24)?,
            leap: count(28)?,
            time: count(32)?,
            kind: count(36)?,
            chars: count(40)?,
        })
    }

    /// The length of the data after the header, with times of `width` bytes.
    fn length(&self, width: usize) -> usize {
        self.time * (width + 1)
            + self.kind * 6
            + self.chars
            + self.leap * (width + 4)
            + self.isstd
            + self.isut
    }
}

pub(super) fn tzif_offset(bytes: &[u8]) -> Option<i32> {
    let first = Header::parse(bytes)?;
    let data = &bytes[HEADER..];
    if first.version == 0 {
        return last_standard(&first, data, 4);
    }
    let second = data.get(first.length(4)..)?;
    let header = Header::parse(second)?;
    let data = &second[HEADER..];
    let footer = data.get(header.length(8)..)?;
    let rule = footer.strip_prefix(b"\n").and_then(|f| f.split(|b| *b == b'\n').next());
    rule.and_then(|rule| std::str::from_utf8(rule).ok())
        .and_then(posix_offset)
        .or_else(|| last_standard(&header, data, 8))
}

/// The offset of the last change to a time that is not daylight saving.
fn last_standard(header: &Header, data: &[u8], width: usize) -> Option<i32> {
    let kinds_at = header.time * (width + 1);
    let indexes = data.get(header.time * width..kinds_at)?;
    let kinds: Vec<&[u8]> =
        data.get(kinds_at..kinds_at + header.kind * 6)?.chunks_exact(6).collect();
    let standard = |kind: &&&[u8]| kind[4] == 0;
    let kind = indexes
        .iter()
        .rev()
        .filter_map(|index| kinds.get(usize::from(*index)))
        .find(standard)
        .or_else(|| kinds.iter().find(standard))?;
    Some(i32::from_be_bytes(kind[..4].try_into().ok()?))
}

/// The standard offset of a POSIX rule such as `CET-1CEST,M3.5.0,M10.5.0/3` or `<+0530>-5:30`,
/// where a positive number is west.
pub(super) fn posix_offset(rule: &str) -> Option<i32> {
    let rest = if let Some(quoted) = rule.strip_prefix('<') {
        let (name, rest) = quoted.split_once('>')?;
        (name.len() >= 3).then_some(rest)?
    } else {
        let end = rule.find(|c: char| !c.is_ascii_alphabetic())?;
        (end >= 3).then_some(&rule[end..])?
    };
    let (sign, rest) = match rest.strip_prefix('-') {
        Some(rest) => (1, rest),
        None => (-1, rest.strip_prefix('+').unwrap_or(rest)),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
    let mut seconds = 0;
    let mut unit = 3600;
    for part in rest[..end].split(':') {
        let number: i32 = part.parse().ok().filter(|n| *n <= 167)?;
        seconds += number * unit;
        unit /= 60;
        if unit == 0 {
            break;
        }
    }
    Some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_without_a_file() {
        for (rule, hours) in [
            ("KST-9", 9.0),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 1.0),
            ("EST5EDT,M3.2.0,M11.1.0", -5.0),
            ("UTC0", 0.0),
            ("IST-5:30", 5.5),
            ("<+0545>-5:45", 5.75),
            ("NST3:30NDT,M3.2.0,M11.1.0", -3.5),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 10.5),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 1.0),
        ] {
            assert_eq!(posix_offset(rule).map(f64::from), Some(hours * 3600.0), "{rule}");
        }
        for rule in ["", "KST", "9", "<+09>", "AB-9", "KST-x", "KST-9999"] {
            assert_eq!(posix_offset(rule), None, "{rule}");
        }
    }

    /// A zone file as `zic` lays it out: two changes, winter and summer time.
    fn tzif(version: u8, footer: &str) -> Vec<u8> {
        let block = |width: usize| {
            let mut b = b"TZif".to_vec();
            b.push(version);
            b.extend([0; 15]);
            for count in [0u32, 0, 0, 2, 2, 8] {
                b.extend(count.to_be_bytes());
            }
            for time in [1_000_000i64, 2_000_000] {
                b.extend(&time.to_be_bytes()[8 - width..]);
            }
            b.extend([0, 1]);
            b.extend(
                [&3600i32.to_be_bytes()[..], &[0, 0], &7200i32.to_be_bytes()[..], &[1, 4]].concat(),
            );
            b.extend(b"CET\0CES\0");
            b
        };
        if version == 0 {
            return block(4);
        }
        [block(4), block(8), format!("\n{footer}\n").into_bytes()].concat()
    }

    #[test]
    fn zone_files_of_every_age() {
        assert_eq!(tzif_offset(&tzif(b'2', "CET-1CEST,M3.5.0,M10.5.0/3")), Some(3600));
        assert_eq!(tzif_offset(&tzif(b'3', "EET-2EEST,M3.5.0,M10.5.0")), Some(7200));
        assert_eq!(tzif_offset(&tzif(b'2', "")), Some(3600));
        assert_eq!(tzif_offset(&tzif(0, "")), Some(3600));
    }

    #[test]
    fn a_damaged_file_is_no_zone() {
        let whole = tzif(b'2', "CET-1CEST");
        for end in 0..whole.len() - 12 {
            let _ = tzif_offset(&whole[..end]);
        }
        assert_eq!(tzif_offset(b"TZif2"), None);
        let mut huge = whole;
        huge[32..36].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(tzif_offset(&huge), None);
    }

    #[test]
    fn names_do_not_leave_the_folder() {
        assert_eq!(zone_file("Asia/Seoul"), Some(PathBuf::from("/usr/share/zoneinfo/Asia/Seoul")));
        assert_eq!(zone_file("../../../etc/localtime"), None);
        assert_eq!(zone_file(""), None);
        assert_eq!(standard_offset(Some("")), 0);
        assert_eq!(standard_offset(Some("KST-9")), 9 * 3600);
        assert_eq!(standard_offset(Some("no/such/zone")), 0);
    }

    #[test]
    fn zones_of_this_system() {
        assert!(Path::new(ZONES).join("Asia/Seoul").exists(), "this test needs the package tzdata");
        for (name, seconds) in [
            ("Asia/Seoul", 32_400),
            (":Europe/Berlin", 3_600),
            ("America/New_York", -18_000),
            ("Etc/UTC", 0),
            ("Asia/Kolkata", 19_800),
            ("Asia/Kathmandu", 20_700),
            ("America/St_Johns", -12_600),
            ("Australia/Lord_Howe", 37_800),
            ("/usr/share/zoneinfo/Asia/Tokyo", 32_400),
        ] {
            assert_eq!(standard_offset(Some(name)), seconds, "{name}");
        }
    }
}
