//! `DELETE /jobs/{job}`: calls off an export or import. One that has ended stays as it is.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use muster_service::transfer::TransferError;

use super::{Named, refused};
use crate::error::ApiError;
use crate::hub::target::Asked;

pub(super) async fn handle(asked: Asked, Named(id): Named) -> Result<Response, ApiError> {
    match asked.hub.cancel_transfer(&asked.permit()?, &id).await {
        Ok(()) | Err(TransferError::Ended) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error) => Err(refused(error)),
    }
}
