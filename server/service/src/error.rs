//! What can go wrong in a use case.

use muster_core::approval::{BadPolicy, Refused};
use muster_core::configuration::BadConfiguration;
use muster_core::device::ETag;
use muster_core::ids::BadDeviceId;
use muster_core::lifecycle::NotAllowed;
use muster_core::module::MAX_MODULES;
use muster_core::person::BadCredential;
use muster_core::policy::Action;
use muster_core::twin::TwinError;
use muster_core::view::BadView;
use muster_storage::{Refusal, StorageError};

use crate::firmware::FirmwareError;
use crate::methods::MethodError;

/// Why a use case did not happen. Expected reasons are variants of their own; the rest is storage.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// It does not exist, or not for this person.
    #[error("it does not exist or is not visible to you")]
    NotFound,
    /// No role of the person allows it.
    #[error("your role does not allow you to {}", .0.in_words())]
    Forbidden(Action),
    /// Somebody else changed it since it was read.
    #[error("it was changed meanwhile; read it again and repeat")]
    Conflict {
        /// The token it has now.
        current: ETag,
    },
    /// There is one of that name already.
    #[error("one of that name exists already")]
    AlreadyExists,
    /// The twin's rules refuse the write.
    #[error(transparent)]
    Twin(#[from] TwinError),
    /// The life of the device does not allow it.
    #[error(transparent)]
    Lifecycle(#[from] NotAllowed),
    /// A device id breaks the rule.
    #[error(transparent)]
    DeviceId(#[from] BadDeviceId),
    /// A name or password breaks the rule.
    #[error(transparent)]
    Credential(#[from] BadCredential),
    /// A saved view breaks a rule.
    #[error(transparent)]
    View(#[from] BadView),
    /// Something about firmware.
    #[error(transparent)]
    Firmware(#[from] FirmwareError),
    /// A configuration breaks a rule.
    #[error(transparent)]
    Configuration(#[from] BadConfiguration),
    /// Somebody cannot ask for approval, or decide about it.
    #[error(transparent)]
    Approval(#[from] Refused),
    /// Rules of approval break a bound.
    #[error(transparent)]
    ApprovalPolicy(#[from] BadPolicy),
    /// Something else in the request cannot be used; the text says what and how to mend it.
    #[error("{0}")]
    Invalid(String),
    /// It would leave the hub without an administrator.
    #[error("this is the last active administrator; give the role to somebody else first")]
    LastAdministrator,
    /// The device has as many modules as a device may have.
    #[error("a device has at most {MAX_MODULES} modules; delete one first")]
    TooManyModules,
    /// A direct method got no answer.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// The hub shuts down.
    #[error("the hub is shutting down; try again when it is back")]
    Stopping,
    /// Too many at once; the text says of what.
    #[error("too many {0} at once; try again in a moment")]
    Busy(&'static str),
    /// The database did not do it.
    #[error("the hub could not read or write its database")]
    Storage(#[source] StorageError),
}

impl ServiceError {
    /// Whether the same request may succeed a moment later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Stopping => true,
            Self::Storage(error) => matches!(
                error,
                StorageError::Unavailable { .. }
                    | StorageError::DiskFull { .. }
                    | StorageError::Busy { .. }
            ),
            _ => false,
        }
    }
}

impl From<StorageError> for ServiceError {
    fn from(error: StorageError) -> Self {
        match error {
            // Whoever asks gave it.
            StorageError::Cursor(bad) => Self::Invalid(bad.to_string()),
            other => Self::Storage(other),
        }
    }
}

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::LastAdmin => Self::LastAdministrator,
            Refusal::Stage(error) => Self::Lifecycle(error),
        }
    }
}
