//! The rules of the house: what needs a second person.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Act, Rights, Threshold, approves, percent};
use crate::lifecycle::Step;
use crate::operation::Task;

/// How long a request waits unless somebody says otherwise, in hours.
pub const DEFAULT_HOURS: u16 = 72;

/// How long a request waits at most, in hours: 30 days.
pub const MAX_HOURS: u16 = 720;

/// Most patterns of dangerous methods.
pub const MAX_DANGEROUS: usize = 50;

/// Longest pattern, in characters.
pub const MAX_PATTERN: usize = 128;

/// Shares of the fleet count from so many devices on: all three devices of a test bench are no risk.
pub const SHARE_FROM: u32 = 50;

/// Why something needs a second person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// The rules ask for it whatever the size.
    Always {
        /// For what.
        act: Act,
    },
    /// Too many devices.
    Count {
        /// How many.
        devices: u32,
        /// How many one person may change alone.
        limit: u32,
    },
    /// Too large a share of the fleet.
    Share {
        /// The share, in percent.
        percent: u8,
        /// What one person may change alone.
        limit: u8,
    },
    /// Somebody gets rights, or gets them back.
    GivesRights,
    /// Somebody who approves would no longer.
    TakesApprover,
    /// Less would need a second person than before.
    WeakensRules,
}

/// In words that finish "it needs a second person because …".
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always { act } => write!(f, "{} always need one", act.in_words()),
            Self::Count { devices, limit } => {
                write!(f, "{devices} devices are more than {limit}")
            }
            Self::Share { percent, limit } => {
                write!(f, "{percent} % of the fleet is more than {limit} %")
            }
            Self::GivesRights => f.write_str("it gives somebody rights"),
            Self::TakesApprover => f.write_str("it takes rights from somebody who approves"),
            Self::WeakensRules => f.write_str("less would need approval than before"),
        }
    }
}

/// What needs a second person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalPolicy {
    /// From which size on, per act. What is not named has its usual threshold.
    #[serde(default)]
    pub thresholds: BTreeMap<Act, Threshold>,
    /// Names of dangerous methods; `*` stands for any characters, case does not matter. At most [`MAX_DANGEROUS`].
    #[serde(default)]
    pub dangerous_methods: Vec<String>,
    /// Whether giving rights, and taking them from somebody who approves, needs one.
    pub people: bool,
    /// Whether what tools do with a shared access policy needs one.
    pub tools: bool,
    /// How long a request waits, in hours: 1 to [`MAX_HOURS`].
    pub hours: u16,
}

impl Default for ApprovalPolicy {
    fn default() -> Self {
        Self {
            thresholds: Act::ALL.iter().map(|act| (*act, act.usual())).collect(),
            dangerous_methods: ["factoryReset", "wipe*", "erase*"]
                .map(str::to_owned)
                .into(),
            people: true,
            tools: false,
            hours: DEFAULT_HOURS,
        }
    }
}

/// Why rules cannot be kept.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadPolicy {
    /// The time is out of bounds.
    #[error("a request waits 1 to 720 hours")]
    Hours,
    /// A share is out of bounds.
    #[error("a share of the fleet is 0 to 100 percent ({})", .0.in_words())]
    Percent(Act),
    /// Too many patterns.
    #[error("at most 50 names of methods can be marked dangerous")]
    TooMany,
    /// A pattern breaks the rule.
    #[error("a method's name has 1 to 128 characters without spaces; * stands for any others")]
    Pattern,
}

impl ApprovalPolicy {
    /// Checks the bounds.
    pub fn check(&self) -> Result<(), BadPolicy> {
        if self.hours == 0 || self.hours > MAX_HOURS {
            return Err(BadPolicy::Hours);
        }
        let beyond = |threshold: &Threshold| threshold.percent.is_some_and(|share| share > 100);
        if let Some((act, _)) = self.thresholds.iter().find(|(_, limit)| beyond(limit)) {
            return Err(BadPolicy::Percent(*act));
        }
        if self.dangerous_methods.len() > MAX_DANGEROUS {
            return Err(BadPolicy::TooMany);
        }
        let is_bad = |pattern: &String| {
            let length = pattern.chars().count();
            let odd = |c: char| c.is_whitespace() || c.is_control();
            length == 0 || length > MAX_PATTERN || pattern.chars().any(odd)
        };
        if self.dangerous_methods.iter().any(is_bad) {
            return Err(BadPolicy::Pattern);
        }
        Ok(())
    }

    /// The threshold of an act.
    pub fn threshold(&self, act: Act) -> Threshold {
        let named = self.thresholds.get(&act).copied();
        named.unwrap_or_else(|| act.usual())
    }

