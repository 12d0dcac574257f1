//! `GET /configurations?top=`: all of them, without pages.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use muster_core::configuration::MAX_CONFIGURATIONS;
use serde_json::Value;

use super::shown::shown;
use crate::error::ApiError;
use crate::hub::answer::json;
use crate::hub::target::{Asked, top};

pub(super) async fn handle(asked: Asked, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let top = top(query.as_deref().unwrap_or_default(), MAX_CONFIGURATIONS)?;
    let all = asked.hub.configurations(&asked.permit()?);
    let mut list = Vec::new();
    for one in all.iter().take(top) {
        list.push(shown(&asked, one).await?);
    }
    Ok(json(StatusCode::OK, &Value::Array(list)))
}
