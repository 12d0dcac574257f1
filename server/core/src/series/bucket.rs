//! Points summed up over a minute, an hour, a day.

use serde::{Deserialize, Serialize};

use super::codec::BadChunk;
use super::decimal::{Decimal, read, rounded, write};
use crate::message::Point;
use crate::time::Timestamp;

/// How long a bucket is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day of UTC.
    Day,
}

impl Level {
    /// All levels, the finest first.
    pub const ALL: [Level; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// The length of a bucket in milliseconds.
    pub const fn millis(self) -> i64 {
        match self {
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }

    /// The time that buckets kept together span, in milliseconds: a day of minutes, thirty days of hours, a thousand
    /// days.
    pub const fn page_millis(self) -> i64 {
        match self {
            Self::Minute => 86_400_000,
            Self::Hour => 30 * 86_400_000,
            Self::Day => 1_000 * 86_400_000,
        }
    }

    /// The number it is stored under.
    pub const fn number(self) -> i64 {
        match self {
            Self::Minute => 1,
            Self::Hour => 2,
            Self::Day => 3,
        }
    }

    /// Where the bucket of an instant begins.
    pub fn bucket_of(self, at: Timestamp) -> Timestamp {
        floor(at, self.millis())
    }

    /// Where the page of an instant begins.
    pub fn page_of(self, at: Timestamp) -> Timestamp {
        floor(at, self.page_millis())
    }
}

fn floor(at: Timestamp, length: i64) -> Timestamp {
    Timestamp::from_millis(at.millis().div_euclid(length) * length)
}

/// The points of one stretch of time, summed up.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Bucket {
    /// Where the stretch begins.
    pub at: Timestamp,
    /// How many points it has.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Their sum.
    pub sum: f64,
    /// The one that came last.
    pub last: f64,
}

impl Bucket {
    /// A bucket of one point that begins at `at`.
    pub fn of(at: Timestamp, value: f64) -> Self {
        Self {
            at,
            count: 1,
            min: value,
            max: value,
            sum: value,
            last: value,
        }
    }

    /// The mean of its points.
    pub fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }

    /// Takes up another bucket of the same stretch with newer points.
    pub fn absorb(&mut self, newer: &Bucket) {
        self.count += newer.count;
        self.min = self.min.min(newer.min);
        self.max = self.max.max(newer.max);
        self.sum += newer.sum;
        self.last = newer.last;
    }
}

/// Buckets of one level in the order of time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rollup(Vec<Bucket>);

impl Rollup {
    /// The buckets of points in the order of time.
    pub fn of(points: impl IntoIterator<Item = Point>, level: Level) -> Self {
        let mut rollup = Self::default();
        for point in points {
            rollup.add(Bucket::of(level.bucket_of(point.at), point.value));
        }
        rollup
    }

    /// Adds a bucket; it joins the one that begins at the same time.
    pub fn add(&mut self, bucket: Bucket) {
        match self.0.last_mut() {
            Some(last) if last.at == bucket.at => last.absorb(&bucket),
            Some(last) if last.at < bucket.at => self.0.push(bucket),
            None => self.0.push(bucket),
            Some(_) => match self.0.binary_search_by_key(&bucket.at, |b| b.at) {
                Ok(place) => self.0[place].absorb(&bucket),
                Err(place) => self.0.insert(place, bucket),
            },
        }
    }

    /// The buckets, oldest first.
    pub fn buckets(&self) -> &[Bucket] {
        &self.0
    }

