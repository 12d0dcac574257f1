//! Devices of operations as rows of jobs (spec §5.8).

use std::time::Duration;

use muster_core::job::{JobType, device_status};
use muster_core::operation::TargetState;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_query::run::JOB_NUMBERS;
use muster_storage::{OperationRow, TargetRow};
use serde_json::{Value, json};

use super::judge::OFFLINE;
use super::read::shown;
use crate::methods::MethodError;

/// The row, and beside it the numbers by which rows are ordered.
pub(crate) fn row(
    operation: &OperationRow,
    target: &TargetRow,
    numbers: (i64, i64),
) -> (Object, Object) {
    let state = shown(operation, target.wave, target.state);
    let time = |at: Timestamp| Value::from(at.to_string());
    let kind = JobType::of(operation.plan.task.kind());
    let began = target.began_at.or(target.ended_at);
    let latest = target.ended_at.or(began).unwrap_or(operation.created_at);
    let mut row = Object::new();
    let mut add = |name: &str, value: Value| row.insert(name.to_owned(), value);
    add("deviceId", target.device.as_str().into());
    let job = operation.job_id.clone();
    add(
        "jobId",
        job.unwrap_or_else(|| operation.id.to_string()).into(),
    );
    add("jobType", kind.map_or("unknown", JobType::as_str).into());
    add("status", device_status(state).into());
    add("createdDateTimeUtc", time(operation.created_at));
    add("lastUpdatedDateTimeUtc", time(latest));
    if let Some(at) = began {
        add("startTimeUtc", time(at));
    }
    if let Some(at) = target.ended_at {
        add("endTimeUtc", time(at));
    }
    if let Some(status) = target.status {
        let answer = json!({ "status": status, "payload": target.result });
        add("outcome", json!({ "deviceMethodResponse": answer }));
    } else if state == TargetState::Succeeded && kind == Some(JobType::UpdateTwin) {
        add("outcome", json!({}));
    }
    if matches!(state, TargetState::Failed | TargetState::Skipped) {
        let why = target.why.as_deref().unwrap_or_default();
        let mut error = json!({ "description": why });
        if let Some(code) = code(why) {
            error["code"] = code.into();
        }
        add("error", error);
    }
    let [first, second] = JOB_NUMBERS.map(str::to_owned);
    let beside = [(first, numbers.0.into()), (second, numbers.1.into())];
    (row, beside.into_iter().collect())
}

/// The number of IoT Hub for a reason, where it has one: calls without an answer.
fn code(why: &str) -> Option<&'static str> {
    // Texts with a time in them are known by how they begin.
    let begins = |error: MethodError| why.starts_with(error.to_string().trim_end_matches("0 s"));
    if why == OFFLINE || begins(MethodError::NotOnline(Duration::ZERO)) {
        Some("404103")
    } else if begins(MethodError::ConnectionLost) {
        Some("404104")
    } else if begins(MethodError::NoAnswer(Duration::ZERO)) {
        Some("504101")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_without_an_answer_have_the_numbers_of_iot_hub() {
        let check = |why: &str, want: Option<&str>| assert_eq!(code(why), want, "{why}");
        let time = Duration::from_secs(30);
        check(OFFLINE, Some("404103"));
        check(&MethodError::NotOnline(time).to_string(), Some("404103"));
        check(&MethodError::ConnectionLost.to_string(), Some("404104"));
        check(&MethodError::NoAnswer(time).to_string(), Some("504101"));
        check("the device answered 500", None);
    }
}
