//! `GET /devices/{device}`.

use axum::response::Response;

use super::identity;
use crate::error::ApiError;
use crate::hub::answer::tagged;
use crate::hub::target::{Asked, Target};

pub(super) async fn handle(asked: Asked, Target(id): Target) -> Result<Response, ApiError> {
    let device = asked.hub.identity(&asked.permit_device(&id)?).await?;
    let shown = identity::shown(&device, asked.hub.connections().view(&id));
    Ok(tagged(&shown, device.etag))
}
