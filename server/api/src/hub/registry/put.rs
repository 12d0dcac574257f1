//! `PUT /devices/{device}`: makes a device, or with `If-Match` replaces what is known of it.

use axum::response::Response;
use muster_service::registry::{IdentityChange, NewDevice};

use super::identity::{self, IdentityBody};
use crate::error::ApiError;
use crate::hub::answer::tagged;
use crate::hub::body::{Condition, Json};
use crate::hub::credentials::new_keys;
use crate::hub::target::{Asked, Target};

pub(super) async fn handle(
    asked: Asked,
    Target(id): Target,
    Condition(condition): Condition,
    Json(body): Json<IdentityBody>,
) -> Result<Response, ApiError> {
    body.check(&id)?;
    let status = body.status()?;
    let authentication = body.authentication()?;
    let device = match condition {
        None => {
            let new = NewDevice {
                authentication,
                status,
                status_reason: body.status_reason,
                ..NewDevice::named(id.clone())
            };
            asked.hub.create_device(asked.permit()?, new).await?
        }
        Some(if_match) => {
            // Everything is replaced: whoever sends no keys gets new ones (spec §5.3).
            let authentication = authentication.unwrap_or_else(|| new_keys(asked.hub.entropy()));
            let change = IdentityChange {
                status: Some((status, body.status_reason)),
                authentication: Some(authentication),
                step: None,
            };
            let permit = asked.permit_device(&id)?;
            asked
                .hub
                .update_device(permit, Some(if_match), change)
                .await?
        }
    };
    let shown = identity::shown(&device, asked.hub.connections().view(&id));
    Ok(tagged(&shown, device.etag))
}
