//! `DELETE /configurations/{id}`. What it wrote stays in the twins.

use axum::http::StatusCode;

use super::refused;
use crate::error::ApiError;
use crate::hub::body::Condition;
use crate::hub::target::{Asked, ConfigurationTarget};

pub(super) async fn handle(
    asked: Asked,
    ConfigurationTarget(id): ConfigurationTarget,
    Condition(condition): Condition,
) -> Result<StatusCode, ApiError> {
    let permit = asked.permit()?;
    let deleted = asked.hub.delete_configuration(&permit, id, condition).await;
    deleted.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
