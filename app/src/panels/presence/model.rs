//! How the fleet kept in touch over a day, as parts of a whole.

use muster_core::contact::Contact;

use crate::charts::{ChartModel, Gap, Kind, Paint, Point, Series};
use crate::format::{self, Zone};

/// The fleet's words of contact at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sample {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// How many devices per word, in the order of [`Contact::ALL`].
    pub counts: [u32; Contact::ALL.len()],
}

impl Sample {
    fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Reporting, or asleep as planned.
    fn in_contact(&self) -> u32 {
        self.counts[0] + self.counts[1]
    }

    fn out_of_contact(&self) -> u32 {
        self.total() - self.in_contact()
    }
}

/// The range that is shown.
pub const RANGE_MS: i64 = 24 * 60 * 60 * 1000;

/// At most one moment per five minutes.
const COLUMNS: i64 = 288;

/// Longer without a sample is a gap: the hub was not running. Samples are taken twice a minute.
const SILENCE_MS: i64 = 3 * 60 * 1000;

/// No chart shows less.
const SHORTEST_MS: i64 = 60 * 60 * 1000;

/// The chart of the day before `now` from samples in order of time; `None` without any. A hub that has been running for
/// less has a shorter one: before its first sample there was nothing to see.
pub fn presence_chart(id: &str, samples: &[Sample], now: i64) -> Option<ChartModel> {
    let inside: Vec<&Sample> = samples
        .iter()
        .filter(|sample| (now - RANGE_MS..=now).contains(&sample.at))
        .collect();
    let newest = inside.last()?;
    let from = inside.first()?.at.min(now - SHORTEST_MS);
    let moments = moments(&inside, now - RANGE_MS);
    Some(ChartModel {
        id: id.to_owned(),
        title: "Devices by contact".to_owned(),
        unit: "devices".to_owned(),
        note: "the worst moment of each 5 min".to_owned(),
        finding: finding(&inside, newest),
        as_of: newest.at,
        from,
        to: now,
        low: 0.0,
        high: 0.0,
        whole: true,
        kind: Kind::Stack,
        series: Contact::ALL
            .into_iter()
            .enumerate()
            .map(|(i, contact)| series(contact, i, &moments))
            .collect(),
        gaps: gaps(&inside, from, now),
        thresholds: Vec::new(),
    })
}

/// One sample per column: the one with most devices out of contact, so that a short outage stays visible.
fn moments<'a>(samples: &[&'a Sample], from: i64) -> Vec<&'a Sample> {
    let column = |sample: &Sample| ((sample.at - from) * COLUMNS / RANGE_MS).min(COLUMNS - 1);
    samples
        .chunk_by(|a, b| column(a) == column(b))
        .filter_map(|chunk| chunk.iter().max_by_key(|sample| sample.out_of_contact()))
        .copied()
        .collect()
}

/// How a word of contact is called and painted in charts.
pub fn contact_series(contact: Contact) -> (&'static str, Paint) {
    match contact {
        Contact::Reporting => ("Reporting", Paint::Ok),
        Contact::Asleep => ("Asleep", Paint::Soft),
        Contact::Overdue => ("Overdue", Paint::Attention),
        Contact::Silent => ("Silent", Paint::Critical),
        Contact::NeverSeen => ("Never seen", Paint::Neutral),
    }
}

fn series(contact: Contact, index: usize, moments: &[&Sample]) -> Series {
    let (name, paint) = contact_series(contact);
    Series {
        name: name.to_owned(),
        paint,
        points: moments
            .iter()
            .map(|sample| Point::new(sample.at, f64::from(sample.counts[index])))
            .collect(),
    }
}

fn gaps(samples: &[&Sample], from: i64, to: i64) -> Vec<Gap> {
    let times = std::iter::once(from)
        .chain(samples.iter().map(|sample| sample.at))
        .chain(std::iter::once(to));
    let times: Vec<i64> = times.collect();
    times
        .windows(2)
        .filter(|pair| pair[1] - pair[0] > SILENCE_MS)
        .map(|pair| Gap {
            from: pair[0],
            to: pair[1],
        })
        .collect()
}

fn finding(samples: &[&Sample], newest: &Sample) -> String {
    let now = format!(
        "{} of {} are in contact.",
        format::count(u64::from(newest.in_contact())),
        format::plural(u64::from(newest.total()), "device", "devices"),
    );
    let worst = samples.iter().max_by_key(|sample| sample.out_of_contact());
    match worst {
        Some(worst) if worst.out_of_contact() > newest.out_of_contact() => format!(
            "{now} Most were out of contact at {} UTC: {}.",
            format::clock(worst.at, Zone::Utc),
            format::count(u64::from(worst.out_of_contact())),
        ),
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const MINUTE: i64 = 60_000;
    const NOW: i64 = 100 * RANGE_MS;

    fn sample(before_now: i64, silent: u32) -> Sample {
        Sample {
            at: NOW - before_now,
            counts: [90 - silent, 10, 0, silent, 0],
        }
    }

    #[test]
    fn nothing_sampled_is_no_chart() {
        assert_eq!(presence_chart("p", &[], NOW), None);
        assert_eq!(presence_chart("p", &[sample(RANGE_MS + 1, 0)], NOW), None);
    }

    #[test]
    fn a_short_outage_stays_visible() {
        let samples = [
            sample(4 * MINUTE, 0),
            sample(3 * MINUTE, 40),
            sample(2 * MINUTE, 0),
        ];
        let chart = presence_chart("p", &samples, NOW).unwrap();
        let silent: Vec<f64> = chart.series[3]
            .points
            .iter()
            .map(|point| point.value)
            .collect();
        assert_eq!(silent, [40.0]);
        assert_eq!(
            chart.finding,
            "100 of 100 devices are in contact. Most were out of contact at 23:57 UTC: 40."
        );
    }

    #[test]
    fn time_without_samples_is_a_gap() {
        let samples = [
            sample(60 * MINUTE, 0),
            sample(58 * MINUTE, 0),
            sample(2 * MINUTE, 0),
        ];
        let chart = presence_chart("p", &samples, NOW).unwrap();
        let gaps: Vec<_> = chart
            .gaps
            .iter()
            .map(|gap| (gap.from - NOW, gap.to - NOW))
            .collect();
        assert_eq!(
            (chart.from - NOW, gaps),
            (-60 * MINUTE, vec![(-58 * MINUTE, -2 * MINUTE)])
        );
    }

    #[test]
    fn every_series_has_the_same_moments_and_no_chart_has_too_many() {
        let samples: Vec<_> = (0..2880).rev().map(|i| sample(i * MINUTE / 2, 1)).collect();
        let chart = presence_chart("p", &samples, NOW).unwrap();
        assert!(chart.gaps.is_empty());
        for series in &chart.series {
            let times: Vec<_> = series.points.iter().map(|point| point.at).collect();
            assert_eq!(times.len(), 288);
            assert_eq!(
                times,
                chart.series[0]
                    .points
                    .iter()
                    .map(|p| p.at)
                    .collect::<Vec<_>>()
            );
        }
    }
}
