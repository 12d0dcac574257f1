//! How many devices an operation may begin now.

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
