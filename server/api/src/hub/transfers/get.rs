//! `GET /jobs/{job}`.

use axum::http::StatusCode;
use axum::response::Response;

use super::{Named, absent, shown};
use crate::error::ApiError;
use crate::hub::answer::json;
use crate::hub::target::Asked;

pub(super) async fn handle(asked: Asked, Named(id): Named) -> Result<Response, ApiError> {
    let found = asked.hub.transfer(&asked.permit()?, &id).await?;
    let transfer = found.ok_or_else(absent)?;
    Ok(json(StatusCode::OK, &shown::transfer(&transfer)))
}
