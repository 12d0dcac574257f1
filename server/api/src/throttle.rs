//! Keeps one caller from taking the hub from the others: a token bucket per caller and class of operations.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use muster_core::time::Timestamp;

use crate::caller::CallerKey;

/// Buckets remembered. A full bucket is as good as none, so full ones are forgotten first.
const MAX_BUCKETS: usize = 10_000;

/// What is counted together (spec §9).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// Identities: create, read, list, update, delete.
    Registry,
    /// Reading twins.
    TwinRead,
    /// Writing twins.
    TwinWrite,
    /// Queries.
    Query,
    /// Direct methods.
    Method,
    /// Jobs: create, read, list, cancel.
    Job,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 6] = [
        Self::Registry,
        Self::TwinRead,
        Self::TwinWrite,
        Self::Query,
        Self::Method,
        Self::Job,
    ];

    /// What it counts, in answers and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registry => "registry operations",
            Self::TwinRead => "twin reads",
            Self::TwinWrite => "twin updates",
            Self::Query => "queries",
            Self::Method => "direct methods",
            Self::Job => "job operations",
        }
    }
}

/// How much a caller may do.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rate {
    /// Operations that may come at once.
    pub burst: u32,
    /// Operations per second in the long run.
    pub per_second: f64,
}

/// The rates of all classes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rates {
    /// [`Class::Registry`].
    pub registry: Rate,
    /// [`Class::TwinRead`].
    pub twin_read: Rate,
    /// [`Class::TwinWrite`].
    pub twin_write: Rate,
    /// [`Class::Query`].
    pub query: Rate,
    /// [`Class::Method`].
    pub method: Rate,
    /// [`Class::Job`].
    pub job: Rate,
}

/// IoT Hub's largest unit (S3) in spec §9, except where this hub promises more: 100 registry writes per second
/// (checklist, line 130), and methods by their number instead of 24 MB/s of 4 KB each. Ten seconds' worth at once; of
/// queries, a minute's.
impl Default for Rates {
    fn default() -> Self {
        let rate = |per_second: f64, seconds: f64| Rate {
            burst: (per_second * seconds) as u32,
            per_second,
        };
        Self {
            registry: rate(200.0, 10.0),
            twin_read: rate(500.0, 10.0),
            twin_write: rate(250.0, 10.0),
            query: rate(1000.0 / 60.0, 60.0),
            method: rate(6000.0, 10.0),
            job: rate(5000.0 / 60.0, 60.0),
        }
    }
}

impl Rates {
    fn of(&self, class: Class) -> Rate {
        match class {
            Class::Registry => self.registry,
            Class::TwinRead => self.twin_read,
            Class::TwinWrite => self.twin_write,
            Class::Query => self.query,
            Class::Method => self.method,
            Class::Job => self.job,
        }
    }
}

/// Too much: try again in so many whole seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RetryAfter(pub u64);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Operations left at `at`.
    left: f64,
    at: Timestamp,
}

impl Bucket {
    fn at(self, now: Timestamp, rate: Rate) -> Self {
        let passed = now.since(self.at).max(0) as f64 / 1000.0;
        let left = (self.left + passed * rate.per_second).min(f64::from(rate.burst));
        Self { left, at: now }
    }
}

/// The buckets of one hub.
#[derive(Debug, Default)]
pub struct Throttle {
    rates: Rates,
    buckets: Mutex<HashMap<(CallerKey, Class), Bucket>>,
}

