//! What travels to the pages of operations: sentences where people read, states and numbers where pages count.

use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{
    Counts, OnFailures, OperationState, TargetState, TaskKind, WaveState,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Draft;
use crate::charts::ChartModel;
use crate::error::FieldError;
use crate::rpc::approvals::ApprovalView;

/// An operation as a row of the list and as the head of its page.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OperationRow {
    /// Its number.
    pub id: OperationId,
    /// What people call it.
    pub title: String,
    /// What is done.
    pub kind: TaskKind,
    /// What is done to how many devices, in one sentence.
    pub what: String,
    /// Where it is in its life.
    pub state: OperationState,
    /// Why it is paused, stopped, refused or expired.
    pub reason: Option<String>,
    /// Who made it.
    pub by: String,
    /// When it was made, in milliseconds since 1970.
    pub created: i64,
    /// When it began.
    pub started: Option<i64>,
    /// When it ended.
    pub ended: Option<i64>,
    /// When it is to begin.
    pub starts_at: Option<i64>,
    /// The open wave, from 0.
    pub wave: Option<u16>,
    /// Waves in all; 0 for all devices at once.
    pub waves: u16,
    /// Where its devices are.
    pub counts: Counts,
    /// The hub can take back what it did.
    pub way_back: bool,
    /// When it stops by itself.
    pub rule: Option<Rule>,
}

/// When an operation stops by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// This many failed devices in a wave are too many.
    pub count: Option<u32>,
    /// This share of the finished devices of a wave is too much, in percent.
    pub percent: Option<u8>,
    /// Finished devices of a wave before the share is looked at.
    pub after: u32,
    /// What happens then.
    pub then: OnFailures,
    /// Failed devices of the open wave.
    pub failed: u32,
    /// Finished devices of the open wave.
    pub finished: u32,
}

/// What somebody prepares.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DraftRow {
    /// Its number.
    pub id: OperationId,
    /// What it is called so far.
    pub title: String,
    /// When it was last written, in milliseconds since 1970.
    pub saved: i64,
}

/// A page of the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OperationsPage {
    /// The rows, newest first.
    pub rows: Vec<OperationRow>,
    /// Cursor of the page before.
    pub previous: Option<String>,
    /// Cursor of the page after.
    pub next: Option<String>,
    /// The person's own drafts.
    pub drafts: Vec<DraftRow>,
}

/// A wave.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WaveRow {
    /// Which part: `10 devices`, `1%`.
    pub size: String,
    /// Where it is.
    pub state: WaveState,
    /// What opens the next one, in words.
    pub gate: String,
    /// Where its devices are.
    pub counts: Counts,
    /// When it opened, in milliseconds since 1970.
    pub opened: Option<i64>,
    /// Until when it is watched.
    pub soak_until: Option<i64>,
}

/// What holds devices back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Holds {
    /// A maintenance window or a calendar.
    Window,
    /// A condition.
    Condition,
    /// A place.
    Place,
    /// The device is not there.
    Offline,
    /// A limit of the operation.
    Limit,
    /// The pause before another attempt.
    Retry,
    /// Another operation.
    HeldBy,
    /// The device is in maintenance.
    Maintenance,
}

/// Devices that wait for the same reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WaitingRow {
    /// What holds them.
    pub holds: Holds,
    /// The gate of the plan, from 0, where it is one.
    pub gate: Option<u8>,
    /// Why, in words.
    pub why: String,
    /// How many.
    pub devices: u32,
    /// When the first is looked at next, in milliseconds since 1970; only an event can change it without.
    pub look: Option<i64>,
    /// The operation that has them.
    pub held_by: Option<OperationId>,
}

/// Devices that failed for the same reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FailureRow {
    /// Why, in words.
    pub why: String,
    /// How many.
    pub devices: u32,
    /// Another attempt may help.
    pub retryable: bool,
}

/// What the person may do with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OperationRights {
    /// Make such operations.
    pub run: bool,
    /// Pause, resume, stop.
    pub steer: bool,
    /// Let devices pass a gate.
    pub pass: bool,
}

/// A fact of the plan: a term and its words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlanFact {
    /// What it is about.
    pub term: String,
    /// What was asked for.
    pub words: String,
}

/// A condition that a device must meet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GateRow {
    /// What kind.
    pub holds: Holds,
    /// What people call it.
    pub label: String,
    /// What is asked.
    pub words: String,
}

