//! Operations as JSON, in answers and on the command line.

use muster_core::operation::{Counts, Forecast};
use muster_service::operations::{
    FailureGroup, OperationDetail, OperationSummary, Preview, TargetRow, WaitCause, WaitingGroup,
    WaveStatus,
};
use serde_json::{Value, json};

use crate::manage::wire::{actor, time};

/// What lists show.
pub fn operation(operation: &OperationSummary) -> Value {
    json!({
        "operation": operation.id,
        "jobId": operation.job_id,
        "plan": operation.plan.written(),
        "state": operation.state,
        "reason": operation.reason,
        "createdTime": operation.created_at.to_string(),
        "createdBy": actor(&operation.created_by),
        "startedTime": time(operation.started_at),
        "endedTime": time(operation.ended_at),
        "wave": operation.wave,
        "counts": counts(&operation.counts),
        "backOf": operation.back_of,
    })
}

/// The whole of it.
pub fn detail(detail: &OperationDetail) -> Value {
    let mut shown = operation(&detail.summary);
    shown["waves"] = detail.waves.iter().map(wave).collect();
    shown["waiting"] = detail.waiting.iter().map(waiting).collect();
    shown["failures"] = detail.failures.iter().map(failure).collect();
    shown
}

/// A device of it.
pub fn target(target: &TargetRow) -> Value {
    json!({
        "deviceId": target.device,
        "wave": target.wave,
        "state": target.state,
        "attempt": target.attempt,
        "why": target.why,
        "gate": target.gate,
        "step": target.step,
        "lookTime": time(target.look),
        "beganTime": time(target.began_at),
        "endedTime": time(target.ended_at),
        "status": target.status,
        "result": target.result,
    })
}

/// What a plan would do.
pub fn preview(preview: &Preview) -> Value {
    let excluded = preview
        .excluded
        .iter()
        .map(|group| json!({ "why": group.why, "devices": group.devices, "sample": group.sample }));
    let conflicts = preview.conflicts.iter().map(|conflict| {
        json!({
            "operation": conflict.operation,
            "title": conflict.title,
            "devices": conflict.devices,
        })
    });
    json!({
        "targets": preview.targets,
        "sample": preview.sample,
        "excluded": excluded.collect::<Value>(),
        "conflicts": conflicts.collect::<Value>(),
        "waves": preview.waves,
        "forecast": preview.forecast.as_ref().map(forecast),
        "approval": preview.approval,
        "warnings": preview.warnings,
    })
}

fn forecast(forecast: &Forecast) -> Value {
    let curve = forecast
        .curve
        .iter()
        .map(|(at, done)| json!({ "time": at.to_string(), "done": done }));
    json!({
        "finishTime": time(forecast.finish),
        "done": forecast.done,
        "left": forecast.left,
        "waveTimes": forecast.waves.iter().map(|at| time(*at)).collect::<Value>(),
        "curve": curve.collect::<Value>(),
    })
}

fn counts(counts: &Counts) -> Value {
    json!({
        "total": counts.total(),
        "later": counts.later,
        "waiting": counts.waiting,
        "running": counts.running,
        "succeeded": counts.succeeded,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "cancelled": counts.cancelled,
    })
}

fn wave(status: &WaveStatus) -> Value {
    json!({
        "wave": status.wave,
        "state": status.state,
        "counts": counts(&status.counts),
        "openedTime": time(status.opened_at),
        "soakUntil": time(status.soak_until),
    })
}

fn waiting(group: &WaitingGroup) -> Value {
    json!({
        "cause": cause(group.cause),
        "gate": group.gate,
        "why": group.why,
        "devices": group.devices,
        "lookTime": time(group.look),
        "heldBy": group.held_by,
    })
}

fn failure(group: &FailureGroup) -> Value {
    json!({ "why": group.why, "devices": group.devices, "retryable": group.retryable })
}

/// The names of causes.
pub(super) const CAUSES: [&str; 6] = [
    "gate",
    "offline",
    "limit",
    "retry",
    "held_by",
    "maintenance",
];

fn cause(cause: WaitCause) -> &'static str {
    CAUSES[match cause {
        WaitCause::Gate => 0,
        WaitCause::Offline => 1,
        WaitCause::Limit => 2,
        WaitCause::Retry => 3,
        WaitCause::HeldBy => 4,
        WaitCause::Maintenance => 5,
    }]
}
