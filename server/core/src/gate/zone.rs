//! Time zones: what a clock on the wall reads, and when it first reads something.

use std::fmt;
use std::sync::LazyLock;

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use super::Date;
use crate::time::Timestamp;

/// The zones that the program brings along.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The last moment that clocks are asked about: the end of the year 2199. Earlier than 1970 is never asked.
const LAST_MS: i64 = 7_258_118_399_999;

/// A time zone. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The zone of a name in the time zone database, in any case: `Europe/Berlin`.
    pub fn find(name: &str) -> Option<Self> {
        let zone = ZONES.get(name).ok()?;
        (!zone.is_unknown()).then_some(Self(zone))
    }

    /// All names, in order.
    pub fn names() -> Vec<String> {
        let names = ZONES.available().map(|name| name.as_str().to_owned());
        let mut names: Vec<String> = names.filter(|name| name != "Etc/Unknown").collect();
        names.sort_unstable();
        names
    }

    /// Its name in the database.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What the clock reads: the day, and minutes since its midnight.
    pub fn reads(&self, at: Timestamp) -> (Date, u16) {
        let read = self.0.to_datetime(instant(at));
        let (day, time) = (read.date(), read.time());
        let days = crate::time::days_from_civil(
            day.year().into(),
            day.month().unsigned_abs().into(),
            day.day().unsigned_abs().into(),
        );
        let minutes =
            u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
        (Date::from_days(days as i32), minutes)
    }

    /// Minutes by which the clock is ahead of UTC.
    pub fn ahead_minutes(&self, at: Timestamp) -> i32 {
        self.0.to_offset(instant(at)).seconds() / 60
    }

    /// The first moment at which the clock reads this or later: where it skips an hour that is the moment when it goes
    /// on, where an hour comes twice its first time.
    pub fn first_reads(&self, day: Date, minutes: u16) -> Timestamp {
        let (year, month, in_month) = day.parts();
        let reading = civil::date(year as i16, month as i8, in_month as i8).at(
            (minutes / 60) as i8,
            (minutes % 60) as i8,
            0,
            0,
        );
        let found = match self.0.to_ambiguous_timestamp(reading).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(reading).ok(),
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(reading).ok(),
            AmbiguousOffset::Gap { after, .. } => {
                after.to_timestamp(reading).ok().and_then(|earlier| {
                    let mut changes = self.0.following(earlier);
                    let skip = changes.find(|change| change.offset() == after);
                    skip.map(|change| change.timestamp())
                })
            }
        };
        found.map_or(Timestamp::from_millis(LAST_MS), |at| {
            Timestamp::from_millis(at.as_millisecond())
        })
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.millis().clamp(0, LAST_MS))
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn zones_have_the_names_of_the_database() {
        let check = |name: &str, want: Option<&str>| {
            let found = Zone::find(name);
            assert_eq!(found.as_ref().map(Zone::name), want, "{name}");
        };
        check("Europe/Berlin", Some("Europe/Berlin"));
        check("europe/berlin", Some("Europe/Berlin"));
        check("UTC", Some("UTC"));
        check("Europe/Atlantis", None);
        check("../etc/passwd", None);
        check("Etc/Unknown", None);
        check("", None);
        assert!(Zone::names().len() > 400);
    }

    #[test]
    fn skipped_and_repeated_hours_have_a_first_moment() {
        let check = |zone: &str, reading: &str, want: &str| {
            let (day, time) = reading.split_once(' ').unwrap();
            let minutes = time.parse::<super::super::TimeOfDay>().unwrap().minutes();
            let at = Zone::find(zone)
                .unwrap()
                .first_reads(day.parse().unwrap(), minutes);
            assert_eq!(at, want.parse().unwrap(), "{zone} {reading}");
        };
        check("Europe/Berlin", "2026-03-29 01:59", "2026-03-29T00:59:00Z");
        check("Europe/Berlin", "2026-03-29 02:00", "2026-03-29T01:00:00Z");
        check("Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:00:00Z");
        check("Europe/Berlin", "2026-03-29 03:00", "2026-03-29T01:00:00Z");
        check("Europe/Berlin", "2026-10-25 02:00", "2026-10-25T00:00:00Z");
        check("Europe/Berlin", "2026-10-25 02:59", "2026-10-25T00:59:00Z");
        check("Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00:00Z");
        check(
            "America/New_York",
            "2026-03-08 02:15",
            "2026-03-08T07:00:00Z",
        );
        check(
            "Australia/Lord_Howe",
            "2026-10-04 02:15",
            "2026-10-03T15:30:00Z",
        );
        check(
            "Australia/Lord_Howe",
            "2026-04-05 01:45",
            "2026-04-04T14:45:00Z",
        );
        // Midnight itself is skipped.
        check("Africa/Cairo", "2026-04-24 00:00", "2026-04-23T22:00:00Z");
    }
}
