//! What a plan must be before anybody looks at devices.

use serde_json::Value;

use super::{
    How, MAX_ATTEMPTS, MAX_GATES, MAX_NAMED, MAX_TITLE, MAX_WAVES, Plan, Target, Task, WaveSize,
};
use crate::device::MAX_STATUS_REASON;
use crate::gate::Gate;
use crate::time::Timestamp;
use crate::twin::limits::{MAX_PROPERTIES, MAX_TAGS, check_section};
use crate::twin::merge::without_nulls;

/// Longest pause, soak or timeout of a plan, in seconds: 90 days.
pub const MAX_DELAY_S: u32 = 90 * 24 * 3600;

/// What is wrong with a plan, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadPlan(pub String);

fn bad<T>(text: impl Into<String>) -> Result<T, BadPlan> {
    Err(BadPlan(text.into()))
}

impl Plan {
    /// Checks all that can be judged without the fleet. Conditions are parsed, and names looked up, by the hub.
    pub fn check(&self, now: Timestamp) -> Result<(), BadPlan> {
        let title = self.title.trim();
        if title.is_empty() || title.chars().count() > MAX_TITLE {
            return bad(format!(
                "an operation needs a title of 1 to {MAX_TITLE} characters"
            ));
        }
        check_task(&self.task, now)?;
        if let Target::Devices { ids } = &self.target {
            if ids.is_empty() {
                return bad("no device is named; name at least one, or give a condition");
            }
            if ids.len() > MAX_NAMED {
                return bad(format!(
                    "{} devices are named; more than {MAX_NAMED} need a condition",
                    ids.len()
                ));
            }
        }
        check_how(&self.how, now)?;
        let fixed = matches!(self.target, Target::Devices { .. });
        if self.how.newcomers && fixed {
            return bad("devices that are named one by one have no newcomers; give a condition");
        }
        Ok(())
    }
}

fn check_task(task: &Task, now: Timestamp) -> Result<(), BadPlan> {
    match task {
        Task::UpdateTwin { tags, desired } => {
            if is_empty(tags.as_ref()) && is_empty(desired.as_ref()) {
                return bad("the patch is empty; name at least one tag or desired property");
            }
            check_patch("tags", tags.as_ref(), MAX_TAGS)?;
            check_patch("desired", desired.as_ref(), MAX_PROPERTIES)
        }
        Task::InvokeMethod {
            connect_timeout_s,
            response_timeout_s,
            ..
        } => {
            let seconds = |s: u16| std::time::Duration::from_secs(s.into());
            crate::method::check_timeouts(seconds(*connect_timeout_s), seconds(*response_timeout_s))
                .map_err(|error| BadPlan(error.to_string()))
        }
        Task::InstallFirmware { soak_s, .. } => check_delay("the soak time", *soak_s),
        Task::ChangeStage { reason, .. } | Task::SetEnabled { reason, .. } => {
            if reason.chars().count() > MAX_STATUS_REASON {
                return bad(format!(
                    "a reason has at most {MAX_STATUS_REASON} characters"
                ));
            }
            Ok(())
        }
        Task::RestoreDesired { at } if *at > now => {
            bad("the moment to go back to has not come; choose one that is over")
        }
        Task::RotateKeys
        | Task::Delete
        | Task::RestoreDesired { .. }
        | Task::Import { .. }
        | Task::Export { .. } => Ok(()),
    }
}

fn is_empty(patch: Option<&Value>) -> bool {
    match patch {
        None => true,
        Some(Value::Object(patch)) => patch.is_empty(),
        Some(_) => false,
    }
}

/// The rules of a section hold for what the patch leaves, as far as that can be told without the device. A patch of
/// null would clear the section: too much for a whole fleet.
fn check_patch(section: &'static str, patch: Option<&Value>, limit: usize) -> Result<(), BadPlan> {
    let Some(patch) = patch else { return Ok(()) };
    let Value::Object(patch) = patch else {
        return bad(format!("{section} must be a JSON object"));
    };
    check_section(section, &without_nulls(patch), limit).map_err(|error| BadPlan(error.to_string()))
}

