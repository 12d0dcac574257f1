//! How many devices an operation may begin now, and how many are worked on together.

use std::time::Duration;

use muster_core::time::Timestamp;

/// Devices begun per minute, evenly: a bucket that holds a second's worth.
#[derive(Debug)]
pub(super) struct Pace {
    per_minute: Option<u32>,
    /// Sixty-thousandths of a device, so that a millisecond is a whole number of them.
    level: i64,
    at: Timestamp,
}

const WHOLE: i64 = 60_000;

impl Pace {
    /// Begins with one device: a hub that restarts again and again does not go faster for it.
    pub(super) fn new(per_minute: Option<u32>, now: Timestamp) -> Self {
        Self {
            per_minute,
            level: WHOLE,
            at: now,
        }
    }

    /// Devices that may be begun now; `None` for any number.
    pub(super) fn left(&mut self, now: Timestamp) -> Option<usize> {
        let rate = i64::from(self.per_minute?);
        let passed = now.since(self.at).clamp(0, WHOLE);
        self.at = now;
        self.level = (self.level + passed * rate).min((rate * 1_000).max(WHOLE));
        Some((self.level / WHOLE).max(0) as usize)
    }

    /// So many were begun.
    pub(super) fn take(&mut self, begun: usize) {
        if self.per_minute.is_some() {
            self.level -= begun as i64 * WHOLE;
        }
    }

    /// When the next may be begun, seen from `now`; `None` when one may be now.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<Timestamp> {
        let rate = i64::from(self.per_minute?);
        if self.left(now)? > 0 {
            return None;
        }
        let missing = WHOLE - self.level;
        Some(now.plus_ms((missing + rate - 1) / rate))
    }
}

/// How many devices are changed in one transaction: as many as are done in the time that device traffic may wait.
#[derive(Debug)]
pub(super) struct Stride(usize);

/// Devices in the first transaction, and bounds of what follows from the time it took.
const FIRST: usize = 256;
const FEWEST: usize = 64;
const MOST: usize = 1_024;

/// How long a transaction should take, with the wait for that of the devices before it.
const GOAL: Duration = Duration::from_millis(25);

impl Stride {
    pub(super) fn new() -> Self {
        Self(FIRST)
    }

    pub(super) fn devices(&self) -> usize {
        self.0
    }

    /// So many devices took so long. It grows slowly, and never falls below half at once: some transactions wait for
    /// the disk.
    pub(super) fn took(&mut self, devices: usize, time: Duration) {
        if devices < self.0 && time < GOAL {
            return;
        }
        let fit = devices as f64 * GOAL.as_secs_f64() / time.as_secs_f64().max(1e-6);
        let bounds = (self.0 / 2, self.0 + self.0 / 4);
        self.0 = (fit as usize).clamp(bounds.0, bounds.1).clamp(FEWEST, MOST);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_many_as_are_done_in_time() {
        let after = |per_device: Duration| {
            let mut stride = Stride::new();
            for _ in 0..20 {
                let devices = stride.devices();
                stride.took(devices, per_device * devices as u32);
            }
            stride.devices()
        };
        assert!((490..=500).contains(&after(Duration::from_micros(50))));
        assert_eq!(after(Duration::from_micros(1)), MOST);
        assert_eq!(after(Duration::from_millis(10)), FEWEST);
        let mut stride = Stride::new();
        stride.took(3, Duration::from_millis(1));
        assert_eq!(stride.devices(), FIRST, "a few say nothing");
        stride.took(FIRST, Duration::from_secs(5));
        assert_eq!(stride.devices(), FIRST / 2, "one that waited says little");
    }

    #[test]
    fn so_many_per_minute() {
        let at = Timestamp::from_millis;
        let mut pace = Pace::new(Some(120), at(0));
        assert_eq!(pace.left(at(0)), Some(1));
        pace.take(1);
        assert_eq!(pace.left(at(0)), Some(0));
        assert_eq!(pace.next(at(0)), Some(at(500)));
        assert_eq!(pace.left(at(500)), Some(1));
        assert_eq!(pace.next(at(500)), None);
        let mut begun = 0;
        for ms in (500..60_500).step_by(100) {
            let left = pace.left(at(ms)).unwrap_or(0);
            pace.take(left);
            begun += left;
        }
        assert_eq!(begun, 120);
        assert_eq!(Pace::new(None, at(0)).left(at(0)), None);
        let mut slow = Pace::new(Some(1), at(0));
        slow.take(1);
        assert_eq!(slow.next(at(0)), Some(at(60_000)));
    }

    proptest! {
        #[test]
        fn no_minute_has_more_than_the_rate(
            rate in 1..3_000_u32,
            looks in prop::collection::vec((0..3_000_i64, 0..400_usize), 1..150),
        ) {
            let mut now = Timestamp::from_millis(0);
            let mut pace = Pace::new(Some(rate), now);
            let mut begun: Vec<(Timestamp, usize)> = Vec::new();
            for (later, wish) in looks {
                now = now.plus_ms(later);
                let devices = pace.left(now).unwrap_or(0).min(wish);
                pace.take(devices);
                begun.push((now, devices));
            }
            // And the second's worth that may have been saved up.
            let most = rate as usize + (rate as usize / 60).max(1);
            for (start, _) in &begun {
                let minute = begun.iter().filter(|(at, _)| (0..60_000).contains(&at.since(*start)));
                let devices: usize = minute.map(|(_, devices)| devices).sum();
                prop_assert!(devices <= most, "{devices} begun from {start:?} on, {rate} are allowed");
            }
        }
    }
}
