//! Twins from the service side: read, merge, replace.

use muster_core::device::{ETag, IfMatch};
use muster_core::twin::{Object, ServiceWrite, Twin};
use muster_storage::{TwinOutcome, TwinRow};

use crate::access::DevicePermit;
use crate::access::kinds::{EditTwin, SeeDevices};
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::query::document;

impl Hub {
    /// The whole twin.
    pub async fn twin(&self, permit: &DevicePermit<SeeDevices>) -> Result<TwinRow, ServiceError> {
        let row = self.store().find_twin(permit.device()).await?;
        row.ok_or(ServiceError::NotFound)
    }

    /// The twin as services read it (spec §7.1), with its ETag.
    pub async fn twin_document(
        &self,
        permit: &DevicePermit<SeeDevices>,
    ) -> Result<(Object, ETag), ServiceError> {
        let row = self.twin(permit).await?;
        let seen = self.index().seen(permit.device(), self.now());
        let id = std::slice::from_ref(permit.device());
        let covering = self.configurations_by_device(id).await?;
        let seen = seen.ok_or(ServiceError::NotFound)?;
        let mut twin = document::twin(&row, &seen, covering.get(permit.device()));
        if !permit.access().knows_credentials() {
            document::hide_credentials(&mut twin);
        }
        Ok((twin, row.twin.etag))
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
