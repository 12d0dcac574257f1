//! `GET /twins/{device}` and `GET /twins/{device}/modules/{module}`.

use axum::response::Response;
use serde_json::Value;

use crate::error::ApiError;
use crate::hub::answer::tagged;
use crate::hub::target::{Asked, ModuleTarget, Target};

pub(super) async fn handle(asked: Asked, Target(id): Target) -> Result<Response, ApiError> {
    let permit = asked.permit_device(&id)?;
    let (twin, etag) = asked.hub.twin_document(&permit).await?;
    Ok(tagged(&Value::Object(twin), etag))
}

pub(super) async fn module(
    asked: Asked,
    ModuleTarget(device, id): ModuleTarget,
) -> Result<Response, ApiError> {
    let permit = asked.permit_device(&device)?;
    let (twin, etag) = asked.hub.module_twin_document(&permit, &id).await?;
    Ok(tagged(&Value::Object(twin), etag))
}
