//! `GET /jobs`: exports and imports, newest first.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::shown;
use crate::error::ApiError;
use crate::hub::answer::json;
use crate::hub::target::Asked;

pub(super) async fn handle(asked: Asked) -> Result<Response, ApiError> {
    let all = asked.hub.transfers(&asked.permit()?).await?;
    let shown: Value = all.iter().map(shown::transfer).collect();
    Ok(json(StatusCode::OK, &shown))
}
