//! `GET /devices/{device}/modules/{module}`.

use axum::response::Response;

use super::{identity, module_error};
use crate::error::ApiError;
use crate::hub::answer::tagged;
use crate::hub::target::{Asked, ModuleTarget};

pub(super) async fn handle(
    asked: Asked,
    ModuleTarget(device, id): ModuleTarget,
) -> Result<Response, ApiError> {
    let permit = asked.permit_device(&device)?;
    let module = asked.hub.module(&permit, &id).await.map_err(module_error)?;
    let connection = asked.hub.connections().view_of(&module.summary.identity());
    let shown = identity::shown(&module, connection);
    Ok(tagged(&shown, module.summary.etag))
}
