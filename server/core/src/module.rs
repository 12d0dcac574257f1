//! Modules: parts of a device with an identity, a twin and a connection of their own (spec §5.3).

use crate::device::{AuthKind, Authentication, ETag, GenerationId};
use crate::ids::{DeviceId, Identity, ModuleId};
use crate::time::Timestamp;

/// Most modules of one device (spec §9).
pub const MAX_MODULES: usize = 50;

/// Longest note of who manages a module, in characters.
pub const MAX_MANAGED_BY: usize = 128;

/// A module without its secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModuleSummary {
    /// Its device.
    pub device: DeviceId,
    /// Its name on the device.
    pub id: ModuleId,
    /// Which module of that name.
    pub generation: GenerationId,
    /// Token of the identity; moves with each identity write.
    pub etag: ETag,
    /// How it proves who it is.
    pub auth: AuthKind,
    /// Who looks after it, when somebody said so; at most [`MAX_MANAGED_BY`] characters.
    pub managed_by: Option<String>,
    /// The plug-and-play model it announced at CONNECT; empty when never.
    pub model_id: String,
    /// When the identity was made.
    pub created_at: Timestamp,
    /// Last connect, disconnect or report; `None` when it never connected.
    pub last_activity_at: Option<Timestamp>,
}

impl ModuleSummary {
    /// Its full name.
    pub fn identity(&self) -> Identity {
        Identity {
            device: self.device.clone(),
            module: Some(self.id.clone()),
        }
    }
}

/// A module as the registry keeps it. Its `Debug` shows no key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    /// All but the secrets; `auth` is the kind of `authentication`.
    pub summary: ModuleSummary,
    /// How it proves who it is.
    pub authentication: Authentication,
}
