//! How fast one caller may ask: a bucket per person that fills at a steady rate.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use muster_core::ids::PersonId;
use muster_core::time::Timestamp;

/// Requests that may come at once.
pub(super) const BURST: f64 = 400.0;

/// Requests per second in the long run.
pub(super) const PER_SECOND: f64 = 100.0;

/// Callers remembered; beyond it those whose buckets are full are forgotten.
const MAX_CALLERS: usize = 10_000;

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

/// The buckets of all callers.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<HashMap<PersonId, Bucket>>);

impl Pace {
    /// Takes one request out of the caller's bucket. `Err` says in how many seconds there is another.
    pub(crate) fn take(&self, caller: PersonId, now: Timestamp) -> Result<(), u32> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_CALLERS {
            buckets.retain(|_, bucket| filled(*bucket, now) < BURST);
        }
        let bucket = buckets.entry(caller).or_insert(Bucket {
            left: BURST,
            at: now,
        });
        let left = filled(*bucket, now);
        let taken = if left >= 1.0 { 1.0 } else { 0.0 };
        *bucket = Bucket {
            left: left - taken,
            at: now.max(bucket.at),
        };
        if taken > 0.0 { Ok(()) } else { Err(1) }
    }
}

fn filled(bucket: Bucket, now: Timestamp) -> f64 {
    let ms = now.since(bucket.at).max(0) as f64;
    (bucket.left + ms / 1000.0 * PER_SECOND).min(BURST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_then_a_steady_stream() {
        let pace = Pace::default();
        let at = Timestamp::from_millis;
        let taken = |ms: i64| {
            (0..1000)
                .take_while(|_| pace.take(PersonId(1), at(ms)).is_ok())
                .count()
        };
        assert_eq!(taken(0), 400);
        assert_eq!(pace.take(PersonId(1), at(5)), Err(1));
        assert_eq!(taken(1000), 100);
        assert_eq!(taken(500), 0, "a clock that goes back gives nothing");
        assert!(pace.take(PersonId(2), at(0)).is_ok());
        assert_eq!(taken(3_600_000), 400);
    }
}
