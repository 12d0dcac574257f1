//! Alerts (product §5): rules that watch devices, and the life of what they find.
//!
//! A rule says what must hold, for how long, and what ends it. For each device and rule there is at most one alert that
//! lives; [`next`] says what becomes of it whenever somebody has looked at the device, and [`Alert::apply`] does what
//! the hub and people do with it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, PersonId};
use crate::time::Timestamp;

mod act;
mod fold;
mod life;
mod rule;

pub use act::{Act, BadAct, MAX_COMMENT, MAX_SNOOZE_MS, MAX_TRAIL};
pub use fold::{Folding, UNFOLD_PART, fold, is_flood};
pub use life::{FLAP_QUIET_MS, FLAP_WITHIN_MS, FLAPPING, Next, Seen, Timing, next};
pub use rule::{
    BadRule, MAX_CONDITION, MAX_DURATION_S, MAX_FOLD_AT, MAX_NAME, MAX_RULES, Rule, RuleDraft,
};

/// A rule's number in the hub; given by storage, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(pub i64);

/// An alert's number in the hub; given by storage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub i64);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// How bad it is (visual language §4); the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Harm is done while nobody acts.
    Critical,
    /// Somebody has to act today.
    Serious,
    /// Somebody should look.
    Attention,
}

impl Severity {
    /// All, the worst first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Serious, Self::Attention];

    /// The word in addresses and wire formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Serious => "serious",
            Self::Attention => "attention",
        }
    }

    /// The severity of a word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// Where an alert is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The condition holds, not yet for long enough. Nobody is told.
    Pending,
    /// Somebody has to act.
    Open,
    /// Somebody knows.
    Acknowledged,
    /// It is over.
    Resolved,
}

impl State {
    /// All, in the order of a life.
    pub const ALL: [Self; 4] = [
        Self::Pending,
        Self::Open,
        Self::Acknowledged,
        Self::Resolved,
    ];

    /// The word in storage and wire formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }

    /// Whether people see it as something that is going on.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Open | Self::Acknowledged)
    }
}

/// Why an alert ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The condition no longer holds.
    Cleared,
    /// The rule does not look at the device now: another scope, maintenance, a window, retired.
    OutOfSight,
    /// The rule was changed, switched off or deleted.
    Rule,
    /// So many devices are concerned that one alert stands for all.
    Folded,
    /// A person ended it.
    Person,
}

impl Why {
    /// The end of the sentence "it ended because".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Cleared => "the condition no longer holds",
            Self::OutOfSight => "the rule does not look at the device at present",
            Self::Rule => "the rule was changed, switched off or deleted",
            Self::Folded => "one alert stands for all devices of the rule",
            Self::Person => "somebody resolved it",
        }
    }
}

/// Who looks after an alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Assignee {
    /// Their number.
    pub id: PersonId,
    /// The name others know them by.
    pub name: String,
}

/// A line of what happened to an alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Who did it; `None` is the hub.
    pub by: Option<String>,
    /// What.
    pub act: Act,
}

/// What a rule found on one device, or on many at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Alert {
    /// Its number.
    pub id: AlertId,
    /// Of which rule.
    pub rule: RuleId,
    /// The name the rule had when it began.
    pub name: String,
    /// On which device; `None` when it stands for many.
    pub device: Option<DeviceId>,
    /// What its devices have in common, where the rule folds; empty for all devices of the rule.
    pub fold: String,
    /// The alert that stands for it.
    pub parent: Option<AlertId>,
    /// Where it is in its life.
    pub state: State,
    /// How bad it is.
    pub severity: Severity,
    /// Since when the condition holds.
    pub began_at: Timestamp,
    /// When it opened.
    pub opened_at: Option<Timestamp>,
    /// When it opens by itself while it is pending; when it is over by itself, while the condition does not hold.
    pub due_at: Option<Timestamp>,
    /// Who looks after it.
    pub assignee: Option<Assignee>,
    /// Until when nobody needs to be told.
    pub snoozed_until: Option<Timestamp>,
    /// When it was passed on because nobody acted, or by a person.
    pub escalated_at: Option<Timestamp>,
    /// How often it came back soon after it was over.
    pub flaps: u32,
    /// How many devices it stands for.
    pub devices: u64,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
    /// What happened to it, oldest first, at most [`MAX_TRAIL`] lines.
    pub trail: Vec<Line>,
}

impl Alert {
    /// A pending alert, not yet numbered.
    pub fn pending(
        rule: (RuleId, &RuleDraft),
        device: Option<DeviceId>,
        fold: String,
        now: Timestamp,
        due: Timestamp,
    ) -> Self {
        Self {
            id: AlertId(0),
            rule: rule.0,
            name: rule.1.name.clone(),
            device,
            fold,
            parent: None,
            state: State::Pending,
            severity: rule.1.severity,
            began_at: now,
            opened_at: None,
            due_at: Some(due),
            assignee: None,
            snoozed_until: None,
            escalated_at: None,
            flaps: 0,
            devices: 1,
            resolved_at: None,
            trail: Vec::new(),
        }
    }

    /// Whether it comes and goes: it is then over only after a longer calm.
    pub fn is_flapping(&self) -> bool {
        self.flaps >= FLAPPING
    }

    /// Why it is over; `None` while it is not.
    pub fn ended_why(&self) -> Option<Why> {
        self.trail.iter().rev().find_map(|line| match line.act {
            Act::Resolve(why) => Some(why),
            _ => None,
        })
    }

    /// Whether it is snoozed at a moment.
    pub fn is_snoozed(&self, now: Timestamp) -> bool {
        self.snoozed_until.is_some_and(|until| until > now)
    }

    /// Whether somebody has to be told: it is open, not snoozed, and no other stands for it.
    pub fn needs_somebody(&self, now: Timestamp) -> bool {
        self.state == State::Open && self.parent.is_none() && !self.is_snoozed(now)
    }

    /// When the hub has to look at it again by itself. An open alert is passed on `escalate_after_ms` after it opened,
    /// if that is not 0.
    pub fn look_at(&self, escalate_after_ms: i64) -> Option<Timestamp> {
        let escalates = (self.state == State::Open
            && self.parent.is_none()
            && self.escalated_at.is_none()
            && escalate_after_ms > 0)
            .then(|| Some(self.opened_at?.plus_ms(escalate_after_ms)))
            .flatten();
        [self.due_at, self.snoozed_until, escalates]
            .into_iter()
            .flatten()
            .min()
    }
}

#[cfg(test)]
mod example {
    use super::*;

    /// A rule that breaks nothing.
    pub(super) fn draft() -> RuleDraft {
        RuleDraft {
            name: "Warm".into(),
            severity: Severity::Serious,
            condition: "properties.reported.temperature > 8".into(),
            for_s: 600,
            clear: String::new(),
            clear_for_s: 0,
            scope: String::new(),
            fold_by: String::new(),
            fold_at: 0,
            mute_maintenance: true,
            mute_window: None,
            escalate_after_s: 0,
            enabled: true,
        }
    }
}
