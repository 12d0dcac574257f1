//! Days and times of a clock on the wall, without a zone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Unfit;
use crate::time::{civil_from_days, days_from_civil};

/// Years that dates may have: beyond, nobody plans.
const YEARS: std::ops::RangeInclusive<i64> = 2000..=2199;

/// A day of the calendar, written `2026-12-24`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    /// Days since 1970-01-01.
    days: i32,
}

/// Days in a row, the last included.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DateRange {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Why, in a few words; may be empty.
    #[serde(default)]
    pub note: String,
}

/// A time of day, written `02:00`: minutes since midnight, 0 to 1439.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

/// A day of the week, Monday first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Date {
    /// The day of that year, month and day; `None` when there is none.
    pub fn of(year: i64, month: u32, day: u32) -> Option<Self> {
        let days = days_from_civil(year, month, day);
        if !YEARS.contains(&year) || civil_from_days(days) != (year, month, day) {
            return None;
        }
        Some(Self { days: days as i32 })
    }

    /// The day so many days after 1970-01-01.
    pub const fn from_days(days: i32) -> Self {
        Self { days }
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.days
    }

    /// Year, month and day.
    pub fn parts(self) -> (i64, u32, u32) {
        civil_from_days(i64::from(self.days))
    }

    /// So many days later.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self {
            days: self.days.saturating_add(days),
        }
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[(self.days + 3).rem_euclid(7) as usize]
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let mut parts = text.splitn(3, '-').map(|part| digits(part, 4));
        let mut next = || parts.next().flatten();
        let date = match (next(), next(), next()) {
            (Some(year), Some(month), Some(day)) => Self::of(year.into(), month, day),
            _ => None,
        };
        date.ok_or_else(|| {
            Unfit::because(format!(
                "{text:?} is no date of the form 2026-12-24, from the year 2000 to 2199"
            ))
        })
    }
}

impl DateRange {
    /// Whether the day is one of them.
    pub fn contains(&self, date: Date) -> bool {
        (self.from..=self.to).contains(&date)
    }
}

impl TimeOfDay {
    /// So many minutes after midnight; `None` from 1440 on.
    pub fn from_minutes(minutes: u16) -> Option<Self> {
        (minutes < 1440).then_some(Self(minutes))
    }

    /// Minutes after midnight.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for TimeOfDay {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let parts = text.split_once(':');
        let parts = parts.and_then(|(hour, minute)| Some((digits(hour, 2)?, digits(minute, 2)?)));
        match parts {
            Some((hour, minute)) if hour < 24 && minute < 60 => {
                Ok(Self((hour * 60 + minute) as u16))
            }
            _ => Err(Unfit::because(format!(
                "{text:?} is no time of the form 02:00"
            ))),
        }
    }
}

impl Weekday {
    /// All days.
    pub const ALL: [Weekday; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    /// The short form that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }

    /// The word.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Mon => "Monday",
            Self::Tue => "Tuesday",
            Self::Wed => "Wednesday",
            Self::Thu => "Thursday",
            Self::Fri => "Friday",
            Self::Sat => "Saturday",
            Self::Sun => "Sunday",
        }
    }
}

fn digits(part: &str, most: usize) -> Option<u32> {
    let plain = (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| part.parse().ok()).flatten()
}

macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl TryFrom<String> for $name {
            type Error = Unfit;

            fn try_from(text: String) -> Result<Self, Unfit> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    )*};
}
as_text!(Date, TimeOfDay);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn dates_are_read_and_written() {
        let check = |text: &str, weekday: Option<Weekday>| {
            let date = text.parse::<Date>().ok();
            assert_eq!(date.map(Date::weekday), weekday, "{text}");
            if let Some(date) = date {
                assert_eq!(date.to_string(), text);
            }
        };
        check("2026-03-29", Some(Weekday::Sun));
        check("2024-02-29", Some(Weekday::Thu));
        check("2026-02-29", None);
        check("2026-13-01", None);
        check("1999-12-31", None);
        check("2026-3-1-1", None);
        check("", None);
    }

    #[test]
    fn times_of_day_are_read_and_written() {
        let check = |text: &str, minutes: Option<u16>| {
            let time = text.parse::<TimeOfDay>().ok();
            assert_eq!(time.map(TimeOfDay::minutes), minutes, "{text}");
        };
        check("00:00", Some(0));
        check("23:59", Some(1439));
        check("24:00", None);
        check("2:05", Some(125));
        check("02:60", None);
        check("0200", None);
        check("+2:00", None);
        assert_eq!("02:05".parse::<TimeOfDay>().unwrap().to_string(), "02:05");
    }
}