    /// Which act of the rules a task is.
    pub fn act(&self, task: &Task) -> Act {
        match task {
            Task::UpdateTwin { .. } => Act::UpdateTwin,
            Task::InvokeMethod { name, .. } if self.is_dangerous(name.as_str()) => {
                Act::DangerousMethod
            }
            Task::InvokeMethod { .. } => Act::InvokeMethod,
            Task::InstallFirmware { .. } => Act::InstallFirmware,
            Task::ChangeStage {
                step: Step::Retire, ..
            } => Act::Retire,
            Task::ChangeStage { .. } => Act::ChangeStage,
            Task::SetEnabled { .. } => Act::SetEnabled,
            Task::RotateKeys => Act::RotateKeys,
            Task::Delete => Act::Delete,
            Task::RestoreDesired { .. } => Act::RestoreDesired,
            Task::Import { .. } => Act::Import,
            Task::Export { .. } => Act::Export,
        }
    }

    /// Whether a method's name matches a pattern.
    pub fn is_dangerous(&self, method: &str) -> bool {
        let method = method.to_lowercase();
        let matches = |pattern: &String| fits(&pattern.to_lowercase(), &method);
        self.dangerous_methods.iter().any(matches)
    }

    /// Why an operation on so many devices of the fleet needs a second person; empty when it does not.
    pub fn for_operation(&self, task: &Task, devices: u32, fleet: u32) -> Vec<Why> {
        let act = self.act(task);
        let threshold = self.threshold(act);
        if threshold.devices == Some(0) {
            return vec![Why::Always { act }];
        }
        let mut reasons = Vec::new();
        if let Some(limit) = threshold.devices.filter(|limit| devices > *limit) {
            reasons.push(Why::Count { devices, limit });
        }
        let share = percent(devices, fleet);
        if let Some(limit) = threshold.percent
            && share > limit
            && devices >= SHARE_FROM
        {
            reasons.push(Why::Share {
                percent: share,
                limit,
            });
        }
        reasons
    }

    /// Why a change of an account needs a second person. Taking rights away must be quick, except from those who
    /// approve: they are the second person.
    pub fn for_person(&self, before: &Rights, after: &Rights) -> Vec<Why> {
        if !self.people {
            return Vec::new();
        }
        let (had, has) = (before.in_force(), after.in_force());
        let mut reasons = Vec::new();
        if has.iter().any(|grant| !had.contains(grant)) {
            reasons.push(Why::GivesRights);
        }
        if had
            .iter()
            .any(|grant| approves(grant.role) && !has.contains(grant))
        {
            reasons.push(Why::TakesApprover);
        }
        reasons
    }

    /// Why new rules need a second person.
    pub fn for_policy(&self, new: &ApprovalPolicy) -> Vec<Why> {
        if self.is_weakened_by(new) {
            vec![Why::WeakensRules]
        } else {
            Vec::new()
        }
    }

    /// Whether something that needs a second person would no longer.
    pub fn is_weakened_by(&self, new: &ApprovalPolicy) -> bool {
        let laxer = |act: &Act| !new.threshold(*act).is_as_strict_as(self.threshold(*act));
        let unmarked = |pattern: &String| !new.dangerous_methods.contains(pattern);
        // A method that is newly marked dangerous is judged as such: no less strict than unmarked ones.
        let (danger, plain) = (Act::DangerousMethod, Act::InvokeMethod);
        let marks_more = new
            .dangerous_methods
            .iter()
            .any(|pattern| !self.dangerous_methods.contains(pattern));
        let loophole = marks_more && !new.threshold(danger).is_as_strict_as(self.threshold(plain));
        Act::ALL.iter().any(laxer)
            || self.dangerous_methods.iter().any(unmarked)
            || loophole
            || (self.people && !new.people)
            || (self.tools && !new.tools)
    }
}

