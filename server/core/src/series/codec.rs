//! A packed run of points: about two bytes each for a sensor that reports decimals at regular times.
//!
//! Times are kept as changes of their distance, values as `decimal` writes them. A chunk can be added to without
//! unpacking it.

use super::decimal::{Decimal, read, unzigzag, write, zigzag};
use crate::message::Point;
use crate::time::Timestamp;

/// Points in a chunk before it is full.
pub const MAX_CHUNK_POINTS: usize = 512;

/// A packed run of points in the order of their times.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Chunk {
    data: Vec<u8>,
    count: usize,
    first: i64,
    last: Last,
}

/// What the next point is relative to.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Last {
    at: i64,
    distance: i64,
    value: Decimal,
}

/// A chunk that cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a chunk of points is damaged")]
pub struct BadChunk;

impl Chunk {
    /// Packs points; they must be in the order of their times, with at most [`MAX_CHUNK_POINTS`] of them.
    pub fn of(points: &[Point]) -> Self {
        let mut chunk = Self::default();
        for point in points {
            chunk.push(*point);
        }
        chunk
    }

    /// Adds a point that is not older than the last one. Says whether it could: a full chunk and an older point are
    /// for the caller to handle.
    pub fn push(&mut self, point: Point) -> bool {
        let at = point.at.millis();
        if self.is_full() || (self.count > 0 && at < self.last.at) || !point.value.is_finite() {
            return false;
        }
        let distance = if self.count == 0 {
            self.first = at;
            write(zigzag(at), &mut self.data);
            0
        } else {
            let distance = at - self.last.at;
            write(zigzag(distance - self.last.distance), &mut self.data);
            distance
        };
        self.last.value.write(point.value, &mut self.data);
        self.last.at = at;
        self.last.distance = distance;
        self.count += 1;
        true
    }

    /// Reads a chunk back.
    pub fn from_bytes(data: Vec<u8>) -> Result<Self, BadChunk> {
        let mut chunk = Self::default();
        let mut reader = Reader::new(&data);
        while let Some(point) = reader.next()? {
            if chunk.count == 0 {
                chunk.first = point.at.millis();
            }
            chunk.count += 1;
        }
        chunk.last = reader.last;
        chunk.data = data;
        Ok(chunk)
    }

    /// The packed points.
    pub fn bytes(&self) -> &[u8] {
        &self.data
    }

    /// The points, oldest first.
    pub fn points(&self) -> Result<Vec<Point>, BadChunk> {
        let mut points = Vec::with_capacity(self.count);
        let mut reader = Reader::new(&self.data);
        while let Some(point) = reader.next()? {
            points.push(point);
        }
        Ok(points)
    }

    /// How many points it holds.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether it takes no more.
    pub fn is_full(&self) -> bool {
        self.count >= MAX_CHUNK_POINTS
    }

    /// The times of the first and the last point.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let span = (
            Timestamp::from_millis(self.first),
            Timestamp::from_millis(self.last.at),
        );
        (!self.is_empty()).then_some(span)
    }
}

struct Reader<'d> {
    rest: &'d [u8],
    last: Last,
    begun: bool,
}

impl<'d> Reader<'d> {
    fn new(data: &'d [u8]) -> Self {
        Self {
            rest: data,
            last: Last::default(),
            begun: false,
        }
    }

    fn next(&mut self) -> Result<Option<Point>, BadChunk> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let step = unzigzag(read(&mut self.rest)?);
        if self.begun {
            self.last.distance = self.last.distance.checked_add(step).ok_or(BadChunk)?;
            let at = self.last.at.checked_add(self.last.distance);
            self.last.at = at.ok_or(BadChunk)?;
        } else {
            self.begun = true;
            self.last.at = step;
        }
        let value = self.last.value.read(&mut self.rest)?;
        Ok(Some(Point {
            at: Timestamp::from_millis(self.last.at),
            value,
        }))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use proptest::prelude::*;

    fn points(values: &[(i64, f64)]) -> Vec<Point> {
        let point = |(at, value): &(i64, f64)| Point {
            at: Timestamp::from_millis(*at),
            value: *value,
        };
        values.iter().map(point).collect()
    }

    #[test]
    fn sensors_take_few_bytes() {
        let check = |values: Vec<(i64, f64)>, at_most: f64| {
            let chunk = Chunk::of(&points(&values));
            let each = chunk.bytes().len() as f64 / values.len() as f64;
            assert!(each <= at_most, "{each} bytes per point");
        };
        let at = |i: i64| 1_790_000_000_000 + i * 10_000;
        check((0..500).map(|i| (at(i), 4.0)).collect(), 2.1);
        let slow = |i: i64| (f64::from(i as i32) / 40.0).sin();
        check(
            (0..500)
                .map(|i| (at(i), (slow(i) * 100.0).round() / 100.0 + 4.0))
                .map(|(t, v)| (t, (v * 100.0).round() / 100.0))
                .collect(),
            2.2,
        );
        check((0..500).map(|i| (at(i) + i % 7, slow(i))).collect(), 11.0);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut chunk = Chunk::of(&points(&[(10, 1.0)]));
        assert!(!chunk.push(points(&[(9, 1.0)])[0]));
        assert!(!chunk.push(points(&[(11, f64::NAN)])[0]));
        assert!(!chunk.push(points(&[(11, f64::INFINITY)])[0]));
        assert_eq!(chunk.len(), 1);
        for bad in [&[0x80][..], &[0, 1, 2], &[0, 3, 9, 0], &[0, 5], &[0x80; 20]] {
            assert_eq!(Chunk::from_bytes(bad.to_vec()), Err(BadChunk), "{bad:?}");
        }
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => (-100_000_i32..100_000, 0..5_i32).prop_map(|(units, k)| f64::from(units) / 10_f64.powi(k)),
            1 => any::<f64>().prop_filter("finite", |value| value.is_finite()),
            1 => Just(-0.0),
            1 => Just(9_007_199_254_740_993.0),
        ]
    }

    proptest! {
        #[test]
        fn points_come_back_as_they_were(
            start in -5_000_000_000_000_i64..5_000_000_000_000,
            steps in prop::collection::vec((prop_oneof![Just(10_000_i64), 0..100_000_i64], value()), 1..200),
        ) {
            let mut at = start;
            let mut given = Vec::new();
            for (step, value) in steps {
                at += step;
                given.push(Point { at: Timestamp::from_millis(at), value });
            }
            let (early, late) = given.split_at(given.len() / 2);
            let mut chunk = Chunk::from_bytes(Chunk::of(early).bytes().to_vec()).unwrap();
            for point in late {
                prop_assert!(chunk.push(*point));
            }
            prop_assert_eq!(&chunk, &Chunk::of(&given));
            let bits = |points: &[Point]| points.iter().map(|p| (p.at, p.value.to_bits())).collect::<Vec<_>>();
            prop_assert_eq!(bits(&chunk.points().unwrap()), bits(&given));
            prop_assert_eq!(chunk.span(), Some((given[0].at, given[given.len() - 1].at)));
        }

        #[test]
        fn damaged_chunks_never_panic(data in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = Chunk::from_bytes(data);
        }
    }
}
