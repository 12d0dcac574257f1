//! Devices as rows.

use muster_core::device::{Device, ETag, GenerationId};
use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;

use crate::credentials::{self, Owner};
use crate::engine::Row;
use crate::error::{StorageError, corrupt};
use crate::records::{DeviceRow, DeviceSummary};
use crate::sealed::Sealer;

/// A SELECT of the columns that [`Stored::read`] reads.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT d.device_key, d.device_id, d.generation, d.etag, d.status, d.status_reason, d.status_at,
                    d.auth, d.auth_primary, d.auth_secondary, d.stage, d.stage_at, d.model_id, d.created_at,
                    p.connected, p.activity_at, t.reported_at, t.tags, t.drift
             FROM device AS d
             JOIN presence AS p ON p.device_key = d.device_key
             JOIN twin AS t ON t.device_key = d.device_key ",
            $rest
        )
    };
}
pub(crate) use select;

/// A device as it is stored: credentials closed, tags as text.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) key: i64,
    pub(crate) summary: DeviceSummary,
    primary: Option<Vec<u8>>,
    secondary: Option<Vec<u8>>,
    connected: bool,
    tags: String,
    drift: bool,
}

impl Stored {
    pub(crate) fn read(row: &Row) -> Result<Self, StorageError> {
        let id = id_of(&row.get::<String>(1)?)?;
        let bad = |column, cause: String| corrupt("device", column, &id, cause);
        let at = |index| {
            let millis = row.get::<Option<i64>>(index);
            millis.map(|at| at.map(Timestamp::from_millis))
        };
        let status: String = row.get(4)?;
        let auth: String = row.get(7)?;
        let stage: String = row.get(10)?;
        let activity: Option<Timestamp> = at(15)?;
        let summary = DeviceSummary {
            generation: GenerationId(row.get(2)?),
            etag: ETag(row.count(3)?),
            status: status.parse().map_err(|cause| bad("status", cause))?,
            status_reason: row.get(5)?,
            status_at: at(6)?,
            auth: credentials::kind_of(&auth).ok_or_else(|| bad("auth", auth))?,
            stage: stage.parse().map_err(|cause| bad("stage", cause))?,
            stage_at: Timestamp::from_millis(row.get(11)?),
            model_id: row.get(12)?,
            created_at: Timestamp::from_millis(row.get(13)?),
            last_activity_at: activity.max(at(16)?),
            id,
        };
        Ok(Self {
            key: row.get(0)?,
            summary,
            primary: row.get(8)?,
            secondary: row.get(9)?,
            connected: row.flag(14)?,
            tags: row.get(17)?,
            drift: row.flag(18)?,
        })
    }

    /// The device with its credentials.
    pub(crate) fn open(&self, sealer: &Sealer) -> Result<Device, StorageError> {
        let summary = self.summary.clone();
        let authentication = credentials::opened(
            sealer,
            &Owner::device(&summary.id),
            summary.auth,
            self.primary.as_deref(),
            self.secondary.as_deref(),
        )?;
        Ok(Device {
            id: summary.id,
            generation: summary.generation,
            etag: summary.etag,
            status: summary.status,
            status_reason: summary.status_reason,
            status_at: summary.status_at,
            authentication,
            stage: summary.stage,
            stage_at: summary.stage_at,
            model_id: summary.model_id,
            created_at: summary.created_at,
            last_activity_at: summary.last_activity_at,
        })
    }

    /// What the index keeps.
    pub(crate) fn into_row(self) -> Result<DeviceRow, StorageError> {
        let tags = serde_json::from_str(&self.tags)
            .map_err(|cause| corrupt("twin", "tags", &self.summary.id, cause))?;
        Ok(DeviceRow {
            device: self.summary,
            tags,
            drift: self.drift,
            connected: self.connected,
            first_desired: None,
        })
    }
}

/// The device id in a stored text.
pub(crate) fn id_of(text: &str) -> Result<DeviceId, StorageError> {
    text.parse()
        .map_err(|cause| corrupt("device", "device_id", text, cause))
}
