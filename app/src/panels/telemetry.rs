//! A numeric field of a device over the last day.

use crate::charts::{ChartModel, Kind, Paint, Series, reduce};
use crate::format::{self, Zone};

/// The range that is shown.
pub const RANGE_MS: i64 = 24 * 60 * 60 * 1000;

/// One point per five minutes at most, with the extremes of what it stands for.
const COLUMNS: usize = 288;

/// Silence is longer than this many expected contacts.
const MISSED: i64 = 3;

/// No chart shows less: half a minute of readings would look like a day.
const SHORTEST_MS: i64 = 60 * 60 * 1000;

/// The chart of a field from readings (milliseconds, value) in order of time; `None` without any. `since` is where the
/// readings can begin: later than a day ago when the device is younger, or when there were too many to read.
pub fn telemetry_chart(
    field: &str,
    readings: &[(i64, f64)],
    since: i64,
    now: i64,
    every_s: u32,
) -> Option<ChartModel> {
    let from = since.clamp(now - RANGE_MS, now - SHORTEST_MS);
    let silence = MISSED * i64::from(every_s) * 1000;
    let reduced = reduce(readings, from, now, COLUMNS, silence);
    let newest = readings.iter().rfind(|(_, value)| value.is_finite())?;
    let values = readings
        .iter()
        .map(|(_, value)| *value)
        .filter(|value| value.is_finite());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let many = reduced.points.iter().any(|point| point.band.is_some());
    Some(ChartModel {
        id: "telemetry".to_owned(),
        title: field.to_owned(),
        unit: String::new(),
        note: if many {
            "average of 5 min with lowest and highest".to_owned()
        } else {
            "every reading".to_owned()
        },
        finding: finding(low, high, *newest, reduced.gaps.len() as u64),
        as_of: newest.0,
        from,
        to: now,
        low,
        high,
        whole: readings.iter().all(|(_, value)| value.fract() == 0.0),
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

fn finding(low: f64, high: f64, (at, value): (i64, f64), gaps: u64) -> String {
    let silence = match gaps {
        0 => String::new(),
        1 => " Once there was no data.".to_owned(),
        n => format!(" {} times there was no data.", format::count(n)),
    };
    format!(
        "Between {} and {}, {} at {} UTC.{silence}",
        format::reading(low),
        format::reading(high),
        format::reading(value),
        format::clock(at, Zone::Utc),
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const MINUTE: i64 = 60_000;
    const NOW: i64 = 100 * RANGE_MS;

    fn chart(readings: &[(i64, f64)]) -> Option<ChartModel> {
        let readings: Vec<_> = readings
            .iter()
            .map(|(before, value)| (NOW - before, *value))
            .collect();
        telemetry_chart("temperature", &readings, NOW - RANGE_MS, NOW, 300)
    }

    #[test]
    fn without_numbers_there_is_no_chart() {
        assert_eq!(chart(&[]), None);
        assert_eq!(chart(&[(MINUTE, f64::NAN)]), None);
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
        let from = |since: i64| {
            let chart = telemetry_chart("t", &[(NOW, 1.0)], NOW - since, NOW, 300).unwrap();
            chart.from - NOW
        };
        assert_eq!(from(2 * RANGE_MS), -RANGE_MS);
        assert_eq!(from(120 * MINUTE), -120 * MINUTE);
        assert_eq!(from(MINUTE), -60 * MINUTE);
    }

    #[test]
    fn silence_depends_on_the_schedule() {
        let readings: Vec<_> = (0..24 * 60)
            .rev()
            .map(|minute| (minute * MINUTE, 1.0))
            .collect();
        assert!(chart(&readings).unwrap().gaps.is_empty());
        let sparse: Vec<_> = (0..24)
            .rev()
            .map(|hour| (hour * 60 * MINUTE, 1.0))
            .collect();
        assert!(!chart(&sparse).unwrap().gaps.is_empty());
    }
}
