//! Identities with their twins as bulk requests and files hold them (spec §5.4): one item each, done independently.

use muster_core::device::Status;

use crate::error::ServiceError;

mod authentication;
mod edge;
mod item;

pub use authentication::{AuthenticationBody, shown};
pub use edge::Edge;
pub use item::BulkItem;

/// Why an item was not done.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    /// Its mode needs a member that it does not have.
    #[error("this importMode needs {0}")]
    Missing(&'static str),
    /// The use case refused it.
    #[error(transparent)]
    Service(ServiceError),
    /// The use case refused what the item says of a module.
    #[error(transparent)]
    Module(ServiceError),
    /// The use case refused what the item says of a configuration.
    #[error(transparent)]
    Configuration(ServiceError),
}

impl<E: Into<ServiceError>> From<E> for BulkError {
    fn from(error: E) -> Self {
        Self::Service(error.into())
    }
}

impl BulkError {
    /// The name of IoT Hub for it (spec §5.14).
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "ArgumentNull",
            Self::Module(ServiceError::AlreadyExists) => "ModuleAlreadyExistsOnDevice",
            Self::Module(ServiceError::TooManyModules) => "TooManyModulesOnDevice",
            Self::Configuration(ServiceError::NotFound) => "ConfigurationNotFound",
            Self::Configuration(ServiceError::Configuration(_)) => "ArgumentInvalid",
            Self::Service(error) | Self::Module(error) | Self::Configuration(error) => {
                match error {
                    ServiceError::NotFound => "DeviceNotFound",
                    ServiceError::Forbidden(_) => "IotHubUnauthorizedAccess",
                    ServiceError::Conflict { .. } => "PreconditionFailed",
                    ServiceError::AlreadyExists => "DeviceAlreadyExists",
                    ServiceError::Twin(_)
                    | ServiceError::DeviceId(_)
                    | ServiceError::Invalid(_) => "ArgumentInvalid",
                    ServiceError::Storage(_) => "ServerError",
                    error if error.is_transient() => "ServiceUnavailable",
                    _ => "InvalidOperation",
                }
            }
        }
    }
}

/// A status, when one is named.
pub fn status(text: Option<&str>) -> Result<Option<Status>, ServiceError> {
    text.map(|text| text.to_ascii_lowercase().parse())
        .transpose()
        .map_err(|text: String| ServiceError::Invalid(text))
}
