//! Device identities (spec §5.3, §5.4).

use muster_core::access::Right;
use muster_core::policy::Action;

use super::door::{Door, Need};
use crate::throttle::Class;

mod bulk;
mod delete;
mod get;
mod identity;
mod list;
mod put;

/// To read identities, those of modules too.
pub(super) const READ: Need = Need {
    rights: &[Right::RegistryRead],
    action: Action::SeeCredentials,
    class: Class::Registry,
};

/// To write them.
pub(super) const WRITE: Need = Need {
    rights: &[Right::RegistryWrite],
    action: Action::ProvisionDevices,
    class: Class::Registry,
};

/// Where they are read and written. Collections are called with and without a slash at the end (spec §5.1).
pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::get("/devices", READ, list::handle),
        Door::get("/devices/", READ, list::handle),
        Door::post("/devices", WRITE, bulk::handle).with_body(bulk::MAX_BODY),
        Door::post("/devices/", WRITE, bulk::handle).with_body(bulk::MAX_BODY),
        Door::get("/devices/{device}", READ, get::handle),
        Door::put("/devices/{device}", WRITE, put::handle),
        Door::delete("/devices/{device}", WRITE, delete::handle),
    ]
}
