//! How an end time is written into a key line so that the sshd at hand obeys it.

use time::OffsetDateTime;

use super::Version;

/// The forms of `expiry-time`. A form that sshd does not know kills the whole line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiryForm {
    /// Not known before OpenSSH 7.7.
    None,
    /// Before 9.1: local time of sshd's zone, always read as standard time, even in summer.
    LocalStandard {
        /// Seconds east of UTC of the zone's standard time.
        offset: i32,
    },
    /// From 9.1 on: UTC, with a Z at the end.
    Utc,
}

impl ExpiryForm {
    /// The form for a version, with the standard offset of the zone that sshd runs in.
    #[must_use]
    pub fn new(version: Version, offset: i32) -> Self {
        if version < Version::new(7, 7) {
            Self::None
        } else if version < Version::new(9, 1) {
            Self::LocalStandard { offset }
        } else {
            Self::Utc
        }
    }

    /// The value of `expiry-time` for an end in seconds since the epoch; nothing where sshd has no
    /// such option, or the year has not four digits.
    #[must_use]
    pub fn format(self, deadline: i64) -> Option<String> {
        let (shift, suffix) = match self {
            Self::None => return None,
            Self::LocalStandard { offset } => (i64::from(offset), ""),
            Self::Utc => (0, "Z"),
        };
        let t = OffsetDateTime::from_unix_timestamp(deadline.checked_add(shift)?).ok()?;
        let digits = format!(
            "{:04}{:02}{:02}{:02}{:02}{:02}",
            t.year(),
            u8::from(t.month()),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        );
        (digits.len() == 14 && !digits.starts_with('-')).then(|| digits + suffix)
    }
}

/// What sshd makes of a value of `expiry-time` (OpenSSH misc.c, `parse_absolute_time`): seconds since
/// 1970-01-01, or nothing where it refuses the value. `offset` is the standard time of sshd's zone.
#[must_use]
pub fn read_expiry(value: &str, version: Version, offset: i32) -> Option<i64> {
    let zulu = ["Z", "z", "UTC", "utc"].iter().find_map(|end| value.strip_suffix(end));
    let (digits, shift) = match zulu {
        Some(digits) if version >= Version::new(9, 1) => (digits, 0),
        Some(_) => return None,
        None => (value, i64::from(offset)),
    };
    if !matches!(digits.len(), 8 | 12 | 14) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |p| p.parse().ok());
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second): (i64, i64, i64) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    let first = time::Date::from_calendar_date(
        i32::try_from(year).ok()?,
        time::Month::try_from(u8::try_from(month).ok()?).ok()?,
        1,
    );
    // Like mktime(3), sshd takes the 31st of a month of thirty days for the 1st of the next.
    if !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 61 {
        return None;
    }
    let days = day - 1 + (first.ok()? - time::Date::from_ordinal_date(1970, 1).ok()?).whole_days();
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - shift;
    (seconds > 0).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2030-07-01 12:00:00 UTC, summer in the north.
    const NOON: i64 = 1_909_137_600;

    #[test]
    fn each_sshd_gets_the_form_it_reads() {
        let form = |major, minor| ExpiryForm::new(Version::new(major, minor), 9 * 3600);
        assert_eq!(form(7, 6).format(NOON), None);
        assert_eq!(form(7, 7).format(NOON).as_deref(), Some("20300701210000"));
        assert_eq!(form(9, 0).format(NOON).as_deref(), Some("20300701210000"));
        assert_eq!(form(9, 1).format(NOON).as_deref(), Some("20300701120000Z"));
        assert_eq!(form(10, 0).format(NOON).as_deref(), Some("20300701120000Z"));
    }

    #[test]
    fn offsets_cross_days_and_years() {
        let west = ExpiryForm::LocalStandard { offset: -5 * 3600 };
        assert_eq!(west.format(1_893_456_000).as_deref(), Some("20291231190000"));
        let half = ExpiryForm::LocalStandard { offset: 5 * 3600 + 1800 };
        assert_eq!(half.format(NOON).as_deref(), Some("20300701173000"));
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        for (major, minor) in [(7, 7), (9, 0), (9, 1), (10, 0)] {
            let version = Version::new(major, minor);
            let text = ExpiryForm::new(version, 9 * 3600).format(NOON).unwrap();
            assert_eq!(read_expiry(&text, version, 9 * 3600), Some(NOON), "{version}");
        }
    }

    #[test]
    fn values_are_read_as_sshd_reads_them() {
        let (old, new) = (Version::new(9, 0), Version::new(9, 2));
        for (value, version, seconds) in [
            ("20300701", new, Some(NOON - 43_200)),
            ("203007011200", new, Some(NOON)),
            ("20300701120000", old, Some(NOON)),
            ("20300701Z", new, Some(NOON - 43_200)),
            ("203007011200utc", new, Some(NOON)),
            ("20300701120000Z", old, None),
            ("2030-07-01", new, None),
            ("2030-07-01T12:00:00Z", new, None),
            ("20301301", new, None),
            ("20300732", new, None),
            ("2030070125", new, None),
            ("203007012460", new, None),
            ("19690101", new, None),
            ("", new, None),
            ("Z", new, None),
            ("20300701\u{661}", new, None),
        ] {
            assert_eq!(read_expiry(value, version, 0), seconds, "{value} {version}");
        }
        assert_eq!(read_expiry("20300231", new, 0), read_expiry("20300303", new, 0));
        assert_eq!(read_expiry("20300701120000", new, 3600), Some(NOON - 3600));
    }

    #[test]
    fn a_year_beyond_four_digits_has_no_form() {
        assert_eq!(ExpiryForm::Utc.format(i64::MAX), None);
        assert_eq!(ExpiryForm::Utc.format(300_000_000_000), None);
        assert_eq!(ExpiryForm::Utc.format(-99_999_999_999), None);
    }
}
