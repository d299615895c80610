//! How long a grant lives.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::plain::quoted;

crate::words! {
    /// Why a text is not a lifetime.
    LifetimeProblem {
        Malformed { text: String } =>
            "`{text}` is not a duration: allowed is a whole number with `m`, `h` or `d`, such as `90m`, `72h` or `14d`",
            "`{text}`: 기간이 아닙니다. `90m`, `72h`, `14d`처럼 정수에 `m`(분), `h`(시간), `d`(일)를 붙여 적으십시오";
        TooShort { text: String } =>
            "`{text}` is too short: a grant lives at least 5 minutes (`5m`)",
            "`{text}`: 너무 짧습니다. 최소 5분(`5m`)입니다";
        TooLong { text: String } =>
            "`{text}` is too long: a grant lives at most 90 days (`90d`)",
            "`{text}`: 너무 깁니다. 최대 90일(`90d`)입니다";
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A time span from 5 minutes to 90 days.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Lifetime {
    seconds: u64,
}

impl Lifetime {
    /// The shortest: 5 minutes.
    pub const SHORTEST: Self = Self { seconds: 5 * MINUTE };

    /// The longest that any policy or flag can ask for: 90 days.
    pub const CEILING: Self = Self { seconds: 90 * DAY };

    /// The span in seconds.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.seconds
    }

    /// The span.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

impl FromStr for Lifetime {
    type Err = LifetimeProblem;

    fn from_str(text: &str) -> Result<Self, LifetimeProblem> {
        let malformed = || LifetimeProblem::Malformed { text: quoted(text) };
        let unit = match text.bytes().last() {
            Some(b'm') => MINUTE,
            Some(b'h') => HOUR,
            Some(b'd') => DAY,
            _ => return Err(malformed()),
        };
        let number = &text[..text.len() - 1];
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(malformed());
        }
        // A number too great for u64 is too long as well.
        let seconds = number.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(unit);
        if seconds < Self::SHORTEST.seconds {
            return Err(LifetimeProblem::TooShort { text: quoted(text) });
        }
        if seconds > Self::CEILING.seconds {
            return Err(LifetimeProblem::TooLong { text: quoted(text) });
        }
        Ok(Self { seconds })
    }
}

impl fmt::Display for Lifetime {
    /// In days above three, as people say it; in hours or minutes below.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seconds {
            s if s > 3 * DAY && s.is_multiple_of(DAY) => write!(f, "{}d", s / DAY),
            s if s.is_multiple_of(HOUR) => write!(f, "{}h", s / HOUR),
            s => write!(f, "{}m", s / MINUTE),
        }
    }
}

super::serde_as_text!(Lifetime);

#[cfg(test)]
mod tests {
    use super::{Lifetime, LifetimeProblem};

    #[test]
    fn durations() {
        for (text, seconds, shown) in [
            ("5m", 300, "5m"),
            ("90m", 5400, "90m"),
            ("120m", 7200, "2h"),
            ("24h", 86_400, "24h"),
            ("1d", 86_400, "24h"),
            ("72h", 259_200, "72h"),
            ("96h", 345_600, "4d"),
            ("014d", 1_209_600, "14d"),
            ("90d", 7_776_000, "90d"),
        ] {
            let lifetime: Lifetime = text.parse().unwrap();
            assert_eq!((lifetime.as_secs(), lifetime.to_string().as_str()), (seconds, shown));
            assert_eq!(shown.parse(), Ok(lifetime));
        }
        for text in
            ["", "h", "72", "-1h", "+1h", "1.5h", "1h30m", "72 h", "72H", "5s", "2w", "¼h", "시"]
        {
            let problem = text.parse::<Lifetime>().unwrap_err();
            assert!(matches!(problem, LifetimeProblem::Malformed { .. }), "{text}: {problem}");
        }
        for text in ["0m", "4m", "0d"] {
            let problem = text.parse::<Lifetime>().unwrap_err();
            assert!(matches!(problem, LifetimeProblem::TooShort { .. }), "{text}: {problem}");
        }
        for text in ["91d", "2161h", "99999999999999999999999d"] {
            let problem = text.parse::<Lifetime>().unwrap_err();
            assert!(matches!(problem, LifetimeProblem::TooLong { .. }), "{text}: {problem}");
        }
    }
}