    /// Packs the buckets, which all lie on the page of `level` that begins at `page`. Sums are kept to six decimals.
    pub fn pack(&self, level: Level, page: Timestamp) -> Vec<u8> {
        let mut data = Vec::with_capacity(self.0.len() * 10);
        let (mut place, mut columns) = (0, [Decimal::default(); 4]);
        for bucket in &self.0 {
            let index = (bucket.at.millis() - page.millis()) / level.millis();
            // Buckets are in order, so the difference is not negative.
            write((index - place).cast_unsigned(), &mut data);
            write(bucket.count, &mut data);
            place = index;
            columns[0].write(bucket.last, &mut data);
            if bucket.count > 1 {
                columns[1].write(bucket.min, &mut data);
                columns[2].write(bucket.max, &mut data);
                columns[3].write(rounded(bucket.sum), &mut data);
            }
        }
        data
    }

    /// Reads packed buckets back.
    pub fn unpack(mut data: &[u8], level: Level, page: Timestamp) -> Result<Self, BadChunk> {
        let mut buckets = Vec::new();
        let (mut place, mut columns) = (0_i64, [Decimal::default(); 4]);
        let most = level.page_millis() / level.millis();
        while !data.is_empty() {
            place = place.saturating_add(read(&mut data)?.cast_signed());
            if !(0..most).contains(&place) {
                return Err(BadChunk);
            }
            let at = Timestamp::from_millis(page.millis() + place * level.millis());
            let count = read(&mut data)?;
            let mut bucket = Bucket::of(at, columns[0].read(&mut data)?);
            if count > 1 {
                bucket.count = count;
                bucket.min = columns[1].read(&mut data)?;
                bucket.max = columns[2].read(&mut data)?;
                bucket.sum = columns[3].read(&mut data)?;
            }
            buckets.push(bucket);
        }
        Ok(Self(buckets))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn buckets_begin_where_clocks_say() {
        let check = |level: Level, at: i64, want: i64| {
            assert_eq!(level.bucket_of(Timestamp::from_millis(at)).millis(), want);
        };
        check(Level::Minute, 119_999, 60_000);
        check(Level::Hour, 3_600_000, 3_600_000);
        check(Level::Day, -1, -86_400_000);
        for level in Level::ALL {
            assert_eq!(level.page_millis() % level.millis(), 0);
        }
    }

    proptest! {
        #[test]
        fn sums_agree_with_all_points(
            values in prop::collection::vec((0..86_400_000_i64, -10_000_i32..10_000), 1..300),
        ) {
            let page = Timestamp::from_millis(1_790_000_000_000 / 86_400_000 * 86_400_000);
            let points: Vec<Point> = values.iter().map(|(at, units)| Point {
                at: page.plus_ms(*at),
                value: f64::from(*units) / 100.0,
            }).collect();
            for level in [Level::Minute, Level::Hour, Level::Day] {
                // In any order: late points join the bucket they belong to.
                let rollup = Rollup::of(points.iter().copied(), level);
                let begin = level.page_of(page);
                let back = Rollup::unpack(&rollup.pack(level, begin), level, begin).unwrap();
                prop_assert_eq!(back.buckets().len(), rollup.buckets().len());
                for (a, b) in back.buckets().iter().zip(rollup.buckets()) {
                    prop_assert_eq!((a.at, a.count, a.min, a.max, a.last), (b.at, b.count, b.min, b.max, b.last));
                    prop_assert!((a.sum - b.sum).abs() < 1e-6);
                    let within: Vec<f64> = points.iter().filter(|p| level.bucket_of(p.at) == a.at).map(|p| p.value).collect();
                    prop_assert_eq!(a.count, within.len() as u64);
                    prop_assert_eq!(a.min, within.iter().copied().fold(f64::INFINITY, f64::min));
                    prop_assert_eq!(a.max, within.iter().copied().fold(f64::NEG_INFINITY, f64::max));
                    prop_assert!((a.sum - within.iter().sum::<f64>()).abs() < 1e-6);
                }
                prop_assert!(back.buckets().is_sorted_by_key(|bucket| bucket.at));
            }
        }

        #[test]
        fn damaged_pages_never_panic(data in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = Rollup::unpack(&data, Level::Minute, Timestamp::from_millis(0));
        }
    }
}
