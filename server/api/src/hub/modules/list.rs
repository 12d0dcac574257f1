//! `GET /devices/{device}/modules`: all of them; there are few.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::{identity, module_error};
use crate::error::ApiError;
use crate::hub::answer::json;
use crate::hub::target::{Asked, Target};

pub(super) async fn handle(asked: Asked, Target(id): Target) -> Result<Response, ApiError> {
    let permit = asked.permit_device(&id)?;
    let modules = asked.hub.modules(&permit).await.map_err(module_error)?;
    let connections = asked.hub.connections();
    let shown: Vec<Value> = modules
        .iter()
        .map(|module| identity::shown(module, connections.view_of(&module.summary.identity())))
        .collect();
    Ok(json(StatusCode::OK, &Value::Array(shown)))
}
