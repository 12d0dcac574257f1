//! `PUT /devices/{device}/modules/{module}`: makes a module, or with `If-Match` replaces what is known of it.

use axum::response::Response;
use muster_service::modules::{ModuleEdit, NewModule};

use super::identity::{self, ModuleBody};
use super::module_error;
use crate::error::ApiError;
use crate::hub::answer::tagged;
use crate::hub::body::{Condition, Json};
use crate::hub::credentials::new_keys;
use crate::hub::target::{Asked, ModuleTarget};

pub(super) async fn handle(
    asked: Asked,
    ModuleTarget(device, id): ModuleTarget,
    Condition(condition): Condition,
    Json(body): Json<ModuleBody>,
) -> Result<Response, ApiError> {
    body.check(&device, &id)?;
    let authentication = body.authentication()?;
    let permit = asked.permit_device(&device)?;
    let module = match condition {
        None => {
            let new = NewModule {
                authentication,
                managed_by: body.managed_by,
                ..NewModule::named(id)
            };
            asked.hub.create_module(&permit, new).await
        }
        Some(if_match) => {
            // Everything is replaced: whoever sends no keys gets new ones, as with devices.
            let edit = ModuleEdit {
                authentication: Some(
                    authentication.unwrap_or_else(|| new_keys(asked.hub.entropy())),
                ),
                managed_by: Some(body.managed_by),
            };
            asked
                .hub
                .update_module(&permit, &id, Some(if_match), edit)
                .await
        }
    };
    let module = module.map_err(module_error)?;
    let connection = asked.hub.connections().view_of(&module.summary.identity());
    let shown = identity::shown(&module, connection);
    Ok(tagged(&shown, module.summary.etag))
}
