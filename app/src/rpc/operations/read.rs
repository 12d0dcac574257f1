//! From what the hub answers to what travels.

mod forecast;
mod preview;
mod wizard;

use muster_core::event::Actor;
use muster_core::gate::Gate;
use muster_core::operation::{Plan, Target, Task};
use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_service::operations::{
    OperationDetail, OperationQuery, OperationSummary, TargetQuery, TargetRow as Found, WaitCause,
    WaitingGroup, WaveStatus,
};
use muster_service::{Access, Hub};

use super::wire::{
    FailureRow, Holds, OperationRights, OperationRow, OperationView, Rule, TargetRow, WaitingRow,
    WaveRow,
};
use super::words;
use crate::error::AppError;
use crate::pages::operation::address::OperationAddress;
use crate::pages::operations::address::ListAddress;
use crate::rpc::approvals::ApprovalView;

pub use preview::{is_grave, preview};
pub use wizard::{Wizard, drafts, gates, known, named, without};

/// Rows of a page of operations.
const PAGE: usize = 25;

/// Rows of a page of devices.
pub const RESULTS_PAGE: usize = 50;

/// The question that the list's address asks.
pub fn query_of(address: ListAddress) -> OperationQuery {
    OperationQuery {
        states: address.states,
        kinds: address.kinds,
        text: address.text,
        mine: address.mine,
        jobs: false,
        device: None,
        limit: PAGE,
        cursor: address.cursor,
    }
}

/// The question that an operation's address asks about its devices.
pub fn target_query(query: &str) -> TargetQuery {
    let address = OperationAddress::parse(query);
    TargetQuery {
        states: address.states,
        wave: address.wave,
        why: (!address.why.is_empty()).then_some(address.why),
        device_text: address.text,
        limit: RESULTS_PAGE,
        cursor: address.cursor,
    }
}

/// What the person may do with operations.
pub fn rights(access: &Access) -> OperationRights {
    OperationRights {
        run: access.can(Action::RunOperations),
        steer: access.can(Action::SteerOperations),
        pass: access.can(Action::OverrideGates),
    }
}

/// An operation as a row.
pub fn row(summary: OperationSummary) -> OperationRow {
    let plan = &summary.plan;
    let total = u64::from(summary.counts.total());
    let begun = summary.started_at.is_some();
    OperationRow {
        id: summary.id,
        title: plan.title.clone(),
        kind: plan.task.kind(),
        what: words::what(plan, begun.then_some(total)),
        state: summary.state,
        reason: summary.reason,
        by: by(&summary.created_by),
        created: summary.created_at.millis(),
        started: summary.started_at.map(Timestamp::millis),
        ended: summary.ended_at.map(Timestamp::millis),
        starts_at: plan.how.starts_at.map(Timestamp::millis),
        wave: summary.wave,
        waves: u16::try_from(plan.how.waves.len()).unwrap_or(u16::MAX),
        counts: summary.counts,
        way_back: has_way_back(&plan.task),
        rule: rule(plan, summary.counts.failed, summary.counts.finished()),
    }
}

/// The rule with the numbers of the wave it looks at.
fn rule(plan: &Plan, failed: u32, finished: u32) -> Option<Rule> {
    let rule = plan.how.failures.as_ref()?;
    Some(Rule {
        count: rule.count,
        percent: rule.percent,
        after: rule.after,
        then: rule.then,
        failed,
        finished,
    })
}

/// Who made it, as people read it.
fn by(actor: &Actor) -> String {
    match actor {
        Actor::Person { name, .. } => name.clone(),
        Actor::Policy { name } => format!("a tool with the policy {}", name.as_str()),
        Actor::Console => "the command line".to_owned(),
        Actor::Operation { id } => format!("operation {id}"),
        Actor::Configuration { id } => format!("the configuration {id}"),
        Actor::Device | Actor::Hub => "the hub".to_owned(),
    }
}

