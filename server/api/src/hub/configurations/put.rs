//! `PUT /configurations/{id}`: makes a configuration, or with `If-Match` changes all of one but its content.

use axum::response::Response;
use muster_core::ids::ConfigurationId;
use muster_service::configurations::ConfigurationItem;

use super::{refused, shown::shown};
use crate::error::ApiError;
use crate::hub::answer::tagged;
use crate::hub::body::{Condition, Json};
use crate::hub::target::{Asked, ConfigurationTarget};

pub(super) async fn handle(
    asked: Asked,
    ConfigurationTarget(id): ConfigurationTarget,
    Condition(condition): Condition,
    Json(body): Json<ConfigurationItem>,
) -> Result<Response, ApiError> {
    check(&body, &id)?;
    let permit = asked.permit()?;
    let kept = match condition {
        None => {
            let draft = body.draft()?;
            asked.hub.create_configuration(&permit, id, draft).await
        }
        Some(if_match) => {
            let edit = body.edit();
            let hub = &asked.hub;
            hub.update_configuration(&permit, id, if_match, edit).await
        }
    };
    let kept = kept.map_err(refused)?;
    Ok(tagged(&shown(&asked, &kept).await?, kept.etag))
}

/// Refuses a body that names another configuration than the address.
fn check(body: &ConfigurationItem, id: &ConfigurationId) -> Result<(), ApiError> {
    match body.id() {
        Some(named) if named != id.as_str() => Err(ApiError::argument(format!(
            "the address names {id}, the body {named:?}"
        ))),
        _ => Ok(()),
    }
}
