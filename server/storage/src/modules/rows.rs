//! Modules as rows.

use muster_core::device::{ETag, GenerationId};
use muster_core::module::{Module, ModuleSummary};
use muster_core::time::Timestamp;
use muster_core::twin::Twin;

use crate::credentials::{self, Owner};
use crate::devices::id_of;
use crate::engine::Row;
use crate::error::{StorageError, corrupt};
use crate::sealed::Sealer;
use crate::twins::StoredTwin;

/// A SELECT of the columns that [`Stored::read`] reads, with those of [`twin_of`] behind them.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT m.device_key, d.device_id, m.module_id, m.generation, m.etag, m.auth, m.auth_primary,
                    m.auth_secondary, m.managed_by, m.model_id, m.created_at, m.activity_at,
                    m.tags, m.desired, m.desired_meta, m.desired_version,
                    m.reported, m.reported_meta, m.reported_version, m.version, m.twin_etag
             FROM module AS m
             JOIN device AS d ON d.device_key = m.device_key ",
            $rest
        )
    };
}
pub(super) use select;

/// A module as it is stored: credentials closed.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) device_key: i64,
    pub(super) summary: ModuleSummary,
    primary: Option<Vec<u8>>,
    secondary: Option<Vec<u8>>,
}

impl Stored {
    pub(super) fn read(row: &Row) -> Result<Self, StorageError> {
        let (device, module): (String, String) = (row.get(1)?, row.get(2)?);
        let bad = |column, cause: String| corrupt("module", column, &module, cause);
        let auth: String = row.get(5)?;
        let summary = ModuleSummary {
            device: id_of(&device)?,
            id: module
                .parse()
                .map_err(|cause| corrupt("module", "module_id", &module, cause))?,
            generation: GenerationId(row.get(3)?),
            etag: ETag(row.count(4)?),
            auth: credentials::kind_of(&auth).ok_or_else(|| bad("auth", auth))?,
            managed_by: row.get(8)?,
            model_id: row.get(9)?,
            created_at: Timestamp::from_millis(row.get(10)?),
            last_activity_at: row.get::<Option<i64>>(11)?.map(Timestamp::from_millis),
        };
        Ok(Self {
            device_key: row.get(0)?,
            summary,
            primary: row.get(6)?,
            secondary: row.get(7)?,
        })
    }

    /// The module with its credentials.
    pub(super) fn open(self, sealer: &Sealer) -> Result<Module, StorageError> {
        let authentication = credentials::opened(
            sealer,
            &Owner::module(&self.summary.identity()),
            self.summary.auth,
            self.primary.as_deref(),
            self.secondary.as_deref(),
        )?;
        Ok(Module {
            summary: self.summary,
            authentication,
        })
    }
}

/// The twin in a row.
pub(super) fn twin_of(row: &Row) -> Result<Twin, StorageError> {
    let text = |index| row.get::<String>(index);
    let stored = StoredTwin {
        id: &format!("{}/{}", text(1)?, text(2)?),
        tags: &text(12)?,
        desired: &text(13)?,
        desired_meta: &text(14)?,
        desired_version: row.count(15)?,
        reported: &text(16)?,
        reported_meta: &text(17)?,
        reported_version: row.count(18)?,
        version: row.count(19)?,
        etag: row.count(20)?,
    };
    stored.whole()
}
