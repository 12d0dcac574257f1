//! `PUT /jobs/v2/{job}`: asks for a job.

use axum::http::StatusCode;
use axum::response::Response;
use muster_service::ServiceError;
use serde_json::json;

use super::JobName;
use super::body::JobBody;
use super::shown;
use crate::error::{ApiError, Code};
use crate::hub::answer::json;
use crate::hub::body::Json;
use crate::hub::target::Asked;

pub(super) async fn handle(
    asked: Asked,
    JobName(id): JobName,
    Json(body): Json<JobBody>,
) -> Result<Response, ApiError> {
    let plan = body.plan(&id, asked.hub.now())?;
    let permit = asked.permit()?;
    let made = asked.hub.create_operation(&permit, plan, Some(id)).await;
    let summary = made.map_err(refused)?;
    let job = shown::job(&summary, asked.hub.now());
    // What IoT Hub tells of a new job; the rest is asked for.
    let members = ["jobId", "type", "status"].map(|name| (name.to_owned(), job[name].clone()));
    Ok(json(
        StatusCode::OK,
        &serde_json::Value::Object(members.into_iter().collect()),
    ))
}

fn refused(error: ServiceError) -> ApiError {
    match error {
        ServiceError::AlreadyExists => ApiError::new(
            Code::JobAlreadyExists,
            "there is a job of that id; choose another one",
        ),
        ServiceError::Busy(what) => ApiError {
            code: Code::ThrottlingMaxActiveJobCountExceeded,
            ..ServiceError::Busy(what).into()
        },
        other => other.into(),
    }
}
