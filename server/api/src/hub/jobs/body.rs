//! A job on the wire, read as the plan of an operation.

use std::time::Duration;

use muster_core::job::{DEFAULT_EXECUTION_S, JobType, MAX_AHEAD_MS, MAX_EXECUTION_S, read_time};
use muster_core::method::{DEFAULT_RESPONSE_TIMEOUT, MethodName, check_timeouts};
use muster_core::operation::{How, Limits, Offline, Plan, Target, Task};
use muster_core::time::Timestamp;
use muster_query::Condition;
use serde::Deserialize;
use serde_json::Value;

use crate::error::{ApiError, Code};

/// How long a device has for what it was begun with, beyond the time that a call waits, in seconds.
const SPARE_S: u32 = 60;

/// Members that are not listed are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JobBody {
    job_id: Option<String>,
    r#type: Option<String>,
    cloud_to_device_method: Option<MethodBody>,
    update_twin: Option<TwinBody>,
    query_condition: Option<String>,
    start_time: Option<String>,
    max_execution_time_in_seconds: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MethodBody {
    method_name: Option<String>,
    #[serde(default)]
    payload: Value,
    response_timeout_in_seconds: Option<i64>,
    connect_timeout_in_seconds: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct TwinBody {
    etag: Option<String>,
    tags: Option<Value>,
    properties: Option<Properties>,
}

#[derive(Debug, Deserialize)]
struct Properties {
    desired: Option<Value>,
}

impl JobBody {
    /// What is asked for, under the name in the address.
    pub(super) fn plan(self, id: &str, now: Timestamp) -> Result<Plan, ApiError> {
        if self.job_id.as_deref().is_some_and(|named| named != id) {
            return Err(ApiError::argument(
                "jobId in the body is another one than in the address",
            ));
        }
        let condition = condition(self.query_condition.as_deref())?;
        let begins = begins(self.start_time.as_deref(), now)?;
        let lasts = self
            .max_execution_time_in_seconds
            .unwrap_or(DEFAULT_EXECUTION_S);
        if !(1..=MAX_EXECUTION_S).contains(&lasts) {
            return Err(ApiError::argument(format!(
                "maxExecutionTimeInSeconds is from 1 to {MAX_EXECUTION_S}"
            )));
        }
        let kind = self.r#type.ok_or_else(|| missing("type"))?;
        let kind = kind.parse().map_err(|()| {
            ApiError::argument("type is scheduleUpdateTwin or scheduleDeviceMethod")
        })?;
        let (task, offline, timeout_s) = match kind {
            JobType::DeviceMethod => {
                let method = self.cloud_to_device_method;
                let (task, timeout_s) = method
                    .ok_or_else(|| missing("cloudToDeviceMethod"))?
                    .task()?;
                (task, Offline::Fail, timeout_s)
            }
            JobType::UpdateTwin => {
                let twin = self.update_twin.ok_or_else(|| missing("updateTwin"))?;
                (twin.task()?, Offline::NextContact, SPARE_S)
            }
        };
        Ok(Plan {
            title: title(id),
            task,
            target: Target::Query { text: condition },
            how: How {
                starts_at: begins,
                expires_at: Some(begins.unwrap_or(now).plus_ms(lasts * 1000)),
                waves: Vec::new(),
                gates: Vec::new(),
                limits: Limits::default(),
                offline,
                attempts: 1,
                retry_after_s: 0,
                timeout_s,
                newcomers: false,
                failures: None,
            },
        })
    }
}

impl MethodBody {
    fn task(self) -> Result<(Task, u32), ApiError> {
        let bad = |error: &dyn std::fmt::Display| ApiError::argument(error.to_string());
        let name = self.method_name.ok_or_else(|| missing("methodName"))?;
        let name = MethodName::new(&name).map_err(|error| bad(&error))?;
        let default = DEFAULT_RESPONSE_TIMEOUT.as_secs().cast_signed();
        let connect = seconds(self.connect_timeout_in_seconds.unwrap_or(0))?;
        let response = seconds(self.response_timeout_in_seconds.unwrap_or(default))?;
        let time = |seconds: u16| Duration::from_secs(seconds.into());
        check_timeouts(time(connect), time(response)).map_err(|error| bad(&error))?;
        let task = Task::InvokeMethod {
            name,
            payload: self.payload,
            connect_timeout_s: connect,
            response_timeout_s: response,
        };
        Ok((task, u32::from(connect) + u32::from(response) + SPARE_S))
    }
}

impl TwinBody {
    fn task(self) -> Result<Task, ApiError> {
        if self.etag.as_deref().is_some_and(|etag| etag != "*") {
            return Err(ApiError::argument(
                "updateTwin.etag is \"*\": a job writes many twins",
            ));
        }
        let desired = self.properties.and_then(|properties| properties.desired);
        let patch = |patch: Option<Value>, name: &str| match patch {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(patch)) if patch.is_empty() => Ok(None),
            Some(Value::Object(patch)) => Ok(Some(Value::Object(patch))),
            Some(_) => Err(ApiError::argument(format!("{name} is an object"))),
        };
        let tags = patch(self.tags, "updateTwin.tags")?;
        let desired = patch(desired, "updateTwin.properties.desired")?;
        if tags.is_none() && desired.is_none() {
            return Err(ApiError::new(
                Code::ArgumentNull,
                "updateTwin changes nothing: give tags or properties.desired",
            ));
        }
        Ok(Task::UpdateTwin { tags, desired })
    }
}