/// Whether a name fits a pattern in which `*` stands for any characters. Looks at each character of the name at most once
/// per star.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match name.find(part) {
            Some(at) => name = &name[at + part.len()..],
            None => return false,
        }
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::method::MethodName;
    use crate::person::RoleGrant;
    use crate::policy::Role;

    fn call(name: &str) -> Task {
        Task::InvokeMethod {
            name: MethodName::new(name).unwrap(),
            payload: Value::Null,
            connect_timeout_s: 0,
            response_timeout_s: 30,
        }
    }

    fn update() -> Task {
        Task::UpdateTwin {
            tags: None,
            desired: None,
        }
    }

    #[test]
    fn the_usual_rules() {
        let policy = ApprovalPolicy::default();
        let check = |task: Task, devices, fleet, want: &[&str]| {
            let why = policy.for_operation(&task, devices, fleet);
            let why: Vec<String> = why.iter().map(Why::to_string).collect();
            assert_eq!(why, want, "{task:?}");
        };
        check(update(), 3, 3, &[]);
        check(update(), 49, 49, &[]);
        check(update(), 50, 50, &["100 % of the fleet is more than 20 %"]);
        check(update(), 1000, 1_000_000, &[]);
        check(
            update(),
            1001,
            2000,
            &[
                "1001 devices are more than 1000",
                "51 % of the fleet is more than 20 %",
            ],
        );
        check(
            Task::Delete,
            1,
            1_000_000,
            &["deleting devices always need one"],
        );
        check(Task::RotateKeys, 1, 10, &["new keys always need one"]);
        check(call("reboot"), 10, 1000, &[]);
        check(
            call("WipeAll"),
            1,
            1000,
            &["dangerous methods always need one"],
        );
        let stage = |step| Task::ChangeStage {
            step,
            reason: String::new(),
        };
        check(stage(Step::EnterMaintenance), 1, 10, &[]);
        check(
            stage(Step::Retire),
            1,
            10,
            &["retiring devices always need one"],
        );
    }

    #[test]
    fn patterns_fit_names() {
        let check = |pattern, name, want| assert_eq!(fits(pattern, name), want, "{pattern} {name}");
        check("wipe", "wipe", true);
        check("wipe", "wipes", false);
        check("wipe*", "wipeall", true);
        check("wipe*", "rewipe", false);
        check("*wipe", "rewipe", true);
        check("a*b*c", "axxbxxc", true);
        check("a*b*c", "acb", false);
        check("a*a", "a", false);
        check("*", "", true);
        check("", "", true);
    }

    #[test]
    fn giving_waits_and_taking_is_quick() {
        let rights = |roles: &[(Role, &str)], active| Rights {
            roles: roles
                .iter()
                .map(|(role, scope)| RoleGrant {
                    role: *role,
                    scope: (*scope).to_owned(),
                })
                .collect(),
            active,
        };
        let check = |before: &Rights, after: &Rights, want: &[Why]| {
            assert_eq!(ApprovalPolicy::default().for_person(before, after), want);
        };
        let worker = rights(&[(Role::Operator, "tags.a = 1")], true);
        let wider = rights(&[(Role::Operator, "")], true);
        let gone = rights(&[(Role::Operator, "tags.a = 1")], false);
        let boss = rights(&[(Role::Admin, ""), (Role::Operator, "")], true);
        let no_boss = rights(&[(Role::Operator, "")], true);
        check(&worker, &worker, &[]);
        check(&worker, &wider, &[Why::GivesRights]);
        check(&worker, &gone, &[]);
        check(&gone, &worker, &[Why::GivesRights]);
        check(&gone, &rights(&[(Role::Admin, "")], false), &[]);
        check(&boss, &no_boss, &[Why::TakesApprover]);
        check(&boss, &rights(&[(Role::Admin, "")], true), &[]);
        check(
            &boss,
            &rights(&[(Role::Admin, "tags.a = 1")], true),
            &[Why::GivesRights, Why::TakesApprover],
        );
        let off = ApprovalPolicy {
            people: false,
            ..ApprovalPolicy::default()
        };
        assert_eq!(off.for_person(&worker, &wider), []);
    }

    #[test]
    fn bounds_are_checked() {
        let check = |change: fn(&mut ApprovalPolicy), want| {
            let mut policy = ApprovalPolicy::default();
            change(&mut policy);
            assert_eq!(policy.check(), want);
        };
        check(|_| {}, Ok(()));
        check(|policy| policy.hours = 0, Err(BadPolicy::Hours));
        check(|policy| policy.hours = 721, Err(BadPolicy::Hours));
        check(
            |policy| policy.dangerous_methods = vec!["a b".into()],
            Err(BadPolicy::Pattern),
        );
        check(
            |policy| policy.dangerous_methods = vec!["x".into(); 51],
            Err(BadPolicy::TooMany),
        );
        check(
            |policy| {
                let limit = Threshold {
                    devices: None,
                    percent: Some(101),
                };
                policy.thresholds.insert(Act::Delete, limit);
            },
            Err(BadPolicy::Percent(Act::Delete)),
        );
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let policy = ApprovalPolicy::default();
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(
            serde_json::from_str::<ApprovalPolicy>(&text).unwrap(),
            policy
        );
        let short = r#"{"people": true, "tools": false, "hours": 72}"#;
        let short: ApprovalPolicy = serde_json::from_str(short).unwrap();
        assert_eq!(short.threshold(Act::Delete), Threshold::ALWAYS);
    }

    prop_compose! {
        fn threshold()(
            devices in proptest::option::of(0_u32..200),
            percent in proptest::option::of(0_u8..=100),
        ) -> Threshold {
            Threshold { devices, percent }
        }
    }

    prop_compose! {
        fn policy()(
            update in threshold(),
            call in threshold(),
            danger in threshold(),
            marked in proptest::collection::vec(prop_oneof!["wipe", "w*", "reboot"], 0..3),
        ) -> ApprovalPolicy {
            let thresholds = [
                (Act::UpdateTwin, update),
                (Act::InvokeMethod, call),
                (Act::DangerousMethod, danger),
            ];
            ApprovalPolicy {
                thresholds: thresholds.into(),
                dangerous_methods: marked,
                ..ApprovalPolicy::default()
            }
        }
    }

    proptest! {
        /// Rules that count as no weaker ask for a second person wherever the old ones did.
        #[test]
        fn no_weaker_is_no_weaker(
            old in policy(), new in policy(), devices in 0_u32..300, fleet in 1_u32..400, what in 0..3_usize,
        ) {
            let task = [update(), call("wipe"), call("reboot")][what].clone();
            let devices = devices.min(fleet);
            if !old.is_weakened_by(&new) && !old.for_operation(&task, devices, fleet).is_empty() {
                prop_assert!(!new.for_operation(&task, devices, fleet).is_empty());
            }
        }
    }
}
