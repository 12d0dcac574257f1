//! The life of an alert as far as the device decides it: opening after a time, ending after a time, and calm for those
//! that come and go.

use super::{Alert, State, Why};
use crate::time::Timestamp;

/// An alert that comes back within this time after it was over comes and goes, in milliseconds: 10 minutes.
pub const FLAP_WITHIN_MS: i64 = 10 * 60 * 1000;

/// How often it must have come back to be called flapping.
pub const FLAPPING: u32 = 3;

/// How long a flapping alert must be calm until it is over, in milliseconds: 15 minutes.
pub const FLAP_QUIET_MS: i64 = 15 * 60 * 1000;

/// The times of a rule, in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// How long the condition must hold.
    pub for_ms: i64,
    /// How long it must not hold.
    pub clear_for_ms: i64,
}

/// What a look at a device says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    /// The condition holds.
    Holds,
    /// It does not hold, and what would end an alert does not hold either.
    Between,
    /// What ends an alert holds.
    Cleared,
    /// The rule does not look at the device now.
    OutOfSight,
}

/// What becomes of the alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Nothing.
    Stay,
    /// It begins to wait, until this moment.
    Begin(Timestamp),
    /// It opens.
    Open,
    /// It had not opened, and is forgotten.
    Forget,
    /// It is over by itself at this moment, or no longer so.
    Clearing(Option<Timestamp>),
    /// It is over.
    Resolve(Why),
}

/// What becomes of the living alert of a device and rule, or of none, after a look at the device.
pub fn next(alert: Option<&Alert>, seen: Seen, timing: Timing, now: Timestamp) -> Next {
    let Some(alert) = alert.filter(|alert| alert.state != State::Resolved) else {
        return match seen {
            Seen::Holds if timing.for_ms == 0 => Next::Open,
            Seen::Holds => Next::Begin(now.plus_ms(timing.for_ms)),
            Seen::Between | Seen::Cleared | Seen::OutOfSight => Next::Stay,
        };
    };
    if alert.state == State::Pending {
        return match seen {
            // A clock that was set back, or a rule that got shorter, keeps nobody waiting longer than the rule says.
            Seen::Holds if is_over(alert.due_at, now, timing.for_ms) => Next::Open,
            Seen::Holds => Next::Stay,
            Seen::Between | Seen::Cleared | Seen::OutOfSight => Next::Forget,
        };
    }
    let calm = if alert.is_flapping() {
        timing.clear_for_ms.max(FLAP_QUIET_MS)
    } else {
        timing.clear_for_ms
    };
    match seen {
        Seen::OutOfSight => Next::Resolve(Why::OutOfSight),
        Seen::Holds | Seen::Between if alert.due_at.is_some() => Next::Clearing(None),
        Seen::Holds | Seen::Between => Next::Stay,
        Seen::Cleared if calm == 0 => Next::Resolve(Why::Cleared),
        Seen::Cleared if alert.due_at.is_none() => Next::Clearing(Some(now.plus_ms(calm))),
        Seen::Cleared if is_over(alert.due_at, now, calm) => Next::Resolve(Why::Cleared),
        Seen::Cleared => Next::Stay,
    }
}

