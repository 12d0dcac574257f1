//! `PUT /jobs/v2/{job}`: asks for a job.

use axum::http::StatusCode;
use axum::response::Response;
use muster_core::operation::OperationState;
use muster_service::ServiceError;
use muster_service::operations::OperationQuery;
use serde_json::Value;

use super::JobName;
use super::body::JobBody;
use super::shown;
use crate::error::{ApiError, Code};
use crate::hub::answer::json;
use crate::hub::body::Json;
use crate::hub::target::Asked;

/// Most jobs that are under way or wait for their time; ten times what IoT Hub's largest unit takes (spec §9).
const MAX_ACTIVE: usize = 100;

/// When to ask again while there are too many, in seconds.
const RETRY_AFTER_S: u64 = 30;

pub(super) async fn handle(
    asked: Asked,
    JobName(id): JobName,
    Json(body): Json<JobBody>,
) -> Result<Response, ApiError> {
    let plan = body.plan(&id, asked.hub.now())?;
    let permit = asked.permit()?;
    if active(&asked).await? >= MAX_ACTIVE {
        return Err(ApiError {
            retry_after_s: Some(RETRY_AFTER_S),
            ..ApiError::new(
                Code::ThrottlingMaxActiveJobCountExceeded,
                format!(
                    "{MAX_ACTIVE} jobs are under way or wait for their time; cancel one, or wait for an end"
                ),
            )
        });
    }
    let made = asked.hub.create_operation(&permit, plan, Some(id)).await;
    let summary = made.map_err(refused)?;
    let job = shown::job(&summary, asked.hub.now());
    // What IoT Hub tells of a new job; the rest is asked for.
    let members = ["jobId", "type", "status"].map(|name| (name.to_owned(), job[name].clone()));
    Ok(json(
        StatusCode::OK,
        &Value::Object(members.into_iter().collect()),
    ))
}

async fn active(asked: &Asked) -> Result<usize, ApiError> {
    let all = OperationState::ALL.iter().copied();
    let query = OperationQuery {
        states: all.filter(|state| !state.is_over()).collect(),
        jobs: true,
        limit: MAX_ACTIVE,
        ..OperationQuery::default()
    };
    let page = asked.hub.operations(asked.caller.access(), &query).await?;
    Ok(page.rows.len())
}

fn refused(error: ServiceError) -> ApiError {
    match error {
        ServiceError::AlreadyExists => ApiError::new(
            Code::JobAlreadyExists,
            "there is a job of that id; choose another one",
        ),
        other => other.into(),
    }
}
