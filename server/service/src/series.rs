//! Telemetry as series of numbers: taken from the log of messages as they arrive, packed, and read for charts.
//!
//! A message is durable before its device hears so; the log of messages is what everything here follows from. `ingest`
//! follows the log, `memory` holds the newest points of each series until they are written, `chart` answers from both.

use muster_core::series::{Bucket, Level};
use muster_core::time::Timestamp;

mod chart;
mod ingest;
mod memory;

pub use chart::{MAX_BUCKETS, MAX_MEAN};
pub(crate) use ingest::run;
pub(crate) use memory::Memory;

/// How long single points are kept: 30 days. Sums per minute stay a year, per hour and day ten.
pub(crate) const KEEP_POINTS_MS: i64 = 30 * 86_400_000;

/// How long sums are kept.
pub(crate) const KEEP_SUMS: [(Level, i64); 3] = [
    (Level::Minute, 366 * 86_400_000),
    (Level::Hour, 3_660 * 86_400_000),
    (Level::Day, 3_660 * 86_400_000),
];

/// A stretch of one series.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// Every series of the device, by name.
    pub fields: Vec<String>,
    /// The one that `buckets` belong to; `None` when the device has none.
    pub field: Option<String>,
    /// What each bucket stands for: a single point without a level.
    pub level: Option<Level>,
    /// The buckets, oldest first.
    pub buckets: Vec<Bucket>,
}

/// Which stretch of time, and how finely.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// Where it begins.
    pub from: Timestamp,
    /// Before what it ends.
    pub to: Timestamp,
    /// About how many buckets the caller can show; never fewer than the range has at the chosen level.
    pub columns: usize,
}

/// A mean over devices.
#[derive(Clone, PartialEq, Debug)]
pub struct Mean {
    /// How many devices have the series.
    pub devices: usize,
    /// What each bucket stands for.
    pub level: Level,
    /// The buckets, oldest first: their counts, lowest and highest are of all devices together.
    pub buckets: Vec<Bucket>,
}

impl Stretch {
    /// The coarsest level that still has a bucket per column; `None` for single points. Where single points or
    /// minutes are no longer kept, the finest that is.
    pub fn level(&self, now: Timestamp) -> Option<Level> {
        let columns = i64::try_from(self.columns.max(1)).unwrap_or(i64::MAX);
        let column = (self.to.millis() - self.from.millis()) / columns;
        let fits = |level: &Level| level.millis() <= column;
        let wanted = Level::ALL.into_iter().rev().find(fits);
        let kept = |level: Option<Level>| {
            let keep = match level {
                None => KEEP_POINTS_MS,
                Some(level) => KEEP_SUMS
                    .iter()
                    .find(|(of, _)| *of == level)
                    .map_or(i64::MAX, |(_, keep)| *keep),
            };
            self.from.millis() >= now.millis() - keep
        };
        let finer = [None, Some(Level::Minute), Some(Level::Hour)];
        let first = finer
            .into_iter()
            .find(|level| *level >= wanted && kept(*level));
        match wanted {
            Some(Level::Day) => Some(Level::Day),
            _ => first.unwrap_or(Some(Level::Day)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_follows_columns_and_what_is_kept() {
        const HOUR: i64 = 3_600_000;
        let now = Timestamp::from_millis(500_000 * HOUR);
        let check = |from_h: i64, to_h: i64, columns, want| {
            let stretch = Stretch {
                from: now.plus_ms(from_h * HOUR),
                to: now.plus_ms(to_h * HOUR),
                columns,
            };
            assert_eq!(stretch.level(now), want, "{from_h} to {to_h}, {columns}");
        };
        check(-1, 0, 1000, None);
        check(-24, 0, 1000, Some(Level::Minute));
        check(-24, 0, 288, Some(Level::Minute));
        check(-30 * 24, 0, 700, Some(Level::Hour));
        check(-365 * 24, 0, 300, Some(Level::Day));
        check(-365 * 24, 0, 1000, Some(Level::Hour));
        // A short look far back finds what is left.
        check(-40 * 24, -40 * 24 + 1, 1000, Some(Level::Minute));
        check(-400 * 24, -400 * 24 + 1, 1000, Some(Level::Hour));
        check(-1, 0, 0, Some(Level::Hour));
    }
}
