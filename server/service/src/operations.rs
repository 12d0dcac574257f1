//! Bulk operations: one change for any number of devices, made when each device's context allows it (product §4).
//!
//! An operation is handed in ([`Hub::create_operation`]), its targets are written down, and a task of its own (`runner`)
//! takes it through its waves: it judges devices, does what is asked, and stores what became of each. Everything that
//! counts is in the database in the transaction that did it, so a runner that dies is simply started again.

use muster_core::event::Actor;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{
    Counts, OperationState, Plan, TargetState, TaskKind, Wave, WaveSize, WaveState,
};
use muster_core::rotation;
use muster_core::time::Timestamp;
use muster_storage::OperationRow;
use serde_json::Value;

mod approve;
mod author;
mod back;
mod create;
mod drafts;
mod forecast;
mod freeze;
pub(crate) mod jobs;
mod judge;
mod limit;
mod preview;
mod read;
mod retry;
mod runner;
mod seen;
mod steer;
mod supervisor;
mod tasks;
mod watch;

pub(crate) use approve::Sight;
pub use drafts::{Draft, MAX_DRAFT};
pub use muster_storage::MAX_DRAFTS;
pub use preview::{Conflict, Exclusion, MAX_SAMPLE, Preview};
pub use retry::{Chosen, MAX_CHOSEN};
pub use steer::Steer;
pub(crate) use supervisor::Operations;
pub(crate) use supervisor::run;

/// An operation as lists show it.
#[derive(Clone, PartialEq, Debug)]
pub struct OperationSummary {
    /// Its number.
    pub id: OperationId,
    /// The name that tools of IoT Hub gave it.
    pub job_id: Option<String>,
    /// What was asked for.
    pub plan: Plan,
    /// Where it is in its life.
    pub state: OperationState,
    /// Why it is paused, was stopped, refused or expired.
    pub reason: Option<String>,
    /// When it was handed in.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// The newest wave that opened.
    pub wave: Option<u16>,
    /// How many of the devices that the viewer sees are where.
    pub counts: Counts,
    /// The number of the request for approval.
    pub approval: Option<i64>,
    /// The operation that it takes back.
    pub back_of: Option<OperationId>,
}

/// An operation in full.
#[derive(Clone, PartialEq, Debug)]
pub struct OperationDetail {
    /// What lists show.
    pub summary: OperationSummary,
    /// Its waves; one that takes the rest when none were asked for.
    pub waves: Vec<WaveStatus>,
    /// Why devices wait, most devices first.
    pub waiting: Vec<WaitingGroup>,
    /// Why devices failed, most devices first.
    pub failures: Vec<FailureGroup>,
}

/// A wave with what became of it.
#[derive(Clone, PartialEq, Debug)]
pub struct WaveStatus {
    /// What was asked for.
    pub wave: Wave,
    /// Where it is.
    pub state: WaveState,
    /// How many of its devices are where.
    pub counts: Counts,
    /// When it opened.
    pub opened_at: Option<Timestamp>,
    /// Until when it is watched.
    pub soak_until: Option<Timestamp>,
}

/// Devices that wait for the same reason.
#[derive(Clone, PartialEq, Debug)]
pub struct WaitingGroup {
    /// The gate that holds them, by its place in the plan.
    pub gate: Option<u8>,
    /// What kind of reason it is.
    pub cause: WaitCause,
    /// In words.
    pub why: String,
    /// How many.
    pub devices: u32,
    /// About the earliest time one of them is looked at again; only an event brings them back when absent.
    pub look: Option<Timestamp>,
    /// The operation that is at them.
    pub held_by: Option<OperationId>,
}

/// What kind of reason lets a device wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitCause {
    /// A gate of the plan.
    Gate,
    /// It is offline, and the task needs a connection.
    Offline,
    /// Its turn has not come: the hub works through the wave, as fast as the limits allow.
    Limit,
    /// It waits for its next attempt.
    Retry,
    /// Another operation is at it.
    HeldBy,
    /// It is in maintenance.
    Maintenance,
}

/// Devices that failed for the same reason.
#[derive(Clone, PartialEq, Debug)]
pub struct FailureGroup {
    /// In words.
    pub why: String,
    /// How many.
    pub devices: u32,
    /// Another attempt may succeed.
    pub retryable: bool,
}

/// A device of an operation.
#[derive(Clone, PartialEq, Debug)]
pub struct TargetRow {
    /// Which.
    pub device: DeviceId,
    /// Its wave, from 0.
    pub wave: u16,
    /// Where it is.
    pub state: TargetState,
    /// Attempts so far.
    pub attempt: u8,
    /// Why it waits, or how it ended.
    pub why: Option<String>,
    /// The gate that holds it, by its place in the plan.
    pub gate: Option<u8>,
    /// How far its keys are, while an operation that rotates them is at it.
    pub step: Option<rotation::Step>,
    /// When it is looked at again.
    pub look: Option<Timestamp>,
    /// When its last attempt began.
    pub began_at: Option<Timestamp>,
    /// When it was through.
    pub ended_at: Option<Timestamp>,
    /// What the device answered: the status of a method.
    pub status: Option<i64>,
    /// What came with it; at most 4 KiB, otherwise its size.
    pub result: Option<Value>,
}

/// Which operations, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OperationQuery {
    /// In these states; empty for all.
    pub states: Vec<OperationState>,
    /// Of these kinds; empty for all.
    pub kinds: Vec<TaskKind>,
    /// With this in the title, in any case.
    pub text: String,
    /// One's own.
    pub mine: bool,
    /// Only those that tools of IoT Hub find by a name.
    pub jobs: bool,
    /// With this device among the targets.
    pub device: Option<DeviceId>,
    /// Rows on a page.
    pub limit: usize,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// Which devices of an operation, in the order of waves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TargetQuery {
    /// In these states; empty for all.
    pub states: Vec<TargetState>,
    /// Of this wave.
    pub wave: Option<u16>,
    /// With this reason, as groups give it.
    pub why: Option<String>,
    /// With this in the device id, in any case.
    pub device_text: String,
    /// Rows on a page.
    pub limit: usize,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// The waves of a plan; one that takes all when none were asked for.
fn waves_of(plan: &Plan) -> Vec<Wave> {
    if plan.how.waves.is_empty() {
        return vec![Wave {
            size: WaveSize::Rest,
            success_percent: 0,
            soak_s: 0,
            manual: false,
        }];
    }
    plan.how.waves.clone()
}

fn summary(row: OperationRow, counts: Counts) -> OperationSummary {
    OperationSummary {
        id: row.id,
        job_id: row.job_id,
        plan: row.plan,
        state: row.state,
        reason: row.reason,
        created_at: row.created_at,
        created_by: row.created_by,
        started_at: row.started_at,
        ended_at: row.ended_at,
        wave: row.wave,
        counts,
        approval: row.approval,
        back_of: row.back_of,
    }
}
