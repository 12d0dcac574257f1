//! What travels about alerts.

use muster_core::alert::{AlertId, RuleDraft, RuleId, Severity, State};
use muster_core::ids::DeviceId;
use serde::{Deserialize, Serialize};

/// An alert as lists show it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlertRow {
    /// Its number.
    pub id: AlertId,
    /// Of which rule.
    pub rule: RuleId,
    /// The name of the rule.
    pub name: String,
    /// On which device; `None` when it stands for many.
    pub device: Option<DeviceId>,
    /// How many devices it stands for.
    pub devices: u64,
    /// Where its devices are, or what they have in common; empty when nothing is known.
    pub place: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is in its life.
    pub state: State,
    /// When it opened, in milliseconds since 1970.
    pub opened_ms: i64,
    /// When it was over, in milliseconds since 1970.
    pub ended_ms: Option<i64>,
    /// Who looks after it.
    pub assignee: Option<String>,
    /// The reader does.
    pub mine: bool,
    /// Until when it is snoozed, in milliseconds since 1970.
    pub snoozed_ms: Option<i64>,
    /// It was passed on.
    pub escalated: bool,
    /// It comes and goes.
    pub flapping: bool,
}

/// A page of alerts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Inbox {
    /// The alerts, the worst first.
    pub rows: Vec<AlertRow>,
    /// Open ones that nobody looks after, and the reader's own.
    pub needs_me: u64,
    /// All that are open or acknowledged.
    pub open: u64,
    /// Snoozed ones.
    pub snoozed: u64,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// There is a rule that watches.
    pub watched: bool,
}

/// A line of what happened to an alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LineView {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who did what, in a sentence.
    pub words: String,
}

/// An alert with everything there is about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlertView {
    /// The alert.
    pub row: AlertRow,
    /// Since when the condition holds, in milliseconds since 1970.
    pub began_ms: i64,
    /// What must hold; empty when the rule is gone.
    pub condition: String,
    /// For how long, in words.
    pub times: String,
    /// The devices it stands for, at most a page: their own alerts.
    pub below: Vec<AlertRow>,
    /// The list of the devices for which the condition holds now; `None` when the rule is gone.
    pub list: Option<String>,
    /// What happened to it, the newest first.
    pub trail: Vec<LineView>,
    /// The people it may be given to, when the reader may do that.
    pub people: Vec<(i64, String)>,
}

/// A rule as the list shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RuleRow {
    /// Its number.
    pub id: RuleId,
    /// Its name.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// What must hold.
    pub condition: String,
    /// Its times, in words.
    pub times: String,
    /// Whether it watches.
    pub enabled: bool,
    /// How many alerts of it the reader sees.
    pub open: u64,
}

/// All rules.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rules {
    /// By name.
    pub rows: Vec<RuleRow>,
}

/// A rule as its form begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RuleForm {
    /// Its number; `None` for a new one.
    pub id: Option<RuleId>,
    /// The token it was read with; empty for a new one.
    pub etag: String,
    /// What it says.
    pub draft: RuleDraft,
    /// The windows there are: short name and name.
    pub windows: Vec<(String, String)>,
}

/// What a rule would find now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RulePreviewView {
    /// Devices for which the condition holds.
    pub matching: u64,
    /// Devices it looks at.
    pub watched: u64,
    /// The list of those that match.
    pub list: String,
    /// Some of them.
    pub sample: Vec<DeviceId>,
    /// More match than alerts are told one by one: one alert would stand for all.
    pub flood: bool,
}
