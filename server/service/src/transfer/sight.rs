//! Who sees an export or import: whoever asked for it, and those who see the whole fleet. Its numbers count devices, and
//! nobody counts devices outside of their scope.

use muster_core::event::Actor;
use muster_core::ids::OperationId;
use muster_core::policy::Action;
use muster_core::transfer::Transfer;

use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

pub(super) fn sees(access: &Access, transfer: &Transfer) -> bool {
    is_own(access, transfer) || access.scope(Action::SeeDevices).is_everything()
}

pub(super) fn is_own(access: &Access, transfer: &Transfer) -> bool {
    matches!((&transfer.by, access.person()),
        (Actor::Person { id, .. }, Some(person)) if *id == person.id)
}

impl Hub {
    /// An export or import by its number among operations, when whoever asks may see it.
    pub(crate) async fn visible_transfer(
        &self,
        access: &Access,
        number: OperationId,
    ) -> Result<Option<Transfer>, ServiceError> {
        let found = self.store().numbered_transfer(number).await?;
        Ok(found.filter(|transfer| sees(access, transfer)))
    }

    /// Whether whoever asks may see an export or import.
    pub(crate) fn sees_transfer(&self, access: &Access, transfer: &Transfer) -> bool {
        sees(access, transfer)
    }
}
