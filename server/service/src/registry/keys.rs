//! What people may know about the keys of a device without being shown one.

use muster_core::device::Authentication;
use muster_core::key::Slot;
use muster_core::rotation::Rotation;
use muster_core::time::Timestamp;

use crate::access::DevicePermit;
use crate::access::kinds::SeeCredentials;
use crate::error::ServiceError;
use crate::hub::Hub;

/// How old the keys of a device are, and which one it uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyFacts {
    /// When the primary key was made; when the device was made, if nobody changed it since.
    pub primary_at: Timestamp,
    /// When the secondary key was made.
    pub secondary_at: Timestamp,
    /// When the device last signed in with a key of its own, and with which; no slot when that key is gone.
    pub used: Option<(Option<Slot>, Timestamp)>,
    /// The rotation under way, or the last one.
    pub rotation: Option<Rotation>,
}

impl Hub {
    /// What is known about the keys of a device; `None` when it has none. Shows no key.
    pub async fn device_key_facts(
        &self,
        permit: &DevicePermit<SeeCredentials>,
    ) -> Result<Option<KeyFacts>, ServiceError> {
        let device = self.store().find_device(permit.device()).await?;
        let known = self.store().device_keys(permit.device()).await?;
        let (Some(device), Some(known)) = (device, known) else {
            return Err(ServiceError::NotFound);
        };
        let Authentication::Sas(keys) = &device.authentication else {
            return Ok(None);
        };
        Ok(Some(KeyFacts {
            primary_at: known.primary_at,
            secondary_at: known.secondary_at,
            used: known.used.map(|(mark, at)| (keys.slot_of(mark), at)),
            rotation: known.rotation,
        }))
    }
}
