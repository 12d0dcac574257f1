//! `POST /jobs/v2/{job}/cancel`: calls off a job that has not begun.

use axum::http::StatusCode;
use axum::response::Response;
use muster_service::operations::Steer;

use super::JobName;
use super::shown;
use crate::error::{ApiError, Code};
use crate::hub::answer::json;
use crate::hub::target::Asked;

pub(super) async fn handle(asked: Asked, JobName(id): JobName) -> Result<Response, ApiError> {
    let access = asked.caller.access();
    let found = asked.hub.operation_by_job(access, &id).await?;
    let detail = found.ok_or_else(|| ApiError::new(Code::JobNotFound, "there is no such job"))?;
    let steer = Steer::Cancel {
        reason: "called off over the jobs API".to_owned(),
    };
    let permit = asked.permit()?;
    let steered = asked.hub.steer_operation(&permit, detail.summary.id, steer);
    let summary = steered.await?;
    Ok(json(StatusCode::OK, &shown::job(&summary, asked.hub.now())))
}