/// What people read in the list of operations.
fn title(id: &str) -> String {
    let text = format!("Job {id}");
    text.chars()
        .take(muster_core::operation::MAX_TITLE)
        .collect()
}

/// The text behind `WHERE`; empty for `*`. Other than IoT Hub, which fails such jobs later, a condition that cannot be
/// read is refused at once.
fn condition(text: Option<&str>) -> Result<String, ApiError> {
    let text = text.map(str::trim).unwrap_or_default();
    match text {
        "" => Err(missing("queryCondition")),
        "*" => Ok(String::new()),
        _ if text
            .get(..5)
            .is_some_and(|word| word.eq_ignore_ascii_case("FROM ")) =>
        {
            Err(ApiError::argument(
                "queryCondition: jobs reach devices; leave out FROM and WHERE",
            ))
        }
        _ => Condition::parse(text)
            .map(|_| text.to_owned())
            .map_err(|error| ApiError::argument(format!("queryCondition: {error}"))),
    }
}

/// When it begins; `None` for at once.
fn begins(text: Option<&str>, now: Timestamp) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let at = read_time(text).ok_or_else(|| {
        ApiError::argument("startTime is an instant such as 2026-03-04T06:00:00Z")
    })?;
    if at.since(now) > MAX_AHEAD_MS {
        return Err(ApiError::argument("startTime is at most 168 hours ahead"));
    }
    Ok((at > now).then_some(at))
}

fn seconds(given: i64) -> Result<u16, ApiError> {
    u16::try_from(given).map_err(|_| ApiError::argument("a timeout is from 0 to 300 seconds"))
}

