//! Fewer points without losing what matters: one per pixel column, with its lowest and highest reading.

use muster_core::series::Bucket;
use muster_core::time::Timestamp;

use super::model::{Gap, Point};

/// No chart gets more points per series than this.
pub const MAX_COLUMNS: usize = 1000;

/// What is left of many readings.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Reduced {
    /// At most one per column, in order of time.
    pub points: Vec<Point>,
    /// Times without readings.
    pub gaps: Vec<Gap>,
}

/// Reduces readings, single or summed up, in order of time, to at most `columns` points between `from` and `to`.
///
/// Every point is the average of the readings in its column and keeps their extremes. Silence longer than `silence_ms`
/// becomes a gap, also at the edges; silence within one column is too short to see and is dropped. Readings outside the
/// window and values that are not finite are left out.
pub fn reduce(readings: &[Bucket], from: i64, to: i64, columns: usize, silence_ms: i64) -> Reduced {
    let columns = columns.clamp(1, MAX_COLUMNS) as i64;
    let span = (to - from).max(1);
    let column = |at: i64| ((at - from) * columns / span).min(columns - 1);
    let mut reduced = Reduced::default();
    let mut open: Option<Column> = None;
    let mut last: Option<i64> = None;
    for reading in readings {
        let at = reading.at.millis();
        if at < from || at > to || !reading.sum.is_finite() {
            continue;
        }
        let before = last.unwrap_or(from);
        let apart = last.is_none_or(|l| column(l) != column(at));
        if at - before > silence_ms && apart {
            reduced.gaps.push(Gap {
                from: before,
                to: at,
            });
        }
        last = Some(at);
        match &mut open {
            Some(open) if open.column == column(at) => open.add(at, reading),
            _ => {
                let before = open.replace(Column::new(column(at), at, reading));
                reduced.points.extend(before.map(Column::close));
            }
        }
    }
    reduced.points.extend(open.map(Column::close));
    let before = last.unwrap_or(from);
    if to - before > silence_ms {
        reduced.gaps.push(Gap { from: before, to });
    }
    reduced
}

/// The readings of one column.
struct Column {
    column: i64,
    first_at: i64,
    /// Sum of the distances to `first_at`, so that large times do not overflow.
    after_first: i64,
    buckets: i64,
    sum: f64,
    low: f64,
    high: f64,
    n: u64,
}

impl Column {
    fn new(column: i64, at: i64, reading: &Bucket) -> Self {
        Self {
            column,
            first_at: at,
            after_first: 0,
            buckets: 1,
            sum: reading.sum,
            low: reading.min,
            high: reading.max,
            n: reading.count,
        }
    }

    fn add(&mut self, at: i64, reading: &Bucket) {
        self.after_first += at - self.first_at;
        self.buckets += 1;
        self.sum += reading.sum;
        self.low = self.low.min(reading.min);
        self.high = self.high.max(reading.max);
        self.n += reading.count;
    }

    fn close(self) -> Point {
        let at = self.first_at + self.after_first / self.buckets;
        // Rounding may carry an average of equal values past them.
        let average = (self.sum / self.n as f64).clamp(self.low, self.high);
        let n = u32::try_from(self.n).unwrap_or(u32::MAX);
        Point::of_many(at, average, self.low, self.high, n)
    }
}

/// Single readings, for what has no sums.
pub fn singles(readings: impl IntoIterator<Item = (i64, f64)>) -> Vec<Bucket> {
    let single = |(at, value)| Bucket::of(Timestamp::from_millis(at), value);
    readings.into_iter().map(single).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn readings() -> impl Strategy<Value = Vec<(i64, f64)>> {
        prop::collection::vec((0i64..10_000, -50.0..50.0f64), 0..400).prop_map(|mut list| {
            list.sort_by_key(|r| r.0);
            list
        })
    }

    proptest! {
        #[test]
        fn never_more_points_than_columns_and_in_order(list in readings(), columns in 1usize..50) {
            let reduced = reduce(&singles(list.clone()), 0, 10_000, columns, 300);
            prop_assert!(reduced.points.len() <= columns);
            prop_assert!(reduced.points.windows(2).all(|w| w[0].at <= w[1].at));
            let readings: u32 = reduced.points.iter().map(|p| p.readings).sum();
            prop_assert_eq!(readings as usize, list.len());
        }

        #[test]
        fn extremes_survive(list in readings(), columns in 1usize..50) {
            let reduced = reduce(&singles(list.clone()), 0, 10_000, columns, 300);
            let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
            let low = list.iter().map(|r| r.1).fold(f64::INFINITY, f64::min);
            let high = list.iter().map(|r| r.1).fold(f64::NEG_INFINITY, f64::max);
            if !list.is_empty() {
                prop_assert!(reduced.points.iter().any(|p| close(p.lowest(), low)));
                prop_assert!(reduced.points.iter().any(|p| close(p.highest(), high)));
            }
        }

        #[test]
        fn gaps_stay_gaps(list in readings(), columns in 1usize..50, silence in 50i64..2000) {
            let reduced = reduce(&singles(list.clone()), 0, 10_000, columns, silence);
            for gap in &reduced.gaps {
                prop_assert!(gap.to - gap.from > silence);
                prop_assert!(reduced.points.iter().all(|p| p.at <= gap.from || p.at >= gap.to));
                prop_assert!(list.iter().all(|r| r.0 <= gap.from || r.0 >= gap.to));
            }
            let column = 10_000 / columns as i64 + 1;
            let times: Vec<i64> = list.iter().map(|r| r.0).collect();
            for pair in times.windows(2).filter(|w| w[1] - w[0] > silence.max(column)) {
                let gap = Gap { from: pair[0], to: pair[1] };
                prop_assert!(reduced.gaps.contains(&gap));
            }
        }
    }

    #[test]
    fn silence_at_the_edges_is_a_gap_too() {
        let reduced = reduce(&singles([(4000, 1.0), (4100, 3.0)]), 0, 10_000, 10, 500);
        assert_eq!(
            reduced.gaps,
            [
                Gap { from: 0, to: 4000 },
                Gap {
                    from: 4100,
                    to: 10_000
                }
            ]
        );
        assert_eq!(reduced.points, [Point::of_many(4050, 2.0, 1.0, 3.0, 2)]);
    }

    #[test]
    fn nothing_at_all_is_one_gap() {
        let reduced = reduce(&singles([(5, f64::NAN), (-3, 1.0)]), 0, 1000, 10, 100);
        assert_eq!(reduced.points, []);
        assert_eq!(reduced.gaps, [Gap { from: 0, to: 1000 }]);
    }
}
