//! A plan in sentences. Pages carry the sentences, so that browsers need not know plans.

use muster_core::gate::Gate;
use muster_core::lifecycle::Step;
use muster_core::operation::{
    FailureRule, How, Offline, OnFailures, Plan, Target, Task, Wave, WaveSize,
};
use serde_json::Value;

use super::wire::{GateRow, Holds, PlanFact};
use crate::format::{self, plural};
use crate::panels::twin::tree;

/// Properties that are named one by one; more are counted.
const NAMED: usize = 3;

/// Longest value that is written out, in characters.
const MAX_VALUE: usize = 48;

/// What is done, and to how many devices once that is known.
pub fn what(plan: &Plan, devices: Option<u64>) -> String {
    let on = match (devices, &plan.target) {
        (Some(n), _) => plural(n, "device", "devices"),
        (None, Target::Devices { ids }) => plural(ids.len() as u64, "device", "devices"),
        (None, Target::Query { text }) if text.is_empty() => "the whole fleet".to_owned(),
        (None, Target::Query { .. }) => "devices that match".to_owned(),
    };
    match &plan.task {
        Task::UpdateTwin { tags, desired } => format!("{} on {on}", changes(tags, desired)),
        Task::InvokeMethod { name, .. } => format!("Call {} on {on}", name.as_str()),
        Task::InstallFirmware { artifact, .. } => {
            format!("Install firmware {} on {on}", short_hash(artifact))
        }
        Task::ChangeStage { step, .. } => match step {
            Step::Provision => format!("Provision {on}"),
            Step::FirstContact => format!("Make {on} active"),
            Step::EnterMaintenance => format!("Put {on} into maintenance"),
            Step::LeaveMaintenance => format!("Put {on} back into service"),
            Step::Retire => format!("Retire {on}"),
        },
        Task::SetEnabled { enabled: true, .. } => format!("Enable {on}"),
        Task::SetEnabled { enabled: false, .. } => format!("Disable {on}"),
        Task::RotateKeys => format!("Rotate the keys of {on}"),
        Task::Delete => format!("Delete {on} with their twins"),
        Task::RestoreDesired { at } => {
            let at = format::utc(at.millis());
            format!("Bring desired properties of {on} back to {at}")
        }
        Task::Import { file } => format!("Import devices from {file}"),
        Task::Export { without_keys: true } => format!("Export {on} without keys"),
        Task::Export { .. } => format!("Export {on} with keys"),
    }
}

/// What a plan is called that nobody named.
pub fn title(task: &Task) -> String {
    let title = match task {
        Task::UpdateTwin { tags, desired } => changes(tags, desired),
        Task::InvokeMethod { name, .. } => format!("Call {}", name.as_str()),
        Task::InstallFirmware { artifact, .. } => {
            format!("Install firmware {}", short_hash(artifact))
        }
        Task::ChangeStage { step, .. } => match step {
            Step::Provision => "Provision devices",
            Step::FirstContact => "Make devices active",
            Step::EnterMaintenance => "Put devices into maintenance",
            Step::LeaveMaintenance => "Put devices back into service",
            Step::Retire => "Retire devices",
        }
        .to_owned(),
        Task::SetEnabled { enabled: true, .. } => "Enable devices".to_owned(),
        Task::SetEnabled { enabled: false, .. } => "Disable devices".to_owned(),
        Task::RotateKeys => "Rotate keys".to_owned(),
        Task::Delete => "Delete devices".to_owned(),
        Task::RestoreDesired { .. } => "Restore desired properties".to_owned(),
        Task::Import { .. } => "Import devices".to_owned(),
        Task::Export { .. } => "Export devices".to_owned(),
    };
    title
        .chars()
        .take(muster_core::operation::MAX_TITLE)
        .collect()
}

