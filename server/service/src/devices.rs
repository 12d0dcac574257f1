//! The device side: who may connect, which connections are open, and what devices say.

use std::sync::Arc;

use muster_core::device::ETag;
use muster_core::ids::{DeviceId, Identity, ModuleId};
use muster_core::key::KeyMark;
use serde_json::Value;

mod attach;
mod authenticate;
mod connections;
mod report;

pub(crate) use attach::end_left_open;
pub use attach::{Attached, ConnectionInfo};
pub use authenticate::{DeviceCredentials, DeviceLogin, LoginRefused};
pub(crate) use connections::NotSent;
pub use connections::{ConnectionId, ConnectionView, Connections, LINK_CAPACITY, MethodRequest};

/// Proof that a connection has shown whose it is. Made only by [`crate::Hub::authenticate_device`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceProof {
    pub(crate) identity: Identity,
    pub(crate) generation: Arc<str>,
    pub(crate) scope: &'static str,
    /// The device's own key that signed, if one did.
    pub(crate) key: Option<KeyMark>,
    /// The identities as they were judged, the device's and the module's; any later write of one makes the judgement
    /// void.
    pub(crate) judged: (ETag, Option<ETag>),
}

impl DeviceProof {
    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The device.
    pub fn device(&self) -> &DeviceId {
        &self.identity.device
    }

    /// The module of the device, if it is one.
    pub fn module(&self) -> Option<&ModuleId> {
        self.identity.module.as_ref()
    }

    /// Which device or module of that name; stamped on messages.
    pub fn generation(&self) -> &str {
        &self.generation
    }

    /// `device` or `module` when the identity's own key signed, `hub` when a policy's did; stamped on messages.
    pub fn scope(&self) -> &'static str {
        self.scope
    }
}

/// What the hub tells an open connection.
#[derive(Clone, Debug)]
pub enum ToDevice {
    /// Desired properties changed: the payload of the notification, with the new `$version`.
    Desired(Arc<Value>),
    /// A direct method is called; the answer goes to [`crate::Hub::device_answered`].
    Method(MethodRequest),
    /// The connection must end.
    Close(CloseReason),
}

/// Why the hub ends a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CloseReason {
    /// A newer connection of the same identity took over.
    Displaced,
    /// The identity was disabled.
    Disabled,
    /// The identity was deleted.
    Deleted,
    /// Its keys were changed.
    KeysChanged,
    /// Its stage no longer allows a connection.
    Retired,
    /// The connection did not read what it was sent.
    TooSlow,
}

impl CloseReason {
    /// The word in events and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Displaced => "displaced by a newer connection",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::KeysChanged => "keys changed",
            Self::Retired => "retired",
            Self::TooSlow => "did not read its messages",
        }
    }
}
