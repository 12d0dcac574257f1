//! Twins from the service side: read, merge, replace.

use muster_core::device::IfMatch;
use muster_core::twin::{ServiceWrite, Twin};
use muster_storage::{TwinOutcome, TwinRow};

use crate::access::DevicePermit;
use crate::access::kinds::{EditTwin, SeeDevices};
use crate::error::ServiceError;
use crate::hub::Hub;

impl Hub {
    /// The whole twin.
    pub async fn twin(&self, permit: &DevicePermit<SeeDevices>) -> Result<TwinRow, ServiceError> {
        let row = self.store().find_twin(permit.device()).await?;
        row.ok_or(ServiceError::NotFound)
    }

    /// Writes tags and desired properties: all of it or nothing. A connected device is told before this returns.
    pub async fn write_twin(
        &self,
        permit: &DevicePermit<EditTwin>,
        write: ServiceWrite,
        if_match: Option<IfMatch>,
    ) -> Result<Twin, ServiceError> {
        let actor = permit.access().actor();
        let id = permit.device().clone();
        let outcome = self
            .store()
            .write_twin(id, write, if_match, actor, self.now())
            .await?;
        match outcome {
            TwinOutcome::Done { twin, .. } => Ok(*twin),
            TwinOutcome::NotFound => Err(ServiceError::NotFound),
            TwinOutcome::Conflict { current } => Err(ServiceError::Conflict { current }),
            TwinOutcome::Refused(error) => Err(error.into()),
        }
    }
}
