//! `PATCH /twins/{device}`, and the same of a module: merges tags and desired properties.

use axum::response::Response;
use muster_core::twin::Mode;

use super::write::{self, TwinBody};
use crate::error::ApiError;
use crate::hub::body::{Condition, Json};
use crate::hub::target::{Asked, ModuleTarget, Target};

pub(super) async fn handle(
    asked: Asked,
    Target(id): Target,
    Condition(if_match): Condition,
    Json(body): Json<TwinBody>,
) -> Result<Response, ApiError> {
    write::device(&asked, &id, body.as_write(Mode::Merge), if_match).await
}

pub(super) async fn module(
    asked: Asked,
    ModuleTarget(device, id): ModuleTarget,
    Condition(if_match): Condition,
    Json(body): Json<TwinBody>,
) -> Result<Response, ApiError> {
    write::module(&asked, &device, &id, body.as_write(Mode::Merge), if_match).await
}