fn short_hash(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// "Set desired a = 1 and tags.b = 'x', and remove tags.c".
fn changes(tags: &Option<Value>, desired: &Option<Value>) -> String {
    let (mut set, mut gone) = (Vec::new(), Vec::new());
    let sections = [("desired ", desired), ("tags.", tags)];
    for (section, patch) in sections {
        let patch = patch.as_ref().and_then(Value::as_object);
        for (path, value) in patch.map(tree::leaves).unwrap_or_default() {
            let path = format!("{section}{}", tree::dotted(&path));
            if value.is_null() {
                gone.push(path);
            } else {
                set.push(format!("{path} = {}", shown(value)));
            }
        }
    }
    match (named(&set), named(&gone)) {
        (Some(set), Some(gone)) => format!("Set {set}, and remove {gone}"),
        (Some(set), None) => format!("Set {set}"),
        (None, Some(gone)) => format!("Remove {gone}"),
        (None, None) => "Change nothing".to_owned(),
    }
}

fn named(parts: &[String]) -> Option<String> {
    let mut names: Vec<String> = parts.iter().take(NAMED).cloned().collect();
    if parts.len() > NAMED {
        names.push(format!("{} more", parts.len() - NAMED));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| format::list(&names))
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= MAX_VALUE {
        return text;
    }
    let begin: String = text.chars().take(MAX_VALUE).collect();
    format!("{begin}…")
}

/// Whom it is for.
pub fn who(target: &Target) -> String {
    match target {
        Target::Query { text } if text.is_empty() => "The whole fleet".to_owned(),
        Target::Query { text } => format!("Devices where {text}"),
        Target::Devices { ids } => {
            let n = plural(ids.len() as u64, "named device", "named devices");
            format::sentence(&n).trim_end_matches('.').to_owned()
        }
    }
}

/// What it means that a device is done.
pub fn good(task: &Task) -> String {
    match task {
        Task::UpdateTwin { desired, .. } => match desired {
            Some(_) => "Done means: the twin is written; the device takes desired values when it reads them".to_owned(),
            None => "Done means: the tags are written".to_owned(),
        },
        Task::InvokeMethod { .. } => "Done means: the device answered with a status from 200 to 299".to_owned(),
        Task::InstallFirmware { healthy_check_ins, soak_s, .. } => {
            let contacts = plural(u64::from(*healthy_check_ins), "contact", "contacts");
            let soak = match soak_s {
                0 => String::new(),
                s => format!(" and {} without trouble", span(*s)),
            };
            format!("Done means: on the new version, {contacts}{soak}")
        }
        _ => "Done means: the hub has written it".to_owned(),
    }
}

/// A time in seconds: `30 min`.
pub fn span(seconds: u32) -> String {
    format::duration(i64::from(seconds) * 1000)
}

/// The part of a wave.
pub fn size(wave: &WaveSize) -> String {
    match wave {
        WaveSize::Count { devices } => plural(u64::from(*devices), "device", "devices"),
        WaveSize::Permille { share } => {
            let digits = usize::from(share % 10 != 0);
            format!("{}%", format::decimal(f64::from(*share) / 10.0, digits))
        }
        WaveSize::Query { text } => format!("Where {text}"),
        WaveSize::Rest => "Remaining devices".to_owned(),
    }
}

/// What opens the wave after this one.
pub fn wave_gate(wave: &Wave) -> String {
    let share = format!("{}% done", wave.success_percent);
    let soak = match wave.soak_s {
        0 => String::new(),
        s => format!(", then {} of watching", span(s)),
    };
    let person = if wave.manual { ", then a person" } else { "" };
    format!("{share}{soak}{person}")
}

/// How, in terms and words.
pub fn facts(how: &How) -> Vec<PlanFact> {
    let mut facts = Vec::new();
    let mut fact = |term: &str, words: String| {
        facts.push(PlanFact {
            term: term.to_owned(),
            words,
        });
    };
    let moment = |at: muster_core::time::Timestamp| format::utc(at.millis());
    fact(
        "Begins",
        how.starts_at.map_or_else(|| "at once".to_owned(), moment),
    );
    if let Some(at) = how.expires_at {
        fact("Given up", moment(at));
    }
    fact(
        "Waves",
        match how.waves.len() {
            0 => "none, all at once".to_owned(),
            _ => {
                let sizes: Vec<String> = how.waves.iter().map(|wave| size(&wave.size)).collect();
                sizes.join(" → ")
            }
        },
    );
    fact("Speed", speed(how));
    fact(
        "Offline",
        match how.offline {
            Offline::Fail => "fails at once",
            Offline::Wait => "waits until it is online",
            Offline::NextContact => "done at its next contact",
        }
        .to_owned(),
    );
    fact(
        "Attempts",
        match how.attempts {
            0 | 1 => "one".to_owned(),
            n => format!("up to {n}, {} apart", span(how.retry_after_s)),
        },
    );
    fact("Time for each", span(how.timeout_s));
    fact(
        "Newcomers",
        if how.newcomers {
            "join the last wave"
        } else {
            "are left out; the list is fixed at the start"
        }
        .to_owned(),
    );
    fact(
        "Stops by itself",
        how.failures
            .as_ref()
            .map_or_else(|| "never".to_owned(), rule),
    );
    facts
}

fn speed(how: &How) -> String {
    let minute = how
        .limits
        .per_minute
        .map(|n| format!("{} a minute", plural(u64::from(n), "device", "devices")));
    let flight = how
        .limits
        .in_flight
        .map(|n| format!("{} at the same time", format::count(u64::from(n))));
    match (minute, flight) {
        (Some(minute), Some(flight)) => format!("at most {minute}, {flight}"),
        (Some(one), None) | (None, Some(one)) => format!("at most {one}"),
        (None, None) => "as fast as device traffic leaves room".to_owned(),
    }
}

fn rule(rule: &FailureRule) -> String {
    let then = match rule.then {
        OnFailures::Pause => "pauses",
        OnFailures::Stop => "stops",
        OnFailures::RollBack => "stops and rolls back",
    };
    let share = rule.percent.map(|percent| {
        let after = u64::from(rule.after);
        match after {
            0 | 1 => format!("{percent}% of a wave fail"),
            n => format!(
                "{percent}% of at least {} finished in a wave fail",
                format::count(n)
            ),
        }
    });
    let count = rule.count.map(|n| {
        format!(
            "{} in a wave fail",
            plural(u64::from(n), "device", "devices")
        )
    });
    match (share, count) {
        (Some(share), Some(count)) => format!("{then} when {share}, or {count}"),
        (Some(one), None) | (None, Some(one)) => format!("{then} when {one}"),
        (None, None) => "never".to_owned(),
    }
}

/// What a device has to meet.
pub fn gate(gate: &Gate) -> GateRow {
    let (holds, label, words) = match gate {
        Gate::Window { window } => (Holds::Window, "Maintenance window", window.clone()),
        Gate::Calendar { calendar } => (Holds::Window, "Outside service hours", calendar.clone()),
        Gate::Condition { label, text } => (Holds::Condition, label.as_str(), text.clone()),
        Gate::Place { place, inside } => {
            let label = if *inside { "Inside" } else { "Outside" };
            (Holds::Place, label, place.clone())
        }
        Gate::Online => (Holds::Offline, "Connection", "online".to_owned()),
    };
    GateRow {
        holds,
        label: label.to_owned(),
        words,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use muster_core::method::MethodName;
    use muster_core::operation::Limits;
    use serde_json::json;

    fn plan(task: Task) -> Plan {
        Plan {
            title: "x".to_owned(),
            task,
            target: Target::Query {
                text: String::new(),
            },
            how: how(),
        }
    }

    fn how() -> How {
        How {
            starts_at: None,
            expires_at: None,
            waves: Vec::new(),
            gates: Vec::new(),
            limits: Limits::default(),
            offline: Offline::Wait,
            attempts: 3,
            retry_after_s: 300,
            timeout_s: 3600,
            newcomers: false,
            failures: None,
        }
    }

    #[test]
    fn tasks_are_sentences_with_their_number() {
        let check = |task: Task, want: &str| {
            assert_eq!(what(&plan(task), Some(1204)), want);
        };
        check(
            Task::UpdateTwin {
                tags: None,
                desired: Some(json!({"telemetry": {"interval": 60}})),
            },
            "Set desired telemetry.interval = 60 on 1,204 devices",
        );
        check(
            Task::UpdateTwin {
                tags: Some(json!({"old": null, "ring": "a"})),
                desired: Some(json!({"a": 1, "b": true, "c": "x", "d": null})),
            },
            "Set desired a = 1, desired b = true, desired c = \"x\" and 1 more, and remove desired d and tags.old on 1,204 devices",
        );
        check(
            Task::InvokeMethod {
                name: MethodName::new("reboot").unwrap(),
                payload: Value::Null,
                connect_timeout_s: 0,
                response_timeout_s: 30,
            },
            "Call reboot on 1,204 devices",
        );
        check(Task::Delete, "Delete 1,204 devices with their twins");
    }

    #[test]
    fn a_plan_without_numbers_names_its_target() {
        assert_eq!(
            what(&plan(Task::RotateKeys), None),
            "Rotate the keys of the whole fleet"
        );
        assert_eq!(who(&plan(Task::Delete).target), "The whole fleet");
    }

    #[test]
    fn waves_are_named_by_their_part() {
        let check = |wave: WaveSize, want: &str| assert_eq!(size(&wave), want);
        check(WaveSize::Count { devices: 10 }, "10 devices");
        check(WaveSize::Permille { share: 10 }, "1%");
        check(WaveSize::Permille { share: 5 }, "0.5%");
        check(WaveSize::Permille { share: 500 }, "50%");
        check(WaveSize::Rest, "Remaining devices");
    }

    #[test]
    fn the_rule_says_when_and_what_then() {
        let check = |count, percent, after, then, want: &str| {
            assert_eq!(
                rule(&FailureRule {
                    count,
                    percent,
                    after,
                    then
                }),
                want
            );
        };
        check(
            None,
            Some(3),
            20,
            OnFailures::Pause,
            "pauses when 3% of at least 20 finished in a wave fail",
        );
        check(
            Some(5),
            None,
            0,
            OnFailures::Stop,
            "stops when 5 devices in a wave fail",
        );
        check(
            Some(1),
            Some(10),
            1,
            OnFailures::RollBack,
            "stops and rolls back when 10% of a wave fail, or 1 device in a wave fail",
        );
    }

    #[test]
    fn limits_are_words() {
        assert_eq!(speed(&how()), "as fast as device traffic leaves room");
        let mut slow = how();
        slow.limits.per_minute = Some(60);
        assert_eq!(speed(&slow), "at most 60 devices a minute");
        slow.limits.in_flight = Some(5);
        assert_eq!(
            speed(&slow),
            "at most 60 devices a minute, 5 at the same time"
        );
    }
}