/// One operation in full.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OperationView {
    /// The head.
    pub row: OperationRow,
    /// The name of the job that tools know it by.
    pub job: Option<String>,
    /// The operation it takes back.
    pub back_of: Option<OperationId>,
    /// Whom it is for, in words.
    pub who: String,
    /// The condition, in the query language, where it is for one.
    pub query: Option<String>,
    /// What success of a device means.
    pub good: String,
    /// The rest of the plan.
    pub facts: Vec<PlanFact>,
    /// What a second person said, or is asked.
    pub approval: Option<ApprovalView>,
    /// What a device has to meet.
    pub gates: Vec<GateRow>,
    /// Its waves; empty for all at once.
    pub waves: Vec<WaveRow>,
    /// Why devices wait, most first.
    pub waiting: Vec<WaitingRow>,
    /// Why devices failed, most first.
    pub failures: Vec<FailureRow>,
    /// How what it did can be taken back.
    pub way_back: String,
    /// What the person may do.
    pub rights: OperationRights,
    /// The hub's present, in milliseconds since 1970.
    pub now: i64,
}

/// A device of an operation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TargetRow {
    /// Which.
    pub device: DeviceId,
    /// Its wave, from 0.
    pub wave: u16,
    /// Where it is.
    pub state: TargetState,
    /// Attempts so far.
    pub attempt: u8,
    /// Why it waits, failed or was left out.
    pub why: Option<String>,
    /// The gate of the plan that holds it, from 0.
    pub gate: Option<u8>,
    /// How far it is with new keys, in words, while an operation that rotates them is at it.
    pub step: Option<String>,
    /// When it is looked at next, in milliseconds since 1970.
    pub look: Option<i64>,
    /// When the last attempt began.
    pub began: Option<i64>,
    /// When it was through.
    pub ended: Option<i64>,
    /// The status a method answered.
    pub status: Option<i64>,
    /// What the device answered.
    #[serde(with = "crate::rpc::json")]
    pub result: Option<Value>,
}

/// A page of devices of an operation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TargetsPage {
    /// The rows.
    pub rows: Vec<TargetRow>,
    /// Cursor of the page before.
    pub previous: Option<String>,
    /// Cursor of the page after.
    pub next: Option<String>,
}

/// A draft and what is known while one writes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DraftView {
    /// Its number; none before it was saved once.
    pub id: Option<OperationId>,
    /// What was typed.
    pub draft: Draft,
    /// What is wrong, by the names of fields.
    pub problems: Vec<FieldError>,
    /// What can be chosen.
    pub known: Known,
}

/// What can be chosen in the wizard.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Known {
    /// Maintenance windows: the value to send and the words to read.
    pub windows: Vec<(String, String)>,
    /// Calendars of service hours.
    pub calendars: Vec<(String, String)>,
    /// Places.
    pub places: Vec<(String, String)>,
    /// Methods called before.
    pub methods: Vec<String>,
    /// Firmware: the value to send and the words to read.
    pub firmware: Vec<(String, String)>,
}

/// Devices that a plan leaves out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExclusionRow {
    /// Why.
    pub why: String,
    /// How many.
    pub devices: u32,
    /// Some of them.
    pub sample: Vec<DeviceId>,
}

/// Another operation that has some of the devices.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConflictRow {
    /// Which.
    pub operation: OperationId,
    /// What people call it.
    pub title: String,
    /// How many devices both have.
    pub devices: u32,
}

/// When an operation would be through, if everything succeeds and people open waves at once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ForecastView {
    /// When all are, in milliseconds since 1970; `None` when some never are.
    pub finish: Option<i64>,
    /// How many are in the end.
    pub done: u32,
    /// How many never are.
    pub left: u32,
    /// How many by when; none when all is over at once.
    pub chart: Option<ChartModel>,
}

/// What an operation would do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PreviewView {
    /// What is done to how many devices, in one sentence.
    pub what: String,
    /// Whom it is for, in words.
    pub who: String,
    /// What kind.
    pub kind: TaskKind,
    /// It cannot be taken back: the number is typed before it starts.
    pub grave: bool,
    /// How many devices.
    pub targets: u32,
    /// Some of them.
    pub sample: Vec<DeviceId>,
    /// Who is left out.
    pub excluded: Vec<ExclusionRow>,
    /// Who else has them.
    pub conflicts: Vec<ConflictRow>,
    /// Devices per wave, with the words of the wave.
    pub waves: Vec<(String, u32)>,
    /// Why a second person has to agree, if one has to.
    pub approval: Option<String>,
    /// When it would be through.
    pub forecast: Option<ForecastView>,
    /// What else is worth knowing.
    pub warnings: Vec<String>,
    /// The rest of the plan.
    pub facts: Vec<PlanFact>,
    /// What a device has to meet.
    pub gates: Vec<GateRow>,
    /// The call that starts the same.
    pub call: String,
}
