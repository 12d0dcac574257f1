//! `GET /twins/{device}`.

use axum::response::Response;

use super::document;
use crate::error::ApiError;
use crate::hub::answer::tagged;
use crate::hub::target::{Asked, Target};

pub(super) async fn handle(asked: Asked, Target(id): Target) -> Result<Response, ApiError> {
    let row = asked.hub.twin(&asked.permit_device(&id)?).await?;
    let connected = asked.hub.connections().is_open(&id);
    let etag = row.twin.etag;
    Ok(tagged(&document::of_device(&row, connected), etag))
}
