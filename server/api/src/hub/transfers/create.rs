//! `POST /jobs/create`: begins an export or import.

use axum::http::StatusCode;
use axum::response::Response;

use super::body::TransferBody;
use super::{refused, shown};
use crate::error::ApiError;
use crate::hub::answer::json;
use crate::hub::body::Json;
use crate::hub::target::Asked;

pub(super) async fn handle(
    asked: Asked,
    Json(body): Json<TransferBody>,
) -> Result<Response, ApiError> {
    let plan = body.plan()?;
    let begun = asked.hub.begin_transfer(&asked.permit()?, plan).await;
    let transfer = begun.map_err(refused)?;
    Ok(json(StatusCode::OK, &shown::transfer(&transfer)))
}
