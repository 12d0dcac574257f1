//! Identities of modules (spec §5.3).

use muster_service::ServiceError;

use super::door::Door;
use super::registry::{READ, WRITE};
use crate::error::{ApiError, Code};

mod delete;
mod get;
mod identity;
mod list;
mod put;

/// Where they are read and written.
pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::get("/devices/{device}/modules", READ, list::handle),
        Door::get("/devices/{device}/modules/{module}", READ, get::handle),
        Door::put("/devices/{device}/modules/{module}", WRITE, put::handle),
        Door::delete("/devices/{device}/modules/{module}", WRITE, delete::handle),
    ]
}

/// Errors of modules have codes of their own, but for one that is missing (spec §5.5).
pub(crate) fn module_error(error: ServiceError) -> ApiError {
    match error {
        ServiceError::NotFound => ApiError::new(
            Code::DeviceNotFound,
            "the device or its module is not registered",
        ),
        ServiceError::AlreadyExists => ApiError::new(
            Code::ModuleAlreadyExistsOnDevice,
            "the device has a module of this name already",
        ),
        ServiceError::TooManyModules => {
            ApiError::new(Code::TooManyModulesOnDevice, error.to_string())
        }
        other => other.into(),
    }
}
