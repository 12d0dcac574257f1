//! Exports and imports of the registry (spec §5.9): files in folders of the hub.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use muster_core::access::Right;
use muster_core::policy::Action;
use muster_core::transfer::TransferId;
use muster_service::ServiceError;
use muster_service::transfer::TransferError;

use super::ApiState;
use super::door::{Door, Need};
use crate::error::{ApiError, Code};
use crate::throttle::Class;

mod body;
mod cancel;
mod create;
mod get;
mod list;
mod shown;

/// Whoever may write the registry may read it.
const REGISTRY: Need = Need {
    rights: &[Right::RegistryWrite],
    action: Action::ProvisionDevices,
    class: Class::Job,
};

/// Where they are made, read and called off.
pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::get("/jobs", REGISTRY, list::handle),
        Door::post("/jobs/create", REGISTRY, create::handle),
        Door::get("/jobs/{job}", REGISTRY, get::handle),
        Door::delete("/jobs/{job}", REGISTRY, cancel::handle),
    ]
}

/// `{job}` of the address.
#[derive(Debug)]
struct Named(TransferId);

impl FromRequestParts<ApiState> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Path(name) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::argument("the address is not UTF-8"))?;
        Ok(Self(TransferId::named(&name)))
    }
}

fn absent() -> ApiError {
    ApiError::new(Code::JobNotFound, "there is no such export or import")
}

fn refused(error: TransferError) -> ApiError {
    let text = error.to_string();
    match error {
        TransferError::Place(_) => ApiError::new(Code::BlobContainerValidationError, text),
        TransferError::Running => ApiError::new(Code::JobQuotaExceeded, text),
        TransferError::Ended => ApiError::new(Code::OperationNotAllowedInCurrentState, text),
        TransferError::Service(ServiceError::NotFound) => absent(),
        TransferError::Service(error) => error.into(),
    }
}