fn missing(name: &str) -> ApiError {
    ApiError::new(Code::ArgumentNull, format!("{name} is missing"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_secs(1_772_600_767);

    fn read(body: &Value) -> Result<Plan, ApiError> {
        let body: JobBody = serde_json::from_value(body.clone()).unwrap();
        body.plan("fw-17", NOW)
    }

    fn twin(more: Value) -> Value {
        let mut body = json!({
            "jobId": "fw-17", "type": "scheduleUpdateTwin", "queryCondition": "*",
            "updateTwin": {"deviceId": null, "etag": "*", "tags": {"ring": 2}},
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }

    #[test]
    fn twin_jobs_write_also_to_devices_that_are_away() {
        let plan = read(&twin(json!({}))).unwrap();
        let tags = Some(json!({"ring": 2}));
        let desired = None;
        assert_eq!(plan.task, Task::UpdateTwin { tags, desired });
        assert_eq!(plan.title, "Job fw-17");
        let text = String::new();
        assert_eq!(plan.target, Target::Query { text });
        assert_eq!(plan.how.offline, Offline::NextContact);
        assert_eq!(plan.how.starts_at, None);
        assert_eq!(plan.how.expires_at, Some(NOW.plus_ms(3_600_000)));
    }

    #[test]
    fn methods_fail_where_nobody_is_online() {
        let plan = read(&json!({
            "type": "scheduleDeviceMethod", "queryCondition": "deviceId IN ['a', 'b']",
            "cloudToDeviceMethod": {"methodName": "update", "payload": {"v": 1}, "responseTimeoutInSeconds": 60},
            "startTime": "2026-03-04T06:00:00Z", "maxExecutionTimeInSeconds": 600,
        }))
        .unwrap();
        let begins: Timestamp = "2026-03-04T06:00:00Z".parse().unwrap();
        assert_eq!(plan.how.offline, Offline::Fail);
        assert_eq!(plan.how.starts_at, Some(begins));
        assert_eq!(plan.how.expires_at, Some(begins.plus_ms(600_000)));
        assert_eq!(plan.how.timeout_s, 120);
        let task = Task::InvokeMethod {
            name: MethodName::new("update").unwrap(),
            payload: json!({"v": 1}),
            connect_timeout_s: 0,
            response_timeout_s: 60,
        };
        assert_eq!(plan.task, task);
    }

    #[test]
    fn the_rules_of_jobs() {
        let check = |more: Value, want: Option<Code>| {
            let code = read(&twin(more.clone())).err().map(|error| error.code);
            assert_eq!(code, want, "{more}");
        };
        let bad = Some(Code::ArgumentInvalid);
        let none = Some(Code::ArgumentNull);
        check(json!({"jobId": null}), None);
        check(json!({"jobId": "other"}), bad);
        check(json!({"type": null}), none);
        check(json!({"type": "export"}), bad);
        check(json!({"type": "scheduleTwinUpdate"}), None);
        check(json!({"type": "scheduleDeviceMethod"}), none);
        check(json!({"queryCondition": null}), none);
        check(json!({"queryCondition": " "}), none);
        check(json!({"queryCondition": "tags.site = 'b7'"}), None);
        check(json!({"queryCondition": "tags.site ="}), bad);
        check(
            json!({"queryCondition": "FROM devices.modules WHERE moduleId = 'a'"}),
            bad,
        );
        check(json!({"updateTwin": null}), none);
        check(json!({"updateTwin": {"etag": "*"}}), none);
        check(json!({"updateTwin": {"tags": {"a": 1}}}), None);
        check(
            json!({"updateTwin": {"etag": "AAAAAAAAAAE=", "tags": {"a": 1}}}),
            bad,
        );
        check(json!({"updateTwin": {"tags": [1]}}), bad);
        check(json!({"startTime": ""}), None);
        check(json!({"startTime": "2026-03-04T05:00:00"}), None);
        check(json!({"startTime": "2026-03-11T05:06:07Z"}), None);
        check(json!({"startTime": "2026-03-11T05:06:08Z"}), bad);
        check(json!({"startTime": "tomorrow"}), bad);
        check(json!({"maxExecutionTimeInSeconds": 0}), bad);
        check(json!({"maxExecutionTimeInSeconds": 2_592_000}), None);
        check(json!({"maxExecutionTimeInSeconds": 2_592_001}), bad);
        let method =
            |method: Value| json!({"type": "scheduleDeviceMethod", "cloudToDeviceMethod": method});
        check(method(json!({})), none);
        check(method(json!({"methodName": "a b"})), bad);
        check(
            method(json!({"methodName": "a", "responseTimeoutInSeconds": 4})),
            bad,
        );
        check(
            method(json!({"methodName": "a", "connectTimeoutInSeconds": 31})),
            bad,
        );
        check(
            method(json!({"methodName": "a", "connectTimeoutInSeconds": -1})),
            bad,
        );
        check(
            method(json!({"methodName": "a", "connectTimeoutInSeconds": 30})),
            None,
        );
    }
}
