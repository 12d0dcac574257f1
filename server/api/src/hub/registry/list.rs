//! `GET /devices?top=`: the first identities, without pages. Whoever wants all of them asks a query.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use muster_service::identities::MAX_IDENTITIES;
use serde_json::Value;

use super::identity;
use crate::error::ApiError;
use crate::hub::answer::json;
use crate::hub::target::{Asked, top};

pub(super) async fn handle(asked: Asked, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let top = top(query.as_deref().unwrap_or_default(), MAX_IDENTITIES)?;
    let devices = asked.hub.identities(&asked.permit()?, top).await?;
    let connections = asked.hub.connections();
    let shown: Vec<Value> = devices
        .iter()
        .map(|device| identity::shown(device, connections.view(&device.id)))
        .collect();
    Ok(json(StatusCode::OK, &Value::Array(shown)))
}
