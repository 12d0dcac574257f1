//! From a plan back to what somebody would have typed, to begin another like it.

use muster_core::gate::Gate;
use muster_core::lifecycle::Step;
use muster_core::operation::{
    FailureRule, How, Offline, OnFailures, Plan, Target, Task, Wave, WaveSize,
};
use serde_json::Value;

use crate::panels::payload::written;
use crate::rpc::operations::draft::{self, ConditionForm, Draft, WaveForm, What, Who};

/// The draft.
pub fn draft_of(plan: Plan) -> Draft {
    let mut what = what(plan.task);
    what.title = plan.title;
    Draft {
        what,
        who: match plan.target {
            Target::Query { text } => Who {
                by: "query".to_owned(),
                filter: text,
                ids: String::new(),
            },
            Target::Devices { ids } => Who {
                by: "ids".to_owned(),
                filter: String::new(),
                ids: ids
                    .iter()
                    .map(|id| id.as_str())
                    .collect::<Vec<_>>()
                    .join("\n"),
            },
        },
        how: how(plan.how),
    }
}

fn what(task: Task) -> What {
    let mut what = What {
        kind: task.kind().as_str().to_owned(),
        ..What::default()
    };
    let document = |patch: Option<Value>| patch.map_or(String::new(), |patch| written(&patch));
    match task {
        Task::UpdateTwin { tags, desired } => {
            what.tags = document(tags);
            what.desired = document(desired);
        }
        Task::InvokeMethod {
            name,
            payload,
            connect_timeout_s,
            response_timeout_s,
        } => {
            what.method = name.as_str().to_owned();
            what.payload = match payload {
                Value::Null => String::new(),
                payload => written(&payload),
            };
            what.connect = connect_timeout_s.to_string();
            what.response = response_timeout_s.to_string();
        }
        Task::InstallFirmware {
            artifact,
            healthy_check_ins,
            soak_s,
            back_to,
        } => {
            what.artifact = artifact;
            what.back_to = back_to.unwrap_or_default();
            what.check_ins = healthy_check_ins.to_string();
            what.soak = format!("{soak_s} s");
        }
        Task::ChangeStage { step, reason } => {
            what.step = match step {
                Step::EnterMaintenance => "enter_maintenance",
                Step::LeaveMaintenance => "leave_maintenance",
                Step::Retire => "retire",
                Step::Provision | Step::FirstContact => "",
            }
            .to_owned();
            what.reason = reason;
        }
        Task::SetEnabled { enabled, reason } => {
            what.enabled = enabled.to_string();
            what.reason = reason;
        }
        Task::RestoreDesired { at } => what.at = crate::format::iso(at.millis()),
        Task::Export { without_keys } => what.without_keys = flag(without_keys),
        Task::RotateKeys | Task::Delete | Task::Import { .. } => {}
    }
    what
}

fn how(how: How) -> draft::How {
    let number = |n: Option<u32>| n.map_or(String::new(), |n| n.to_string());
    let rule = how.failures.as_ref();
    let mut form = draft::How {
        waves: if how.waves.is_empty() { "once" } else { "own" }.to_owned(),
        rows: how.waves.into_iter().map(wave).collect(),
        per_minute: number(how.limits.per_minute),
        in_flight: number(how.limits.in_flight),
        offline: match how.offline {
            Offline::Fail => "fail",
            Offline::Wait => "wait",
            Offline::NextContact => "next_contact",
        }
        .to_owned(),
        attempts: how.attempts.to_string(),
        retry_after: format!("{} s", how.retry_after_s),
        timeout: format!("{} s", how.timeout_s),
        newcomers: flag(how.newcomers),
        fail_percent: number(rule.and_then(|rule| rule.percent).map(u32::from)),
        fail_count: number(rule.and_then(|rule| rule.count)),
        fail_after: number(rule.map(|rule| rule.after)),
        fail_then: match rule {
            Some(FailureRule {
                then: OnFailures::Stop,
                ..
            }) => "stop",
            Some(FailureRule {
                then: OnFailures::RollBack,
                ..
            }) => "roll_back",
            _ => "pause",
        }
        .to_owned(),
        // Moments of the other operation have passed.
        ..draft::How::default()
    };
    for gate in how.gates {
        match gate {
            Gate::Window { window } => form.window = window,
            Gate::Calendar { calendar } => form.calendar = calendar,
            Gate::Place { place, inside } => {
                form.place = place;
                form.place_side = if inside { "inside" } else { "outside" }.to_owned();
            }
            Gate::Online => form.online = flag(true),
            Gate::Condition { label, text } => form.conditions.push(ConditionForm { label, text }),
        }
    }
    form
}

fn wave(wave: Wave) -> WaveForm {
    let (kind, value) = match wave.size {
        WaveSize::Count { devices } => ("count", devices.to_string()),
        WaveSize::Permille { share } => ("percent", (f64::from(share) / 10.0).to_string()),
        WaveSize::Query { text } => ("query", text),
        WaveSize::Rest => ("rest", String::new()),
    };
    WaveForm {
        kind: kind.to_owned(),
        value,
        success: wave.success_percent.to_string(),
        soak: format!("{} s", wave.soak_s),
        manual: flag(wave.manual),
    }
}

fn flag(on: bool) -> String {
    if on { "true" } else { "" }.to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::super::plan;
    use super::*;

    /// What can be typed gives a plan, and the plan gives a draft of the same plan.
    #[test]
    fn a_plan_survives_the_way_back() {
        let check = |change: fn(&mut Draft)| {
            let mut draft = Draft::default();
            change(&mut draft);
            let first = plan(&draft).unwrap();
            let second = plan(&draft_of(first.clone())).unwrap();
            assert_eq!(first, second);
        };
        check(|d| {
            d.what.kind = "update_twin".to_owned();
            d.what.desired = r#"{"a": {"b": 1, "c": null}}"#.to_owned();
            d.how.waves = "careful".to_owned();
            d.how.manual = "on".to_owned();
            d.how.power = "on".to_owned();
            d.how.online = "on".to_owned();
            d.how.fail_then = "roll_back".to_owned();
        });
        check(|d| {
            d.what.kind = "invoke_method".to_owned();
            d.what.method = "reboot".to_owned();
            d.what.payload = "{\"delay\": 3}".to_owned();
            d.who.by = "ids".to_owned();
            d.who.ids = "a b".to_owned();
            d.how.newcomers = "on".to_owned();
            d.how.offline = "fail".to_owned();
            d.how.per_minute = "60".to_owned();
        });
        check(|d| {
            d.what.kind = "change_stage".to_owned();
            d.what.step = "retire".to_owned();
            d.what.reason = "worn".to_owned();
            d.how.fail_percent.clear();
        });
        check(|d| {
            d.what.kind = "restore_desired".to_owned();
            d.what.at = "2026-11-22 03:30".to_owned();
        });
    }
}
