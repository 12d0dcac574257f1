//! Configurations (spec §5.10).

use muster_core::access::Right;
use muster_core::policy::Action;
use muster_service::ServiceError;

use super::door::{Door, Need};
use crate::error::{ApiError, Code};
use crate::throttle::Class;

mod apply;
mod delete;
mod get;
mod list;
mod put;
mod shown;
mod test;

const READ: Need = Need {
    rights: &[Right::RegistryRead],
    action: Action::SeeDevices,
    class: Class::Registry,
};

const WRITE: Need = Need {
    rights: &[Right::RegistryWrite],
    action: Action::KeepConfigurations,
    class: Class::Registry,
};

/// What is applied once is a write to one device.
const APPLY: Need = Need {
    rights: &[Right::RegistryWrite],
    action: Action::ProvisionDevices,
    class: Class::Registry,
};

/// Where they are read, kept, tried and applied.
pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::get("/configurations", READ, list::handle),
        Door::get("/configurations/", READ, list::handle),
        Door::post("/configurations/testQueries", READ, test::handle),
        Door::get("/configurations/{id}", READ, get::handle),
        Door::put("/configurations/{id}", WRITE, put::handle),
        Door::delete("/configurations/{id}", WRITE, delete::handle),
        Door::post(
            "/devices/{device}/applyConfigurationContent",
            APPLY,
            apply::handle,
        ),
    ]
}

/// What is missing or there already is a configuration, not a device.
fn refused(error: ServiceError) -> ApiError {
    match error {
        ServiceError::NotFound => ApiError::new(
            Code::ConfigurationNotFound,
            "there is no configuration of that id",
        ),
        ServiceError::AlreadyExists => ApiError::new(
            Code::ConfigurationAlreadyExists,
            "there is a configuration of that id; send If-Match to change it",
        ),
        other => other.into(),
    }
}
