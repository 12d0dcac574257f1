//! Instants as milliseconds since 1970-01-01 UTC, and the text form of IoT Hub.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// What IoT Hub writes where something never happened (spec, conventions).
pub const NEVER: &str = "0001-01-01T00:00:00Z";

const MS_PER_DAY: i64 = 86_400_000;

/// A text is not a timestamp of the form `2026-03-04T05:06:07.1234567Z`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a UTC timestamp of the form 2026-03-04T05:06:07Z")]
pub struct NotATimestamp;

impl Timestamp {
    /// From milliseconds since 1970-01-01 UTC.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since 1970-01-01 UTC; saturates.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01 UTC, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant moved by `ms` milliseconds; saturates.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative when `earlier` is later.
    pub const fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Year, month 1–12, day 1–31, hour, minute, second, millisecond in UTC.
    pub fn civil(self) -> (i64, u32, u32, u32, u32, u32, u32) {
        let (year, month, day) = civil_from_days(self.0.div_euclid(MS_PER_DAY));
        let ms = self.0.rem_euclid(MS_PER_DAY) as u32;
        (
            year,
            month,
            day,
            ms / 3_600_000,
            ms / 60_000 % 60,
            ms / 1000 % 60,
            ms % 1000,
        )
    }
}

/// The text form of IoT Hub: UTC with seven fraction digits.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, mo, d, h, mi, s, ms) = self.civil();
        write!(
            f,
            "{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}.{ms:03}0000Z"
        )
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        parse(text).ok_or(NotATimestamp)
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let text = text
        .strip_suffix('Z')
        .or_else(|| text.strip_suffix("+00:00"))?;
    let (date, clock) = text.split_once('T')?;
    let mut date = date.splitn(3, '-').map(digits);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut clock = clock.splitn(3, ':').map(digits);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let in_range = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && fraction.bytes().all(|b| b.is_ascii_digit());
    if !in_range {
        return None;
    }
    let days = days_from_civil(year, month as u32, day as u32);
    if civil_from_days(days) != (year, month as u32, day as u32) {
        return None;
    }
    let ms = format!("{:0<3.3}", fraction).parse::<i64>().ok()?;
    Some(Timestamp(
        days * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000 + ms,
    ))
}

fn digits(part: &str) -> Option<i64> {
    (!part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()))
        .then(|| part.parse().ok())?
}

/// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible low-level date algorithms").
pub(crate) fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy =
        (153 * (i64::from(month) + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

pub(crate) fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = (if mp < 10 { mp + 3 } else { mp - 9 }) as u32;
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month, (doy - (153 * mp + 2) / 5 + 1) as u32)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn text_form_is_the_one_of_iot_hub() {
        let check = |ms, text: &str| assert_eq!(Timestamp::from_millis(ms).to_string(), text);
        check(0, "1970-01-01T00:00:00.0000000Z");
        check(1_772_600_767_123, "2026-03-04T05:06:07.1230000Z");
        check(-1, "1969-12-31T23:59:59.9990000Z");
        check(951_782_400_000, "2000-02-29T00:00:00.0000000Z");
    }

    #[test]
    fn parsing_accepts_any_fraction_and_refuses_what_is_no_date() {
        let check = |text: &str, ms: Option<i64>| {
            assert_eq!(text.parse().ok().map(Timestamp::millis), ms, "{text}");
        };
        check("2026-03-04T05:06:07Z", Some(1_772_600_767_000));
        check("2026-03-04T05:06:07.1239999Z", Some(1_772_600_767_123));
        check("2026-03-04T05:06:07.1+00:00", Some(1_772_600_767_100));
        check("2026-02-29T00:00:00Z", None);
        check("2026-13-01T00:00:00Z", None);
        check("2026-03-04 05:06:07Z", None);
        check("", None);
        assert_eq!(NEVER.parse::<Timestamp>().unwrap().civil().0, 1);
    }

    proptest::proptest! {
        #[test]
        fn printing_and_parsing_are_inverse(ms in -62_000_000_000_000_i64..250_000_000_000_000) {
            let t = Timestamp::from_millis(ms);
            proptest::prop_assert_eq!(t.to_string().parse(), Ok(t));
        }
    }
}