/// One operation in full.
pub fn view(
    detail: OperationDetail,
    approval: Option<ApprovalView>,
    hub: &Hub,
    access: &Access,
) -> Result<OperationView, AppError> {
    let OperationDetail {
        summary,
        waves,
        waiting,
        failures,
    } = detail;
    let plan = summary.plan.clone();
    let (job, back_of) = (summary.job_id.clone(), summary.back_of);
    let open = summary.wave.and_then(|wave| waves.get(usize::from(wave)));
    let of_open = open.map(|wave| (wave.counts.failed, wave.counts.finished()));
    let mut row = row(summary);
    if let Some((failed, finished)) = of_open {
        row.rule = rule(&plan, failed, finished);
    }
    let gates = gates(&plan, hub, access)?;
    let in_waves = !plan.how.waves.is_empty();
    Ok(OperationView {
        job,
        back_of,
        who: words::who(&plan.target),
        query: match &plan.target {
            Target::Query { text } => Some(text.clone()),
            Target::Devices { .. } => None,
        },
        good: words::good(&plan.task),
        facts: words::facts(&plan.how),
        approval,
        gates,
        waves: if in_waves {
            waves.into_iter().map(wave).collect()
        } else {
            Vec::new()
        },
        waiting: waiting
            .into_iter()
            .map(|group| waits(&plan, group))
            .collect(),
        failures: failures
            .into_iter()
            .map(|group| FailureRow {
                why: group.why,
                devices: group.devices,
                retryable: group.retryable,
            })
            .collect(),
        way_back: way_back(&plan.task),
        rights: rights(access),
        now: hub.now().millis(),
        row,
    })
}

fn wave(status: WaveStatus) -> WaveRow {
    WaveRow {
        size: words::size(&status.wave.size),
        state: status.state,
        gate: words::wave_gate(&status.wave),
        counts: status.counts,
        opened: status.opened_at.map(Timestamp::millis),
        soak_until: status.soak_until.map(Timestamp::millis),
    }
}

fn waits(plan: &Plan, group: WaitingGroup) -> WaitingRow {
    let gate = group
        .gate
        .and_then(|gate| plan.how.gates.get(usize::from(gate)));
    WaitingRow {
        holds: match group.cause {
            WaitCause::Gate => gate.map_or(Holds::Condition, holds),
            WaitCause::Offline => Holds::Offline,
            WaitCause::Limit => Holds::Limit,
            WaitCause::Retry => Holds::Retry,
            WaitCause::HeldBy => Holds::HeldBy,
            WaitCause::Maintenance => Holds::Maintenance,
        },
        gate: group.gate,
        why: group.why,
        devices: group.devices,
        look: group.look.map(Timestamp::millis),
        held_by: group.held_by,
    }
}

fn holds(gate: &Gate) -> Holds {
    words::gate(gate).holds
}

/// Whether the hub can take back what it did.
fn has_way_back(task: &Task) -> bool {
    matches!(
        task,
        Task::UpdateTwin { .. }
            | Task::InstallFirmware {
                back_to: Some(_),
                ..
            }
    )
}

/// How what it did can be taken back.
fn way_back(task: &Task) -> String {
    match task {
        Task::UpdateTwin { .. } => {
            "What it overwrites is kept. Once it has ended, rolling back is one operation that begins at once."
        }
        Task::SetEnabled { .. } | Task::RestoreDesired { .. } => {
            "Another operation can do the opposite: clone this one and change it."
        }
        Task::ChangeStage { .. } => {
            "Devices leave maintenance by another operation; retired ones stay retired."
        }
        Task::InstallFirmware {
            back_to: Some(_), ..
        } => "Once it has ended, rolling back installs the version that was named.",
        Task::InstallFirmware { back_to: None, .. } => {
            "Another operation can install the version before: clone this one and choose it."
        }
        Task::InvokeMethod { .. } => "What a method did cannot be taken back by the hub.",
        Task::Delete => "Deleted devices cannot be brought back.",
        Task::RotateKeys => "Old keys are gone once devices use the new ones.",
        Task::Import { .. } | Task::Export { .. } => "It changes no device.",
    }
    .to_owned()
}

/// A device of an operation.
pub fn target_row(found: Found) -> TargetRow {
    TargetRow {
        device: found.device,
        wave: found.wave,
        state: found.state,
        attempt: found.attempt,
        why: found.why,
        gate: found.gate,
        step: found.step.map(|step| step.in_words().to_owned()),
        look: found.look.map(Timestamp::millis),
        began: found.began_at.map(Timestamp::millis),
        ended: found.ended_at.map(Timestamp::millis),
        status: found.status,
        result: found.result,
    }
}
