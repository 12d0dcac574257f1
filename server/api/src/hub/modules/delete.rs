//! `DELETE /devices/{device}/modules/{module}`: never without `If-Match`.

use axum::http::StatusCode;

use super::module_error;
use crate::error::ApiError;
use crate::hub::body::Condition;
use crate::hub::target::{Asked, ModuleTarget};

pub(super) async fn handle(
    asked: Asked,
    ModuleTarget(device, id): ModuleTarget,
    condition: Condition,
) -> Result<StatusCode, ApiError> {
    let if_match = condition.required()?;
    let permit = asked.permit_device(&device)?;
    let deleted = asked.hub.delete_module(&permit, &id, Some(if_match)).await;
    deleted.map_err(module_error)?;
    Ok(StatusCode::NO_CONTENT)
}
