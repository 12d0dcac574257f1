//! `GET /configurations/{id}`.

use axum::response::Response;

use super::{refused, shown::shown};
use crate::error::ApiError;
use crate::hub::answer::tagged;
use crate::hub::target::{Asked, ConfigurationTarget};

pub(super) async fn handle(
    asked: Asked,
    ConfigurationTarget(id): ConfigurationTarget,
) -> Result<Response, ApiError> {
    let found = asked.hub.configuration(&asked.permit()?, &id);
    let found = found.map_err(refused)?;
    Ok(tagged(&shown(&asked, &found).await?, found.etag))
}
