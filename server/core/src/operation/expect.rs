//! What is to come of an operation under way, as far as that can be told from what it has done.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Devices that must be through before a rate says anything.
const ENOUGH: u32 = 10;

/// How long a wave must be open before its rate says anything.
const LONG_ENOUGH_MS: i64 = 30_000;

/// Devices of an operation under way, by what they wait for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// When the open wave opened.
    pub opened: Option<Timestamp>,
    /// Its devices that are through.
    pub finished: u32,
    /// Devices at work, and those that wait for nothing but their turn.
    pub moving: u32,
    /// Devices that wait for a window to open, or for service hours to end.
    pub timed: u32,
    /// When that comes about for the first of them.
    pub opens: Option<Timestamp>,
    /// Devices that wait for anything else.
    pub unforeseen: u32,
    /// Devices of waves that have not opened.
    pub later: u32,
}

/// What is expected.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Expectation {
    /// Devices whose turn is now.
    pub moving: u32,
    /// When they are through if it goes on as it did since the wave opened; `None` while that cannot be told.
    pub by: Option<Timestamp>,
    /// Devices that wait for a window to open, or for service hours to end.
    pub timed: u32,
    /// When that comes about for the first of them, where it is known.
    pub opens: Option<Timestamp>,
    /// Devices that wait for what nobody can foresee: a connection, a condition, another operation.
    pub unforeseen: u32,
    /// Devices of waves that have not opened.
    pub later: u32,
}

impl Standing {
    /// What is expected at a moment; `None` when nothing is left.
    pub fn expectation(&self, now: Timestamp) -> Option<Expectation> {
        let left = [self.moving, self.timed, self.unforeseen, self.later];
        if left.iter().all(|devices| *devices == 0) {
            return None;
        }
        Some(Expectation {
            moving: self.moving,
            by: self.by(now),
            timed: self.timed,
            opens: self.opens.filter(|at| *at > now),
            unforeseen: self.unforeseen,
            later: self.later,
        })
    }

    /// Clocks are set now and then: a wave that opened in the future has no rate.
    fn by(&self, now: Timestamp) -> Option<Timestamp> {
        let elapsed = now.since(self.opened?);
        if self.moving == 0 || self.finished < ENOUGH || elapsed < LONG_ENOUGH_MS {
            return None;
        }
        let left = i128::from(elapsed) * i128::from(self.moving) / i128::from(self.finished);
        Some(now.plus_ms(i64::try_from(left).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_needs_time_and_devices() {
        let now = Timestamp::from_secs(10_000);
        let check = |ago_s: i64, finished, moving, want_s: Option<i64>| {
            let standing = Standing {
                opened: Some(Timestamp::from_secs(10_000 - ago_s)),
                finished,
                moving,
                later: 1,
                ..Standing::default()
            };
            let by = standing.expectation(now).and_then(|expected| expected.by);
            let want = want_s.map(|s| Timestamp::from_secs(10_000 + s));
            assert_eq!(by, want, "{finished} in {ago_s} s, {moving} to go");
        };
        check(60, 100, 100, Some(60));
        check(60, 100, 50, Some(30));
        check(60, 9, 100, None);
        check(29, 100, 100, None);
        check(60, 100, 0, None);
        // Its clock was set back.
        check(-3_600, 100, 100, None);
    }

    #[test]
    fn nothing_left_is_nothing_to_expect() {
        let now = Timestamp::from_secs(10_000);
        assert_eq!(Standing::default().expectation(now), None);
        let past = Standing {
            timed: 3,
            opens: Some(Timestamp::from_secs(9_000)),
            ..Standing::default()
        };
        let expected = past
            .expectation(now)
            .map(|found| (found.timed, found.opens));
        assert_eq!(expected, Some((3, None)), "what is over is not to come");
    }
}
