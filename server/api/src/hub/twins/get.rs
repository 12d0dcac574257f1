//! `GET /twins/{device}`.

use axum::response::Response;
use serde_json::Value;

use crate::error::ApiError;
use crate::hub::answer::tagged;
use crate::hub::target::{Asked, Target};

pub(super) async fn handle(asked: Asked, Target(id): Target) -> Result<Response, ApiError> {
    let permit = asked.permit_device(&id)?;
    let (twin, etag) = asked.hub.twin_document(&permit).await?;
    Ok(tagged(&Value::Object(twin), etag))
}
