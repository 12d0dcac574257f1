//! Charts of the fleet over time, from its samples.

use std::collections::BTreeMap;

use muster_core::contact::Contact;
use muster_service::health::FleetSample;

use crate::charts::{ChartModel, Gap, Kind, Paint, Point, Series};
use crate::format::{self, Zone};
use crate::panels::presence::contact_series;
use crate::panels::telemetry::Range;
use crate::rpc::home::Availability;

/// Versions that are told apart; the others, and devices that report none, are one part.
const VERSIONS: usize = 5;

/// Longer without a sample is a gap. Samples of the last days are five minutes apart.
const SHORT_SILENCE_MS: i64 = 16 * 60_000;

/// Of long past hours one sample each is kept, at any of its moments.
const LONG_SILENCE_MS: i64 = 130 * 60_000;

/// No chart shows less: a few samples would look like a day.
const SHORTEST_MS: i64 = 3_600_000;

/// How many devices a sample is about.
pub(crate) fn total(sample: &FleetSample) -> u64 {
    sample.contact.iter().map(|n| u64::from(*n)).sum()
}

/// Of these, how many were in contact: reporting, or asleep as planned.
pub(crate) fn in_contact(sample: &FleetSample) -> u64 {
    let of = |contact: Contact| u64::from(sample.contact[contact as usize]);
    of(Contact::Reporting) + of(Contact::Asleep)
}

fn out_of_contact(sample: &FleetSample) -> u64 {
    total(sample) - in_contact(sample)
}

/// How much of the time devices were in contact; nothing without a sample of devices in service. Each hour counts by its
/// worst moment, as long past hours are kept, so that times can be compared. `samples` are in order of time.
pub(crate) fn availability(samples: &[FleetSample]) -> Option<Availability> {
    const HOUR_MS: i64 = 3_600_000;
    let of = |ms: i64| move |sample: &FleetSample| sample.at.millis().div_euclid(ms);
    let (hour, day) = (of(HOUR_MS), of(24 * HOUR_MS));
    let hours = samples
        .chunk_by(|a, b| hour(a) == hour(b))
        .filter_map(|chunk| chunk.iter().max_by_key(|sample| out_of_contact(sample)));
    let hours: Vec<&FleetSample> = hours.filter(|sample| total(sample) > 0).collect();
    let sums = |hours: &[&FleetSample]| {
        let add =
            |(good, all), sample: &&FleetSample| (good + in_contact(sample), all + total(sample));
        hours.iter().fold((0, 0), add)
    };
    let days = hours.chunk_by(|a, b| day(a) == day(b)).map(|hours| {
        let (good, all) = sums(hours);
        good as f64 / all as f64
    });
    let (in_contact, in_service) = sums(&hours);
    (in_service > 0).then(|| Availability {
        in_contact,
        in_service,
        hours: hours.len() as u64,
        days: days.collect(),
    })
}

