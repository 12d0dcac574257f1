//! A numeric field of a device over a range of time.

use muster_core::series::{Bucket, Level};
use serde::{Deserialize, Serialize};

use crate::charts::{ChartModel, Kind, Paint, Series, reduce};
use crate::format::{self, Zone};

/// How far back a chart looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Range {
    /// An hour.
    Hour,
    /// A day.
    #[default]
    Day,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
    /// A year.
    Year,
}

impl Range {
    /// All, the shortest first.
    pub const ALL: [Range; 5] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];

    /// The name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Year => "1y",
        }
    }

    /// The range of a name in addresses.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.as_str() == name)
    }

    /// In words that follow "last".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
            Self::Year => "year",
        }
    }

    /// Its length in milliseconds.
    pub const fn millis(self) -> i64 {
        const HOUR: i64 = 3_600_000;
        match self {
            Self::Hour => HOUR,
            Self::Day => 24 * HOUR,
            Self::Week => 7 * 24 * HOUR,
            Self::Month => 30 * 24 * HOUR,
            Self::Year => 365 * 24 * HOUR,
        }
    }

    /// How many points are drawn at most: columns of whole minutes, hours, days where they are that long.
    pub const fn columns(self) -> usize {
        match self {
            Self::Hour => 360,
            Self::Day => 288,
            Self::Week => 336,
            Self::Month => 360,
            Self::Year => 365,
        }
    }

    /// What one column stands for.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Hour => "10 s",
            Self::Day => "5 min",
            Self::Week => "30 min",
            Self::Month => "2 h",
            Self::Year => "1 day",
        }
    }
}

/// Silence is longer than this many expected contacts.
const MISSED: i64 = 3;

/// No chart shows less: half a minute of readings would look like a day.
const SHORTEST_MS: i64 = 60 * 60 * 1000;

/// What a chart is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Readings<'r> {
    /// The buckets in order of time.
    pub buckets: &'r [Bucket],
    /// What each stands for; a single reading without a level.
    pub level: Option<Level>,
    /// Where readings can begin: later than the range when the device is younger. Milliseconds since 1970.
    pub since: i64,
    /// How often the device means to send, in seconds.
    pub every_s: u32,
}

/// The chart of a field over the range before `now`; `None` without any reading.
pub fn telemetry_chart(
    field: &str,
    readings: Readings<'_>,
    range: Range,
    now: i64,
) -> Option<ChartModel> {
    let from = readings
        .since
        .clamp(now - range.millis(), now - SHORTEST_MS);
    let expected = MISSED * i64::from(readings.every_s) * 1000;
    // Between the beginnings of two buckets lies the length of one.
    let silence = expected.max(readings.level.map_or(0, |level| level.millis() * 2));
    let reduced = reduce(readings.buckets, from, now, range.columns(), silence);
    let newest = readings.buckets.last()?;
    let extremes = readings.buckets.iter();
    let (low, high) = extremes.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), bucket| {
        (low.min(bucket.min), high.max(bucket.max))
    });
    let many = reduced.points.iter().any(|point| point.band.is_some());
    let whole = |bucket: &Bucket| bucket.min.fract() == 0.0 && bucket.max.fract() == 0.0;
    Some(ChartModel {
        id: "telemetry".to_owned(),
        title: field.to_owned(),
        unit: String::new(),
        note: if many {
            format!("average of {} with lowest and highest", range.column())
        } else {
            "every reading".to_owned()
        },
        finding: finding(low, high, newest, reduced.gaps.len() as u64),
        as_of: newest.at.millis(),
        from,
        to: now,
        low,
        high,
        whole: readings.buckets.iter().all(whole),
        kind: Kind::Lines,
        series: vec![Series {
            name: "This device".to_owned(),
            paint: Paint::Slot(1),
            points: reduced.points,
        }],
        gaps: reduced.gaps,
        thresholds: Vec::new(),
    })
}

fn finding(low: f64, high: f64, newest: &Bucket, gaps: u64) -> String {
    let silence = match gaps {
        0 => String::new(),
        1 => " Once there was no data.".to_owned(),
        n => format!(" {} times there was no data.", format::count(n)),
    };
    format!(
        "Between {} and {}, {} at {} UTC.{silence}",
        format::reading(low),
        format::reading(high),
        format::reading(newest.last),
        format::clock(newest.at.millis(), Zone::Utc),
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::charts::singles;

    const MINUTE: i64 = 60_000;
    const DAY: i64 = Range::Day.millis();
    const NOW: i64 = 100 * DAY;

    fn chart_since(since: i64, readings: &[(i64, f64)]) -> Option<ChartModel> {
        let placed = readings
            .iter()
            .map(|(before, value)| (NOW - before, *value));
        let readings = Readings {
            buckets: &singles(placed),
            level: None,
            since,
            every_s: 300,
        };
        telemetry_chart("temperature", readings, Range::Day, NOW)
    }

    fn chart(readings: &[(i64, f64)]) -> Option<ChartModel> {
        chart_since(NOW - DAY, readings)
    }

    #[test]
    fn without_numbers_there_is_no_chart() {
        assert_eq!(chart(&[]), None);
    }

    #[test]
    fn the_finding_has_range_newest_value_and_silence() {
        let model = chart(&[(120 * MINUTE, 4.0), (119 * MINUTE, 9.5), (10 * MINUTE, 5.0)]).unwrap();
        assert_eq!(
            model.finding,
            "Between 4 and 9.5, 5 at 23:50 UTC. 2 times there was no data."
        );
        assert!(!model.whole);
        assert_eq!((model.low, model.high), (4.0, 9.5));
    }

    #[test]
    fn a_young_device_has_a_short_chart() {
        let from = |since: i64| chart_since(NOW - since, &[(0, 1.0)]).unwrap().from - NOW;
        assert_eq!(from(2 * DAY), -DAY);
        assert_eq!(from(120 * MINUTE), -120 * MINUTE);
        assert_eq!(from(MINUTE), -60 * MINUTE);
    }

    #[test]
    fn silence_depends_on_the_schedule_and_the_level() {
        let every = |minutes: i64| -> Vec<(i64, f64)> {
            let count = 24 * 60 / minutes;
            (0..count)
                .rev()
                .map(|n| (n * minutes * MINUTE, 1.0))
                .collect()
        };
        assert!(chart(&every(1)).unwrap().gaps.is_empty());
        assert!(!chart(&every(60)).unwrap().gaps.is_empty());
        let hours = Readings {
            buckets: &singles(every(60).into_iter().map(|(before, v)| (NOW - before, v))),
            level: Some(Level::Hour),
            since: 0,
            every_s: 300,
        };
        let chart = telemetry_chart("t", hours, Range::Day, NOW).unwrap();
        assert!(chart.gaps.is_empty(), "an hour of readings is no silence");
    }

    #[test]
    fn names_of_ranges_are_found_again() {
        for range in Range::ALL {
            assert_eq!(Range::from_name(range.as_str()), Some(range));
        }
        assert_eq!(Range::from_name("2h"), None);
    }
}
