//! `POST /devices/{device}/applyConfigurationContent`: writes a content into one twin, once.

use axum::http::StatusCode;
use muster_core::configuration::Content;
use muster_service::ServiceError;
use serde_json::Value;

use crate::error::ApiError;
use crate::hub::body::Json;
use crate::hub::target::{Asked, Target};

pub(super) async fn handle(
    asked: Asked,
    Target(id): Target,
    Json(body): Json<Value>,
) -> Result<StatusCode, ApiError> {
    let permit = asked.permit_device(&id)?;
    let content = Content::parse(&body).map_err(ServiceError::from)?;
    asked.hub.apply_content(&permit, &content).await?;
    Ok(StatusCode::NO_CONTENT)
}
