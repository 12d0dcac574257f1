//! Twins (spec §5.5).

use muster_core::access::Right;
use muster_core::policy::Action;

use super::door::{Door, Need};
use crate::throttle::Class;

mod get;
mod patch;
mod put;
mod write;

const READ: Need = Need {
    rights: &[Right::ServiceConnect],
    action: Action::SeeDevices,
    class: Class::TwinRead,
};

const WRITE: Need = Need {
    rights: &[Right::ServiceConnect],
    action: Action::EditTwin,
    class: Class::TwinWrite,
};

/// Where they are read and written.
pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::get("/twins/{device}", READ, get::handle),
        Door::patch("/twins/{device}", WRITE, patch::handle),
        Door::put("/twins/{device}", WRITE, put::handle),
        Door::get("/twins/{device}/modules/{module}", READ, get::module),
        Door::patch("/twins/{device}/modules/{module}", WRITE, patch::module),
        Door::put("/twins/{device}/modules/{module}", WRITE, put::module),
    ]
}
