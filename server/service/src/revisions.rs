//! What a device's desired properties were: the list of changes, any version of it, the difference, and the way back.

use muster_core::cursor::Page;
use muster_core::device::IfMatch;
use muster_core::time::Timestamp;
use muster_core::twin::history::{Difference, differences, way_back};
use muster_core::twin::{Object, Twin};
use muster_storage::{Restored, Revision, TwinOutcome};

use crate::access::DevicePermit;
use crate::access::kinds::{EditTwin, SeeDevices};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most revisions one answer holds.
pub const MAX_REVISIONS: usize = 200;

/// Most characters of a reason.
pub const MAX_REASON: usize = 500;

/// What going back to a version would do.
#[derive(Clone, PartialEq, Debug)]
pub struct WayBack {
    /// The merge patch that leads there; empty when they are as they were.
    pub patch: Object,
    /// The same, path by path.
    pub differences: Vec<Difference>,
    /// The twin it was made for: going back demands that it is still the same.
    pub twin: Twin,
}

impl Hub {
    /// A device's changes of desired properties, newest first.
    pub async fn revisions(
        &self,
        permit: &DevicePermit<SeeDevices>,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Revision>, ServiceError> {
        let limit = limit.min(MAX_REVISIONS);
        let page = self
            .store()
            .revisions(permit.device(), cursor.as_deref(), limit);
        Ok(page.await?)
    }

    /// The version with which a device's history begins, and when.
    pub async fn history_begin(
        &self,
        permit: &DevicePermit<SeeDevices>,
    ) -> Result<(u64, Timestamp), ServiceError> {
        let begin = self.store().history_begin(permit.device()).await?;
        begin.ok_or(ServiceError::NotFound)
    }

    /// A device's desired properties as they were in a version.
    pub async fn desired_at(
        &self,
        permit: &DevicePermit<SeeDevices>,
        version: u64,
    ) -> Result<Object, ServiceError> {
        let id = permit.device();
        if let Some(desired) = self.store().desired_at(id, version).await? {
            return Ok(desired);
        }
        let (begin, _) = self.history_begin(permit).await?;
        Err(ServiceError::Invalid(format!(
            "the history of this device knows no version {version}; it begins with version {begin}"
        )))
    }

    /// The version of desired properties that was in force at a moment.
    pub async fn desired_version_at(
        &self,
        permit: &DevicePermit<SeeDevices>,
        at: Timestamp,
    ) -> Result<u64, ServiceError> {
        let id = permit.device();
        if let Some(version) = self.store().version_at(id, at).await? {
            return Ok(version);
        }
        let (_, begin) = self.history_begin(permit).await?;
        Err(ServiceError::Invalid(format!(
            "the history of this device begins at {begin}; choose a later moment"
        )))
    }

    /// What differs between two versions of desired properties.
    pub async fn compare_desired(
        &self,
        permit: &DevicePermit<SeeDevices>,
        from: u64,
        to: u64,
    ) -> Result<Vec<Difference>, ServiceError> {
        let before = self.desired_at(permit, from).await?;
        let after = self.desired_at(permit, to).await?;
        Ok(differences(&before, &after))
    }

    /// What going back to a version would do. Changes nothing.
    pub async fn way_back(
        &self,
        permit: &DevicePermit<SeeDevices>,
        version: u64,
    ) -> Result<WayBack, ServiceError> {
        let then = self.desired_at(permit, version).await?;
        let twin = self.twin(permit).await?.twin;
        Ok(WayBack {
            patch: way_back(&twin.desired.value, &then),
            differences: differences(&twin.desired.value, &then),
            twin,
        })
    }

    /// Brings a device's desired properties back to what they were in a version: as a change of its own, which says so and
    /// why. Many devices go back by an operation ([`Task::RestoreDesired`](muster_core::operation::Task)), which may need
    /// approval.
    pub async fn restore_desired(
        &self,
        permit: &DevicePermit<EditTwin>,
        version: u64,
        reason: &str,
        if_match: Option<IfMatch>,
    ) -> Result<Twin, ServiceError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON {
            return Err(ServiceError::Invalid(format!(
                "say why, in 1 to {MAX_REASON} characters"
            )));
        }
        let (access, id) = (permit.access(), permit.device().clone());
        let seen = self.permit_device::<SeeDevices>(access, &id)?;
        let back = self.way_back(&seen, version).await?;
        let current = back.twin.etag;
        if if_match.is_some_and(|demand| !demand.matches(current)) {
            return Err(ServiceError::Conflict { current });
        }
        if back.patch.is_empty() {
            return Ok(back.twin);
        }
        let demand = IfMatch::exactly(current);
        let (actor, now) = (access.actor(), self.now());
        let reason = reason.to_owned();
        let restored = Restored { version, reason };
        let outcome = self
            .store()
            .restore_desired(id, back.patch, restored, demand, actor, now)
            .await?;
        match outcome {
            TwinOutcome::Done { twin, .. } => Ok(*twin),
            TwinOutcome::NotFound => Err(ServiceError::NotFound),
            TwinOutcome::Conflict { current } => Err(ServiceError::Conflict { current }),
            TwinOutcome::Refused(error) => Err(error.into()),
        }
    }
}
