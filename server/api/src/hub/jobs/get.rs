//! `GET /jobs/v2/{job}`. A job that does not exist is unknown, which is no error (spec §5.8).

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::JobName;
use super::shown;
use crate::error::ApiError;
use crate::hub::answer::json;
use crate::hub::target::Asked;

pub(super) async fn handle(asked: Asked, JobName(id): JobName) -> Result<Response, ApiError> {
    let access = asked.caller.access();
    let found = asked.hub.operation_by_job(access, &id).await?;
    let job = found.map_or_else(
        || json!({ "jobId": id, "type": "unknown", "status": "unknown" }),
        |detail| shown::job(&detail.summary, asked.hub.now()),
    );
    Ok(json(StatusCode::OK, &job))
}