fn check_delay(what: &str, seconds: u32) -> Result<(), BadPlan> {
    if seconds > MAX_DELAY_S {
        return bad(format!("{what} is longer than 90 days"));
    }
    Ok(())
}

fn check_how(how: &How, now: Timestamp) -> Result<(), BadPlan> {
    check_times(how, now)?;
    check_waves(how)?;
    if how.gates.len() > MAX_GATES {
        return bad(format!("an operation has at most {MAX_GATES} gates"));
    }
    for gate in &how.gates {
        let empty = match gate {
            Gate::Window { window: name }
            | Gate::Calendar { calendar: name }
            | Gate::Place { place: name, .. }
            | Gate::Condition { text: name, .. } => name.trim().is_empty(),
            Gate::Online => false,
        };
        if empty {
            return bad("a gate has no name or condition; fill it in or take the gate out");
        }
    }
    if how.limits.per_minute == Some(0) || how.limits.in_flight == Some(0) {
        return bad("a limit of 0 would never let a device begin; leave it out for no limit");
    }
    if !(1..=MAX_ATTEMPTS).contains(&how.attempts) {
        return bad(format!("a device has 1 to {MAX_ATTEMPTS} attempts"));
    }
    check_delay("the pause between attempts", how.retry_after_s)?;
    check_delay("the timeout", how.timeout_s)?;
    if let Some(rule) = &how.failures {
        if rule.count.is_none() && rule.percent.is_none() {
            return bad("the failure rule needs a number or a percentage");
        }
        if rule.count == Some(0) || rule.percent.is_some_and(|percent| percent > 100) {
            return bad("a failure rule counts from 1, or from 0 to 100 percent");
        }
    }
    Ok(())
}

fn check_times(how: &How, now: Timestamp) -> Result<(), BadPlan> {
    let start = how.starts_at.unwrap_or(now).max(now);
    match how.expires_at {
        Some(end) if end <= start => {
            bad("it would expire before it starts; choose a later end or an earlier start")
        }
        _ => Ok(()),
    }
}

