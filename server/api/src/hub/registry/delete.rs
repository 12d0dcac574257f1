//! `DELETE /devices/{device}`: never without `If-Match`.

use axum::http::StatusCode;

use crate::error::ApiError;
use crate::hub::body::Condition;
use crate::hub::target::{Asked, Target};

pub(super) async fn handle(
    asked: Asked,
    Target(id): Target,
    condition: Condition,
) -> Result<StatusCode, ApiError> {
    let if_match = condition.required()?;
    let permit = asked.permit_device(&id)?;
    asked.hub.delete_device(permit, Some(if_match)).await?;
    Ok(StatusCode::NO_CONTENT)
}
