//! Round ticks. Only additions, multiplications and divisions: the same bits on every machine.

use crate::format::{self, Zone};

/// Ticks per axis: at most this many, at least three where the values allow it.
const MOST_TICKS: i64 = 6;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A value axis from its first to its last tick.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Scale {
    /// Steps are `mantissa × 10^exponent`.
    mantissa: i64,
    exponent: i32,
    first: i64,
    last: i64,
}

impl Scale {
    /// The finest round axis that covers `low` to `high` with few enough ticks.
    pub(super) fn covering(low: f64, high: f64, whole: bool) -> Self {
        let (low, high) = if high > low {
            (low, high)
        } else {
            (low.min(high), low.max(high) + 1.0)
        };
        let start = if whole { 0 } else { -6 };
        for exponent in start..15 {
            for mantissa in [1, 2, 4, 5] {
                let step = scaled(mantissa, exponent);
                let (first, last) = ((low / step).floor(), (high / step).ceil());
                if last - first < MOST_TICKS as f64 {
                    let (first, last) = (first as i64, last as i64);
                    return Self {
                        mantissa,
                        exponent,
                        first,
                        last: last.max(first + 1),
                    };
                }
            }
        }
        Self {
            mantissa: 1,
            exponent: 15,
            first: -1,
            last: 1,
        }
    }

    pub(super) fn low(&self) -> f64 {
        scaled(self.first * self.mantissa, self.exponent)
    }

    pub(super) fn high(&self) -> f64 {
        scaled(self.last * self.mantissa, self.exponent)
    }

    /// Values and labels, lowest first.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let digits = usize::try_from(-self.exponent).unwrap_or(0);
        (self.first..=self.last)
            .map(|i| {
                let value = scaled(i * self.mantissa, self.exponent);
                (value, format::decimal(value, digits))
            })
            .collect()
    }

    /// A value with one decimal more than the ticks have, and none when values are whole.
    pub(super) fn text(&self, value: f64, whole: bool) -> String {
        let digits = if whole {
            0
        } else {
            usize::try_from(-self.exponent).unwrap_or(0) + 1
        };
        format::decimal(value, digits)
    }

    /// How far down a value is, from 0 (top) to 1 (bottom).
    pub(super) fn down(&self, value: f64) -> f64 {
        (self.high() - value) / (self.high() - self.low())
    }
}

/// `n × 10^exponent`, exact for the numbers ticks need.
fn scaled(n: i64, exponent: i32) -> f64 {
    let power = (0..exponent.unsigned_abs()).fold(1.0, |p, _| p * 10.0);
    if exponent < 0 {
        n as f64 / power
    } else {
        n as f64 * power
    }
}

/// A tick of the time axis.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct TimeTick {
    pub(super) at: i64,
    pub(super) label: String,
    /// A day begins here, and ticks are finer than days.
    pub(super) midnight: bool,
}

/// Round times of a zone between `from` and `to`: the finest step with few enough ticks.
pub(super) fn time_ticks(from: i64, to: i64, zone: Zone) -> Vec<TimeTick> {
    const STEPS: [i64; 18] = [
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        4 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
        7 * DAY,
        14 * DAY,
        30 * DAY,
        90 * DAY,
    ];
    for step in STEPS {
        if (to - from) / step > MOST_TICKS {
            continue;
        }
        let times = round_times(from, to, step, zone);
        if times.len() as i64 <= MOST_TICKS {
            let label = |at| {
                if step < DAY {
                    format::clock(at, zone)
                } else {
                    day_label(at, zone)
                }
            };
            let midnight = |at| step < DAY && is_round(at, DAY, zone);
            return times
                .into_iter()
                .map(|at| TimeTick {
                    at,
                    label: label(at),
                    midnight: midnight(at),
                })
                .collect();
        }
    }
    Vec::new()
}