impl Throttle {
    /// With rates of one's own.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            ..Self::default()
        }
    }

    /// Counts `operations` of a caller, or says when to come back. A single request may cost more than a whole burst:
    /// it is let in by a full bucket and paid for afterwards.
    pub fn take(
        &self,
        caller: CallerKey,
        class: Class,
        operations: usize,
        now: Timestamp,
    ) -> Result<(), RetryAfter> {
        let rate = self.rates.of(class);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (caller, class);
        if buckets.len() >= MAX_BUCKETS && !buckets.contains_key(&key) {
            self.forget(&mut buckets, now);
        }
        let full = f64::from(rate.burst);
        let bucket = buckets.entry(key).or_insert(Bucket {
            left: full,
            at: now,
        });
        *bucket = bucket.at(now, rate);
        let price = operations as f64;
        let missing = price.min(full) - bucket.left;
        if missing > 0.0 {
            let seconds = (missing / rate.per_second).ceil().max(1.0);
            return Err(RetryAfter(seconds as u64));
        }
        bucket.left -= price;
        Ok(())
    }

    fn forget(&self, buckets: &mut HashMap<(CallerKey, Class), Bucket>, now: Timestamp) {
        buckets.retain(|(_, class), bucket| {
            let rate = self.rates.of(*class);
            bucket.at(now, rate).left < f64::from(rate.burst)
        });
        if buckets.len() >= MAX_BUCKETS {
            buckets.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_core::access::PolicyName;
    use muster_core::ids::PersonId;

    fn throttle() -> Throttle {
        let rate = Rate {
            burst: 10,
            per_second: 2.0,
        };
        Throttle::new(Rates {
            registry: rate,
            twin_read: rate,
            twin_write: rate,
            query: rate,
            method: rate,
            job: rate,
        })
    }

    fn owner() -> CallerKey {
        CallerKey::Policy(PolicyName::Owner)
    }

    #[test]
    fn a_burst_is_let_in_and_the_rest_waits() {
        let throttle = throttle();
        let at = Timestamp::from_millis;
        for _ in 0..10 {
            assert_eq!(throttle.take(owner(), Class::Query, 1, at(0)), Ok(()));
        }
        let check = |ms, want| {
            assert_eq!(
                throttle.take(owner(), Class::Query, 1, at(ms)),
                want,
                "{ms}"
            );
        };
        check(0, Err(RetryAfter(1)));
        check(400, Err(RetryAfter(1)));
        check(500, Ok(()));
        check(600, Err(RetryAfter(1)));
        // A clock that goes back gives nothing and takes nothing.
        check(100, Err(RetryAfter(1)));
    }

    #[test]
    fn callers_and_classes_do_not_share() {
        let throttle = throttle();
        let now = Timestamp::from_millis(0);
        assert_eq!(throttle.take(owner(), Class::Query, 10, now), Ok(()));
        assert_eq!(
            throttle.take(owner(), Class::Query, 4, now),
            Err(RetryAfter(2))
        );
        assert_eq!(throttle.take(owner(), Class::Registry, 10, now), Ok(()));
        let ann = CallerKey::Person(PersonId(1));
        assert_eq!(throttle.take(ann, Class::Query, 10, now), Ok(()));
    }

    #[test]
    fn what_is_larger_than_a_burst_is_paid_for_afterwards() {
        let throttle = throttle();
        let at = Timestamp::from_secs;
        assert_eq!(throttle.take(owner(), Class::Registry, 20, at(0)), Ok(()));
        assert_eq!(
            throttle.take(owner(), Class::Registry, 1, at(5)),
            Err(RetryAfter(1))
        );
        assert_eq!(throttle.take(owner(), Class::Registry, 1, at(6)), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = throttle();
        for number in 0..3 * MAX_BUCKETS {
            let caller = CallerKey::Person(PersonId(number as i64));
            let taken = throttle.take(caller, Class::Query, 1, Timestamp::from_millis(0));
            assert_eq!(taken, Ok(()));
        }
        let buckets = throttle
            .buckets
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        assert!(buckets.len() <= MAX_BUCKETS);
    }

    #[test]
    fn a_hundred_registry_writes_a_second_are_sustained() {
        let throttle = Throttle::default();
        for ms in (0..60_000).step_by(10) {
            let now = Timestamp::from_millis(ms);
            assert_eq!(
                throttle.take(owner(), Class::Registry, 1, now),
                Ok(()),
                "{ms}"
            );
        }
    }
}
