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
    fn a_year_beyond_four_digits_has_no_form() {
        assert_eq!(ExpiryForm::Utc.format(i64::MAX), None);
        assert_eq!(ExpiryForm::Utc.format(300_000_000_000), None);
        assert_eq!(ExpiryForm::Utc.format(-99_999_999_999), None);
    }
}