/// Whether the moment has come, or lies further away than it can.
fn is_over(due: Option<Timestamp>, now: Timestamp, longest_ms: i64) -> bool {
    due.is_none_or(|due| due <= now || due > now.plus_ms(longest_ms))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::super::example::draft;
    use super::super::{Act, AlertId, RuleId};
    use super::*;
    use proptest::prelude::*;

    /// Does what [`next`] says, as the hub does it.
    fn step(alert: &mut Option<Alert>, seen: Seen, timing: Timing, now: Timestamp) -> Next {
        let said = next(alert.as_ref(), seen, timing, now);
        let begin = |due| {
            let mut begun = Alert::pending((RuleId(1), &draft()), None, String::new(), now, due);
            begun.id = AlertId(1);
            begun
        };
        let acts = |alert: &mut Option<Alert>, act: Act| {
            alert.as_mut().unwrap().apply(act, None, now).unwrap();
        };
        match said {
            Next::Stay => {}
            Next::Begin(due) => *alert = Some(begin(due)),
            Next::Open => {
                let living = alert.take().filter(|alert| alert.state == State::Pending);
                *alert = Some(living.unwrap_or_else(|| begin(now)));
                acts(alert, Act::Open);
            }
            Next::Forget => *alert = None,
            Next::Clearing(due) => acts(alert, Act::Clearing(due)),
            Next::Resolve(why) => acts(alert, Act::Resolve(why)),
        }
        said
    }

    fn seen() -> impl Strategy<Value = Seen> {
        prop_oneof![
            4 => Just(Seen::Holds),
            1 => Just(Seen::Between),
            4 => Just(Seen::Cleared),
            1 => Just(Seen::OutOfSight),
        ]
    }

    proptest! {
        /// The model keeps since when each answer has been the same, and works out the state from that alone.
        #[test]
        fn alerts_open_and_end_after_their_times(
            for_ms in prop_oneof![Just(0), 1..50_i64],
            clear_for_ms in prop_oneof![Just(0), 1..50_i64],
            looks in proptest::collection::vec((seen(), 1..30_i64), 1..60),
        ) {
            let timing = Timing { for_ms, clear_for_ms };
            let (mut alert, mut now) = (None, Timestamp::from_secs(1));
            let (mut held, mut cleared, mut active) = (None, None, false);
            for (seen, later) in looks {
                now = now.plus_ms(later);
                step(&mut alert, seen, timing, now);
                held = (seen == Seen::Holds).then(|| held.unwrap_or(now));
                cleared = (seen == Seen::Cleared && active).then(|| cleared.unwrap_or(now));
                if active {
                    let calm = cleared.is_some_and(|since: Timestamp| now.since(since) >= clear_for_ms);
                    active = !(calm || seen == Seen::OutOfSight);
                    if !active { cleared = None; held = None; }
                } else {
                    active = held.is_some_and(|since: Timestamp| now.since(since) >= for_ms);
                }
                let is_active = alert.as_ref().is_some_and(|alert| alert.state.is_active());
                prop_assert_eq!(is_active, active, "at {:?} after {:?}", now, seen);
                let pending = alert.as_ref().is_some_and(|alert| alert.state == State::Pending);
                prop_assert_eq!(pending, !active && held.is_some());
            }
        }
    }

    #[test]
    fn what_comes_and_goes_must_be_calm_for_longer() {
        let timing = Timing {
            for_ms: 0,
            clear_for_ms: 0,
        };
        let now = Timestamp::from_secs(1000);
        let mut alert = None;
        step(&mut alert, Seen::Holds, timing, now);
        alert.as_mut().unwrap().flaps = FLAPPING;
        let said = step(&mut alert, Seen::Cleared, timing, now);
        assert_eq!(said, Next::Clearing(Some(now.plus_ms(FLAP_QUIET_MS))));
        let said = step(&mut alert, Seen::Holds, timing, now.plus_ms(5));
        assert_eq!(said, Next::Clearing(None));
        step(&mut alert, Seen::Cleared, timing, now.plus_ms(9));
        let said = step(
            &mut alert,
            Seen::Cleared,
            timing,
            now.plus_ms(9 + FLAP_QUIET_MS),
        );
        assert_eq!(said, Next::Resolve(Why::Cleared));
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_waiting() {
        let timing = Timing {
            for_ms: 1000,
            clear_for_ms: 1000,
        };
        let now = Timestamp::from_secs(1_000_000);
        let mut alert = None;
        step(&mut alert, Seen::Holds, timing, now);
        let earlier = now.plus_ms(-500_000);
        assert_eq!(step(&mut alert, Seen::Holds, timing, earlier), Next::Open);
    }
}