/// Presence, connections and drift, firmware; nothing without a sample. `samples` are in order of time.
pub(super) fn charts(samples: &[FleetSample], range: Range, now: i64) -> Vec<ChartModel> {
    let (Some(first), Some(newest)) = (samples.first(), samples.last()) else {
        return Vec::new();
    };
    let from = (now - range.millis()).max(first.at.millis().min(now - SHORTEST_MS));
    let silence = match range {
        Range::Hour | Range::Day | Range::Week => SHORT_SILENCE_MS,
        Range::Month | Range::Year => LONG_SILENCE_MS,
    };
    let moments = worst(samples, from, now, range.columns());
    let base = ChartModel {
        id: String::new(),
        title: String::new(),
        unit: "devices".to_owned(),
        note: format!("the worst moment of each {}", range.column()),
        finding: String::new(),
        as_of: newest.at.millis(),
        from,
        to: now,
        low: 0.0,
        high: 0.0,
        whole: true,
        kind: Kind::Stack,
        series: Vec::new(),
        gaps: gaps(samples, from, now, silence),
        thresholds: Vec::new(),
    };
    vec![
        ChartModel {
            id: "contact".to_owned(),
            title: "Devices by contact".to_owned(),
            finding: finding(samples, newest),
            series: Contact::ALL
                .into_iter()
                .map(|contact| {
                    let (name, paint) = contact_series(contact);
                    series(name, paint, &moments, &|s| s.contact[contact as usize])
                })
                .collect(),
            ..base.clone()
        },
        ChartModel {
            id: "drift".to_owned(),
            title: "Connected devices and drift".to_owned(),
            finding: format!(
                "{} were connected last, {} had drift.",
                format::plural(newest.connected.into(), "device", "devices"),
                format::count(newest.drift.into()),
            ),
            kind: Kind::Lines,
            series: vec![
                series("Connected", Paint::Slot(1), &moments, &|s| s.connected),
                series("Drift", Paint::Slot(2), &moments, &|s| s.drift),
            ],
            ..base.clone()
        },
        ChartModel {
            id: "firmware".to_owned(),
            title: "Devices by firmware".to_owned(),
            finding: match newest.firmware.first() {
                Some((version, n)) => format!(
                    "Most devices reported {version} last: {}.",
                    format::count((*n).into())
                ),
                None => "No device reported a version.".to_owned(),
            },
            series: firmware(&moments),
            ..base
        },
    ]
}

/// One sample per column: the one with most devices out of contact, so that a short outage stays visible.
fn worst(samples: &[FleetSample], from: i64, to: i64, columns: usize) -> Vec<&FleetSample> {
    let columns = i64::try_from(columns).unwrap_or(i64::MAX);
    let column = |sample: &FleetSample| (sample.at.millis() - from) * columns / (to - from).max(1);
    samples
        .chunk_by(|a, b| column(a) == column(b))
        .filter_map(|chunk| chunk.iter().max_by_key(|sample| out_of_contact(sample)))
        .collect()
}

fn series(
    name: &str,
    paint: Paint,
    moments: &[&FleetSample],
    value: &dyn Fn(&FleetSample) -> u32,
) -> Series {
    let point = |sample: &&FleetSample| Point::new(sample.at.millis(), f64::from(value(sample)));
    Series {
        name: name.to_owned(),
        paint,
        points: moments.iter().map(point).collect(),
    }
}

/// The versions that most devices had over the whole time, and everything else.
fn firmware(moments: &[&FleetSample]) -> Vec<Series> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (version, n) in moments.iter().flat_map(|sample| &sample.firmware) {
        *sums.entry(version).or_default() += u64::from(*n);
    }
    let mut versions: Vec<_> = sums.into_iter().collect();
    versions.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
    versions.truncate(VERSIONS);
    let on = |sample: &FleetSample, version: &str| {
        let found = sample.firmware.iter().find(|(other, _)| other == version);
        found.map_or(0, |(_, n)| *n)
    };
    let mut parts: Vec<Series> = versions
        .iter()
        .zip(1..)
        .map(|((version, _), slot)| {
            series(version, Paint::Slot(slot), moments, &|s| on(s, version))
        })
        .collect();
    let rest = |sample: &FleetSample| {
        let known: u64 = versions.iter().map(|(v, _)| u64::from(on(sample, v))).sum();
        u32::try_from(total(sample).saturating_sub(known)).unwrap_or(u32::MAX)
    };
    parts.push(series("Others and unknown", Paint::Neutral, moments, &rest));
    parts
}

fn gaps(samples: &[FleetSample], from: i64, to: i64, silence: i64) -> Vec<Gap> {
    let times = samples.iter().map(|sample| sample.at.millis());
    let times: Vec<i64> = [from].into_iter().chain(times).chain([to]).collect();
    let long = times.windows(2).filter(|pair| pair[1] - pair[0] > silence);
    long.map(|pair| Gap {
        from: pair[0],
        to: pair[1],
    })
    .collect()
}