fn check_waves(how: &How) -> Result<(), BadPlan> {
    let waves = &how.waves;
    if waves.len() > MAX_WAVES {
        return bad(format!("an operation has at most {MAX_WAVES} waves"));
    }
    for (index, wave) in waves.iter().enumerate() {
        let number = index + 1;
        let last = number == waves.len();
        match &wave.size {
            WaveSize::Rest if !last => {
                return bad(format!(
                    "wave {number} takes the rest; only the last wave can"
                ));
            }
            size if last && *size != WaveSize::Rest => {
                return bad("the last wave takes the rest, so that no device is left out; add one");
            }
            WaveSize::Count { devices: 0 } => {
                return bad(format!("wave {number} has no device; give it at least one"));
            }
            WaveSize::Permille { share } if !(1..=1000).contains(share) => {
                return bad(format!(
                    "the share of wave {number} is 1 to 1000 thousandths"
                ));
            }
            WaveSize::Query { text } if text.trim().is_empty() => {
                return bad(format!(
                    "wave {number} has no condition; give it one or a number"
                ));
            }
            _ => {}
        }
        if wave.success_percent > 100 {
            return bad(format!("wave {number} asks for more than 100 percent"));
        }
        check_delay("the soak time of a wave", wave.soak_s)?;
    }
    let shares: u32 = waves
        .iter()
        .map(|wave| match wave.size {
            WaveSize::Permille { share } => share.into(),
            _ => 0,
        })
        .sum();
    if shares > 1000 {
        return bad("the shares of the waves are more than the whole; make them smaller");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use serde_json::json;

    use super::*;
    use crate::ids::DeviceId;
    use crate::operation::{FailureRule, Limits, Offline, OnFailures, Wave};

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn plan() -> Plan {
        Plan {
            title: "Slow down".into(),
            task: Task::UpdateTwin {
                tags: None,
                desired: Some(json!({ "interval": 60 })),
            },
            target: Target::Query {
                text: String::new(),
            },
            how: How {
                starts_at: None,
                expires_at: None,
                waves: Vec::new(),
                gates: Vec::new(),
                limits: Limits::default(),
                offline: Offline::Wait,
                attempts: 1,
                retry_after_s: 0,
                timeout_s: 60,
                newcomers: false,
                failures: None,
            },
        }
    }

    fn wave(size: WaveSize) -> Wave {
        Wave {
            size,
            success_percent: 90,
            soak_s: 0,
            manual: false,
        }
    }

    #[test]
    fn each_fault_has_its_own_words() {
        let check = |change: &dyn Fn(&mut Plan), want: &str| {
            let mut plan = plan();
            change(&mut plan);
            let got = plan
                .check(NOW)
                .map_or_else(|error| error.0, |()| "fine".into());
            assert!(got.contains(want), "{got:?} does not say {want:?}");
        };
        let waves = |sizes: Vec<WaveSize>| {
            move |plan: &mut Plan| plan.how.waves = sizes.iter().cloned().map(wave).collect()
        };
        check(&|_| {}, "fine");
        check(&|plan| plan.title = " ".into(), "title");
        check(&|plan| plan.title = "x".repeat(121), "title");
        check(
            &|plan| {
                plan.task = Task::UpdateTwin {
                    tags: Some(json!({})),
                    desired: None,
                }
            },
            "empty",
        );
        check(
            &|plan| {
                plan.task = Task::UpdateTwin {
                    tags: Some(json!(1)),
                    desired: None,
                }
            },
            "JSON object",
        );
        check(
            &|plan| {
                plan.task = Task::UpdateTwin {
                    tags: Some(json!({"a.b": 1})),
                    desired: None,
                }
            },
            "key",
        );
        check(
            &|plan| plan.target = Target::Devices { ids: vec![] },
            "no device",
        );
        check(
            &|plan| {
                plan.target = Target::Devices {
                    ids: vec![DeviceId::new("a").unwrap()],
                };
                plan.how.newcomers = true;
            },
            "newcomers",
        );
        check(&|plan| plan.how.expires_at = Some(NOW), "expire");
        check(&|plan| plan.how.attempts = 0, "attempts");
        check(&|plan| plan.how.attempts = 11, "attempts");
        check(&|plan| plan.how.timeout_s = u32::MAX, "timeout");
        check(&|plan| plan.how.limits.in_flight = Some(0), "limit");
        check(
            &waves(vec![WaveSize::Rest, WaveSize::Rest]),
            "only the last",
        );
        check(&waves(vec![WaveSize::Count { devices: 10 }]), "the rest");
        check(
            &waves(vec![WaveSize::Count { devices: 0 }, WaveSize::Rest]),
            "at least one",
        );
        check(
            &waves(vec![WaveSize::Permille { share: 0 }, WaveSize::Rest]),
            "thousandths",
        );
        check(
            &waves(vec![WaveSize::Permille { share: 1001 }, WaveSize::Rest]),
            "thousandths",
        );
        let halves = vec![WaveSize::Permille { share: 600 }; 2];
        check(&waves([halves, vec![WaveSize::Rest]].concat()), "the whole");
        check(
            &waves(vec![WaveSize::Count { devices: 10 }, WaveSize::Rest]),
            "fine",
        );
        let rule = |count, percent| {
            move |plan: &mut Plan| {
                plan.how.failures = Some(FailureRule {
                    count,
                    percent,
                    after: 0,
                    then: OnFailures::Stop,
                });
            }
        };
        check(&rule(None, None), "failure rule");
        check(&rule(Some(0), None), "failure rule");
        check(&rule(None, Some(101)), "failure rule");
        check(&rule(Some(3), Some(10)), "fine");
    }
}
