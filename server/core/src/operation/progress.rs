//! When a wave is good, and when too much went wrong.

use super::{Counts, FailureRule, Wave, WaveState};
use crate::time::Timestamp;

/// What becomes of a wave now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Nothing yet.
    Stay,
    /// Enough devices succeeded: it is watched until then.
    Soak(Timestamp),
    /// It is good, and a person has to let the next one go.
    Hold,
    /// The next one goes.
    Pass,
    /// All its devices are through, and too few succeeded.
    Short,
}

/// Judges a wave. Devices that were left out or called off count neither way.
pub fn progress(
    wave: &Wave,
    state: WaveState,
    counts: &Counts,
    soak_until: Option<Timestamp>,
    now: Timestamp,
) -> Progress {
    let after_watch = if wave.manual {
        Progress::Hold
    } else {
        Progress::Pass
    };
    match state {
        WaveState::Later | WaveState::Held | WaveState::Passed => Progress::Stay,
        WaveState::Soaking if soak_until.is_some_and(|until| now < until) => Progress::Stay,
        WaveState::Soaking => after_watch,
        WaveState::Open => {
            let judged = u64::from(counts.total() - counts.skipped - counts.cancelled);
            let enough =
                u64::from(counts.succeeded) * 100 >= judged * u64::from(wave.success_percent);
            match (enough, counts.open()) {
                (true, _) if wave.soak_s > 0 => {
                    Progress::Soak(now.plus_ms(i64::from(wave.soak_s) * 1000))
                }
                (true, _) => after_watch,
                (false, 0) => Progress::Short,
                (false, _) => Progress::Stay,
            }
        }
    }
}

/// Whether too many devices of a wave failed, in words.
pub fn too_many_failed(rule: &FailureRule, counts: &Counts) -> Option<String> {
    let (failed, finished) = (counts.failed, counts.finished());
    if rule.count.is_some_and(|most| failed >= most) {
        return Some(format!("{failed} devices of a wave failed"));
    }
    let percent = rule.percent?;
    let share = u64::from(failed) * 100;
    let over = failed > 0
        && finished >= rule.after.max(1)
        && share >= u64::from(percent) * u64::from(finished);
    over.then(|| {
        format!(
            "{failed} of {finished} finished devices of a wave failed, {percent} % are too many"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{OnFailures, WaveSize};

    const NOW: Timestamp = Timestamp::from_secs(1000);

    #[test]
    fn a_wave_passes_when_it_is_good() {
        let check = |percent, soak_s, manual, state, succeeded, failed, waiting, want| {
            let wave = Wave {
                size: WaveSize::Rest,
                success_percent: percent,
                soak_s,
                manual,
            };
            let counts = Counts {
                succeeded,
                failed,
                waiting,
                skipped: 3,
                ..Counts::default()
            };
            let until = Some(NOW.plus_ms(5_000));
            assert_eq!(progress(&wave, state, &counts, until, NOW), want);
        };
        use Progress::{Hold, Pass, Short, Soak, Stay};
        use WaveState::{Held, Later, Open, Passed, Soaking};
        check(90, 0, false, Open, 9, 0, 1, Pass);
        check(90, 0, false, Open, 8, 0, 2, Stay);
        check(90, 0, false, Open, 8, 2, 0, Short);
        check(90, 0, true, Open, 9, 1, 0, Hold);
        check(90, 5, true, Open, 9, 1, 0, Soak(NOW.plus_ms(5_000)));
        check(100, 0, false, Open, 0, 0, 0, Pass);
        check(90, 5, false, Soaking, 9, 1, 0, Stay);
        check(0, 0, false, Later, 9, 1, 0, Stay);
        check(0, 0, false, Held, 9, 1, 0, Stay);
        check(0, 0, false, Passed, 9, 1, 0, Stay);
        let wave = Wave {
            size: WaveSize::Rest,
            success_percent: 0,
            soak_s: 5,
            manual: false,
        };
        let over = progress(&wave, Soaking, &Counts::default(), Some(NOW), NOW);
        assert_eq!(over, Pass);
    }

    #[test]
    fn failures_are_too_many_by_number_or_share() {
        let check = |count, percent, after, failed, succeeded, want| {
            let rule = FailureRule {
                count,
                percent,
                after,
                then: OnFailures::Stop,
            };
            let counts = Counts {
                failed,
                succeeded,
                ..Counts::default()
            };
            assert_eq!(too_many_failed(&rule, &counts).is_some(), want);
        };
        check(Some(3), None, 0, 2, 0, false);
        check(Some(3), None, 100, 3, 0, true);
        check(None, Some(10), 20, 2, 17, false);
        check(None, Some(10), 20, 2, 18, true);
        check(None, Some(10), 0, 1, 10, false);
        check(None, Some(0), 0, 0, 10, false);
        check(None, Some(0), 0, 1, 10, true);
    }
}
