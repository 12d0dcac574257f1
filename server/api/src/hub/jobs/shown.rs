//! A job as it is shown (spec §5.8).

use muster_core::job::{JobStatus, JobType};
use muster_core::operation::{Plan, Target, Task};
use muster_core::time::Timestamp;
use muster_service::operations::OperationSummary;
use serde_json::{Value, json};

/// The response of IoT Hub for an operation. What a job never does has no type there.
pub(super) fn job(summary: &OperationSummary, now: Timestamp) -> Value {
    let plan = &summary.plan;
    let kind = JobType::of(plan.task.kind());
    let status = JobStatus::of(summary.state, plan.how.starts_at, now);
    let begins = plan.how.starts_at.unwrap_or(summary.created_at);
    let lasts = plan
        .how
        .expires_at
        .map(|at| (at.since(begins) + 500) / 1000);
    let failed = status == JobStatus::Failed;
    let reason = summary.reason.as_deref();
    let counts = &summary.counts;
    let mut job = json!({
        "jobId": id(summary),
        "queryCondition": condition(plan),
        "createdTime": summary.created_at.to_string(),
        "startTime": summary.started_at.unwrap_or(begins).to_string(),
        "endTime": summary.ended_at.map(|at| at.to_string()),
        "maxExecutionTimeInSeconds": lasts,
        "type": kind.map_or("unknown", JobType::as_str),
        "status": status.as_str(),
        "failureReason": failed.then(|| reason.unwrap_or("its time ran out before all devices were through")),
        "statusMessage": reason.filter(|_| !failed),
        "deviceJobStatistics": {
            "deviceCount": counts.total(),
            "failedCount": counts.failed,
            "succeededCount": counts.succeeded,
            "runningCount": counts.running,
            "pendingCount": counts.later + counts.waiting,
        },
    });
    match &plan.task {
        Task::InvokeMethod {
            name,
            payload,
            connect_timeout_s,
            response_timeout_s,
        } => {
            job["cloudToDeviceMethod"] = json!({
                "methodName": name,
                "payload": payload,
                "responseTimeoutInSeconds": response_timeout_s,
                "connectTimeoutInSeconds": connect_timeout_s,
            });
        }
        Task::UpdateTwin { tags, desired } => {
            job["updateTwin"] = json!({
                "deviceId": null,
                "etag": "*",
                "tags": tags,
                "properties": { "desired": desired },
            });
        }
        _ => {}
    }
    job
}

/// The name it was given; the number of an operation that was made elsewhere.
pub(super) fn id(summary: &OperationSummary) -> String {
    summary
        .job_id
        .clone()
        .unwrap_or_else(|| summary.id.to_string())
}

fn condition(plan: &Plan) -> String {
    match &plan.target {
        Target::Query { text } if text.is_empty() => "*".to_owned(),
        Target::Query { text } => text.clone(),
        Target::Devices { ids } => {
            let names: Vec<String> = ids
                .iter()
                .map(|id| format!("'{}'", id.as_str().replace('\'', "\\'")))
                .collect();
            format!("deviceId IN [{}]", names.join(", "))
        }
    }
}