fn finding(samples: &[FleetSample], newest: &FleetSample) -> String {
    let now = format!(
        "{} of {} were in contact last.",
        format::count(in_contact(newest)),
        format::plural(total(newest), "device", "devices"),
    );
    let worst = samples.iter().max_by_key(|sample| out_of_contact(sample));
    match worst {
        Some(worst) if out_of_contact(worst) > out_of_contact(newest) => format!(
            "{now} Most were out of contact on {} UTC: {}.",
            format::date_time(worst.at.millis(), Zone::Utc),
            format::count(out_of_contact(worst)),
        ),
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_core::time::Timestamp;

    const MINUTE: i64 = 60_000;
    const NOW: i64 = 1_000 * Range::Day.millis();

    fn sample(before_min: i64, silent: u32, firmware: &[(&str, u32)]) -> FleetSample {
        FleetSample {
            scope: String::new(),
            at: Timestamp::from_millis(NOW - before_min * MINUTE),
            connected: 50,
            drift: 3,
            contact: [80 - silent, 10, 0, silent, 10],
            firmware: firmware
                .iter()
                .map(|(v, n)| ((*v).to_owned(), *n))
                .collect(),
        }
    }

    #[test]
    fn without_samples_there_is_nothing_to_draw() {
        assert_eq!(charts(&[], Range::Week, NOW), []);
    }

    #[test]
    fn short_outages_and_gaps_stay_visible() {
        let samples: Vec<FleetSample> = (0..2016)
            .rev()
            .filter(|n| !(100..150).contains(n))
            .map(|n| sample(n * 5, if n == 1000 { 40 } else { 0 }, &[]))
            .collect();
        let charts = charts(&samples, Range::Week, NOW);
        let contact = &charts[0];
        assert!(contact.series[0].points.len() <= Range::Week.columns() + 1);
        let silent = contact.series[Contact::Silent as usize].points.iter();
        assert_eq!(silent.filter(|point| point.value == 40.0).count(), 1);
        let gaps: Vec<_> = contact
            .gaps
            .iter()
            .map(|g| (NOW - g.from, NOW - g.to))
            .collect();
        assert_eq!(gaps, [(750 * MINUTE, 495 * MINUTE)]);
        assert!(
            contact
                .finding
                .starts_with("90 of 100 devices were in contact last. Most")
        );
        for chart in &charts {
            for series in &chart.series {
                assert_eq!(
                    series.points.len(),
                    contact.series[0].points.len(),
                    "{}",
                    chart.title
                );
            }
        }
    }

    #[test]
    fn availability_counts_the_worst_moment_of_each_hour() {
        assert_eq!(availability(&[]), None);
        // A day ago 80 of 100 in one hour; now 90 and, in the same hour, 50; 90 in the hour after.
        let day = 24 * 60;
        let samples = [
            sample(day + 60, 10, &[]),
            sample(60, 0, &[]),
            sample(55, 40, &[]),
            sample(0, 0, &[]),
        ];
        let found = availability(&samples);
        let want = Availability {
            in_contact: 80 + 50 + 90,
            in_service: 300,
            hours: 3,
            days: vec![0.8, 0.5, 0.9],
        };
        assert_eq!(found, Some(want));
    }

    #[test]
    fn versions_and_the_rest_are_all_devices() {
        let many = [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("6", 6)];
        let samples = [sample(10, 0, &many), sample(5, 0, &[("7", 90)])];
        let series = charts(&samples, Range::Day, NOW)[2].series.clone();
        let names: Vec<&str> = series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["7", "6", "5", "4", "3", "Others and unknown"]);
        for at in 0..2 {
            let sum: f64 = series.iter().map(|series| series.points[at].value).sum();
            assert_eq!(sum, 100.0);
        }
    }
}