/// Zones differ from UTC by multiples of a quarter of an hour, and may change between two ticks.
fn round_times(from: i64, to: i64, step: i64, zone: Zone) -> Vec<i64> {
    let grain = step.min(15 * MINUTE);
    let first = from.div_euclid(grain) * grain;
    (0..=(to - first) / grain)
        .map(|i| first + i * grain)
        .filter(|&at| at >= from && at <= to && is_round(at, step, zone))
        .collect()
}

fn is_round(at: i64, step: i64, zone: Zone) -> bool {
    (at + zone.offset_minutes(at) * MINUTE).rem_euclid(step) == 0
}

fn day_label(at: i64, zone: Zone) -> String {
    let date = format::date(at, zone);
    date.rsplit_once(' ')
        .map_or(date.clone(), |(day, _year)| day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(low: f64, high: f64, whole: bool) -> Vec<String> {
        Scale::covering(low, high, whole)
            .ticks()
            .into_iter()
            .map(|t| t.1)
            .collect()
    }

    #[test]
    fn value_ticks_are_round() {
        let check = |low, high, whole, want: &[&str]| assert_eq!(labels(low, high, whole), want);
        check(0.0, 9.4, false, &["0", "2", "4", "6", "8", "10"]);
        check(0.0, 12.0, false, &["0", "4", "8", "12"]);
        check(2.0, 8.0, false, &["2", "4", "6", "8"]);
        check(
            0.0,
            48_210.0,
            true,
            &["0", "10,000", "20,000", "30,000", "40,000", "50,000"],
        );
        check(0.0, 1.0, true, &["0", "1"]);
        check(0.0, 1.0, false, &["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        check(
            -71.0,
            -55.0,
            false,
            &["−72", "−68", "−64", "−60", "−56", "−52"],
        );
        check(5.0, 5.0, false, &["5.0", "5.2", "5.4", "5.6", "5.8", "6.0"]);
    }

    #[test]
    fn values_are_one_decimal_finer_than_ticks() {
        assert_eq!(Scale::covering(0.0, 12.0, false).text(8.64, false), "8.6");
        assert_eq!(Scale::covering(0.0, 1.0, false).text(0.5, false), "0.50");
        assert_eq!(
            Scale::covering(0.0, 48_210.0, true).text(45_872.0, true),
            "45,872"
        );
    }

    proptest! {
        #[test]
        fn a_scale_covers_its_values_with_two_to_six_ticks(low in -1e6..1e6f64, width in 0.0..1e6f64, whole: bool) {
            let high = low + width;
            let scale = Scale::covering(low, high, whole);
            let ticks = scale.ticks();
            prop_assert!((2..=6).contains(&ticks.len()));
            prop_assert!(scale.low() <= low && scale.high() >= high);
            prop_assert!(ticks.windows(2).all(|w| w[0].0 < w[1].0));
            prop_assert!((0.0..=1.0).contains(&scale.down(low)));
        }
    }

    #[test]
    fn time_ticks_are_round_and_few() {
        // Thu 19 Nov 2026 14:32:08 UTC.
        let now = 1_795_098_728_000;
        let check = |from, to, want: &[&str]| {
            let labels: Vec<String> = time_ticks(from, to, Zone::Utc)
                .into_iter()
                .map(|t| t.label)
                .collect();
            assert_eq!(labels, want);
        };
        check(
            now - DAY,
            now,
            &["16:00", "20:00", "00:00", "04:00", "08:00", "12:00"],
        );
        check(
            now - HOUR,
            now,
            &["13:40", "13:50", "14:00", "14:10", "14:20", "14:30"],
        );
        check(
            now - 7 * DAY,
            now,
            &["13 Nov", "15 Nov", "17 Nov", "19 Nov"],
        );
        check(
            now - 5 * MINUTE,
            now,
            &["14:28", "14:29", "14:30", "14:31", "14:32"],
        );
        let midnights = time_ticks(now - DAY, now, Zone::Utc)
            .into_iter()
            .filter(|t| t.midnight)
            .count();
        assert_eq!(midnights, 1);
    }
}
