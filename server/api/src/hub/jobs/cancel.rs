//! `POST /jobs/v2/{job}/cancel`: calls off a job that has not begun.

use axum::http::StatusCode;
use axum::response::Response;
use muster_core::operation::Turn;
use muster_service::ServiceError;
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
    // What has begun is stopped over the management REST, which says what stays done.
    if detail.summary.state.after(Turn::Cancel).is_err() {
        let state = detail.summary.state.in_words();
        return Err(not_now(ServiceError::Invalid(format!(
            "the job is {state}"
        ))));
    }
    let steered = asked.hub.steer_operation(&permit, detail.summary.id, steer);
    let summary = steered.await.map_err(not_now)?;
    Ok(json(StatusCode::OK, &shown::job(&summary, asked.hub.now())))
}

fn not_now(error: ServiceError) -> ApiError {
    match error {
        ServiceError::Invalid(text) => ApiError::new(Code::OperationNotAllowedInCurrentState, text),
        other => other.into(),
    }
}
