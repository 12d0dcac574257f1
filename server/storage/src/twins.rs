//! Twins: reading, and the two doors to the hot path that writes them.

use muster_core::device::{ETag, IfMatch};
use muster_core::event::Actor;
use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use muster_core::twin::drift::drift;
use muster_core::twin::{Meta, Object, Section, ServiceWrite, Twin};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::devices::rows::Stored;
use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::records::{ReportOutcome, TwinOutcome, TwinRow};
use crate::store::Store;
use crate::writer::command::{Report, WriteTwin};
use crate::writer::documents::write::json;
use crate::writer::{Command, Request};

const FIND: Sql = Sql::both(
    "reading a twin",
    "SELECT d.device_key, d.device_id, d.generation, d.etag, d.status, d.status_reason, d.status_at,
            d.auth, d.auth_primary, d.auth_secondary, d.stage, d.stage_at, d.model_id, d.created_at,
            p.connected, p.activity_at, t.reported_at, t.tags, t.drift,
            t.tags, t.desired, t.desired_meta, t.desired_version,
            t.reported, t.reported_meta, t.reported_version, t.version, t.etag
     FROM device AS d
     JOIN presence AS p ON p.device_key = d.device_key
     JOIN twin AS t ON t.device_key = d.device_key
     WHERE d.device_id = $1",
);

/// Where the twin's own columns begin in [`FIND`].
const TWIN: usize = 19;

const INSERT: Sql = Sql::both(
    "making a twin",
    "INSERT INTO twin (device_key, tags, desired, desired_meta, desired_version,
                       reported, reported_meta, reported_version, version, etag, drift)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&FIND, &INSERT];

impl Store {
    /// A device's twin.
    pub async fn find_twin(&self, id: &DeviceId) -> Result<Option<TwinRow>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader.connection().row(&FIND, [id.as_str().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(TwinRow {
            device: Stored::read(&row)?.summary,
            twin: twin_of(&row, TWIN, true)?,
        }))
    }

    /// Merges a device's patch into its reported properties.
    pub async fn report(
        &self,
        id: DeviceId,
        patch: Value,
        expected: Option<u64>,
        at: Timestamp,
    ) -> Result<ReportOutcome, StorageError> {
        let (request, reply) = Request::new(Report {
            id,
            patch,
            expected,
            at,
        });
        self.send("storing a report", Command::Report(request), reply)
            .await
    }

    /// Writes tags and desired properties, if the twin's ETag is as demanded.
    pub async fn write_twin(
        &self,
        id: DeviceId,
        write: ServiceWrite,
        if_match: Option<IfMatch>,
        actor: Actor,
        at: Timestamp,
    ) -> Result<TwinOutcome, StorageError> {
        let (request, reply) = Request::new(WriteTwin {
            id,
            write,
            if_match,
            actor,
            at,
        });
        self.send("storing a twin", Command::WriteTwin(request), reply)
            .await
    }
}

/// Reads nine columns from `first` on; column 1 is the device id. Not `whole`: without what a report does not need, tags and the metadata of desired.
pub(crate) fn twin_of(row: &Row, first: usize, whole: bool) -> Result<Twin, StorageError> {
    let (tags, desired_meta) = if whole {
        (
            document(row, first, "tags")?,
            document(row, first + 2, "desired_meta")?,
        )
    } else {
        (Object::new(), Meta::new(Timestamp::default(), None))
    };
    Ok(Twin {
        tags,
        desired: Section {
            value: document(row, first + 1, "desired")?,
            meta: desired_meta,
            version: row.count(first + 3)?,
        },
        reported: Section {
            value: document(row, first + 4, "reported")?,
            meta: document(row, first + 5, "reported_meta")?,
            version: row.count(first + 6)?,
        },
        version: row.count(first + 7)?,
        etag: ETag(row.count(first + 8)?),
    })
}

fn document<T: DeserializeOwned>(
    row: &Row,
    index: usize,
    column: &'static str,
) -> Result<T, StorageError> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text).map_err(|cause| {
        let id: String = row.get(1).unwrap_or_default();
        corrupt("twin", column, id, cause)
    })
}

/// Stores the twin of a new device.
pub(crate) async fn insert(
    connection: &mut Connection<'_>,
    key: i64,
    twin: &Twin,
) -> Result<(), StorageError> {
    let arguments = [
        key.into(),
        json(&twin.tags).into(),
        json(&twin.desired.value).into(),
        json(&twin.desired.meta).into(),
        twin.desired.version.into(),
        json(&twin.reported.value).into(),
        json(&twin.reported.meta).into(),
        twin.reported.version.into(),
        twin.version.into(),
        twin.etag.0.into(),
        drift(&twin.desired.value, &twin.reported.value).into(),
    ];
    connection.run(&INSERT, arguments).await?;
    Ok(())
}
