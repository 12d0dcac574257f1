//! A plan in a body.

use muster_core::job::{MAX_JOB_ID, check_job_id};
use muster_core::operation::Plan;
use serde_json::Value;

use crate::manage::call::Call;
use crate::manage::problem::Problem;
use crate::manage::schema::{named, text};

/// What is asked for.
pub(super) struct Asked {
    pub(super) plan: Plan,
    /// A name that tools of IoT Hub find it by.
    pub(super) job_id: Option<String>,
}

/// The member beside the plan.
const JOB_ID: &str = "jobId";

pub(super) fn body() -> Value {
    let mut schema = super::schema::plan();
    let mut job = text(MAX_JOB_ID);
    job["pattern"] = "^[A-Za-z0-9._-]+$".into();
    job["description"] = "A name by which tools of IoT Hub find it.".into();
    schema["properties"][JOB_ID] = job;
    // The schema of a plan as answers show it has everything.
    schema["required"] = serde_json::json!(["title", "task", "target"]);
    schema["properties"]["how"] = named("How");
    schema
}

pub(super) fn read(call: &Call) -> Result<Asked, Problem> {
    let mut given: Value = call.body()?;
    let job_id = given
        .as_object_mut()
        .and_then(|members| members.remove(JOB_ID))
        .filter(|id| !id.is_null());
    let job_id = match job_id {
        None => None,
        Some(Value::String(id)) if check_job_id(&id).is_ok() => Some(id),
        Some(_) => {
            return Err(Problem::unreadable(
                "jobId has letters, digits, points, dashes and underscores.",
            ));
        }
    };
    let plan = Plan::read(&given)
        .map_err(|error| Problem::unreadable(format!("The plan cannot be read: {error}.")))?;
    Ok(Asked { plan, job_id })
}
