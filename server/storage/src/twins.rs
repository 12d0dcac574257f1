//! Twins: reading, and the two doors to the hot path that writes them.

use muster_core::cursor::MAX_PAGE;
use muster_core::device::{Device, ETag, IfMatch};
use muster_core::event::Actor;
use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use muster_core::twin::drift::drift;
use muster_core::twin::{Meta, Mode, Object, Section, ServiceWrite, Twin};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::devices::rows::Stored;
use crate::engine::{Connection, Row, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::records::{Properties, ReportOutcome, TwinOutcome, TwinRow};
use crate::revisions::Restored;
use crate::store::Store;
use crate::writer::command::{Report, WriteTwin};
use crate::writer::documents::write::json;
use crate::writer::{Command, Request};

mod values;

pub use values::PropertyValues;

/// A SELECT of the columns that [`Stored::read`] and [`twin_of`] read.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT d.device_key, d.device_id, d.generation, d.etag, d.status, d.status_reason, d.status_at,
                    d.auth, d.auth_primary, d.auth_secondary, d.stage, d.stage_at, d.model_id, d.created_at,
                    p.connected, p.activity_at, t.reported_at, t.tags, t.drift,
                    t.desired, t.desired_meta, t.desired_version,
                    t.reported, t.reported_meta, t.reported_version, t.version, t.etag ",
            $rest
        )
    };
}

const FIND: Sql = Sql::both(
    "reading a twin",
    select!(
        "FROM device AS d
         JOIN presence AS p ON p.device_key = d.device_key
         JOIN twin AS t ON t.device_key = d.device_key
         WHERE d.device_id = $1"
    ),
);

const FIND_MANY: Sql = Sql::pair(
    "reading many twins",
    select!(
        "FROM json_each($1) AS b
         CROSS JOIN device AS d ON d.device_id = b.value
         CROSS JOIN presence AS p ON p.device_key = d.device_key
         CROSS JOIN twin AS t ON t.device_key = d.device_key"
    ),
    select!(
        "FROM UNNEST($1::TEXT[]) AS b (device_id)
         JOIN device AS d ON d.device_id = b.device_id
         JOIN presence AS p ON p.device_key = d.device_key
         JOIN twin AS t ON t.device_key = d.device_key"
    ),
);

const LAST: Sql = Sql::both(
    "finding the newest device",
    "SELECT COALESCE(MAX(device_key), 0) FROM twin",
);

/// Documents that are read at once.
const PROPERTIES_AT_ONCE: usize = 2_000;

const DESIRED_VALUES: Sql = Sql::pair(
    "reading a desired property of all devices",
    "SELECT group_concat(concat_ws(char(31), v.device_key, v.device_id, v.document), char(30))
     FROM (SELECT d.device_key, d.device_id, t.desired AS document
           FROM twin AS t JOIN device AS d ON d.device_key = t.device_key
           WHERE t.device_key > $1 AND t.device_key <= $2 ORDER BY t.device_key LIMIT $3) AS v",
    "SELECT STRING_AGG(CONCAT_WS(CHR(31), v.device_key, v.device_id, v.document), CHR(30) ORDER BY v.device_key)
     FROM (SELECT d.device_key, d.device_id, t.desired AS document
           FROM twin AS t JOIN device AS d ON d.device_key = t.device_key
           WHERE t.device_key > $1 AND t.device_key <= $2 ORDER BY t.device_key LIMIT $3) AS v",
);

const REPORTED_VALUES: Sql = Sql::pair(
    "reading a reported property of all devices",
    "SELECT group_concat(concat_ws(char(31), v.device_key, v.device_id, v.document), char(30))
     FROM (SELECT d.device_key, d.device_id, t.reported AS document
           FROM twin AS t JOIN device AS d ON d.device_key = t.device_key
           WHERE t.device_key > $1 AND t.device_key <= $2 ORDER BY t.device_key LIMIT $3) AS v",
    "SELECT STRING_AGG(CONCAT_WS(CHR(31), v.device_key, v.device_id, v.document), CHR(30) ORDER BY v.device_key)
     FROM (SELECT d.device_key, d.device_id, t.reported AS document
           FROM twin AS t JOIN device AS d ON d.device_key = t.device_key
           WHERE t.device_key > $1 AND t.device_key <= $2 ORDER BY t.device_key LIMIT $3) AS v",
);

const INSERT: Sql = Sql::both(
    "making a twin",
    "INSERT INTO twin (device_key, tags, desired, desired_meta, desired_version,
                       reported, reported_meta, reported_version, version, etag, drift)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &FIND,
    &FIND_MANY,
    &LAST,
    &DESIRED_VALUES,
    &REPORTED_VALUES,
    &INSERT,
];

impl Store {
    /// A device's twin.
    pub async fn find_twin(&self, id: &DeviceId) -> Result<Option<TwinRow>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader.connection().row(&FIND, [id.as_str().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(TwinRow {
            device: Stored::read(&row)?.summary,
            twin: twin_of(&row)?,
        }))
    }

    /// The twins of these devices, in any order; devices that are not there are left out. At most [`MAX_PAGE`] at once.
    pub async fn find_twins(&self, ids: &[DeviceId]) -> Result<Vec<TwinRow>, StorageError> {
        debug_assert!(ids.len() <= MAX_PAGE);
        let names = Table::texts(ids.iter().map(|id| id.as_str().to_owned()));
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&FIND_MANY, [names]).await?;
        rows.iter()
            .map(|row| {
                Ok(TwinRow {
                    device: Stored::read(row)?.summary,
                    twin: twin_of(row)?,
                })
            })
            .collect()
    }

    /// These devices with their credentials and twins, in the order of ids; those that are not there are left out. At most
    /// [`MAX_PAGE`] at once.
    pub async fn find_whole(&self, ids: &[DeviceId]) -> Result<Vec<(Device, Twin)>, StorageError> {
        debug_assert!(ids.len() <= MAX_PAGE);
        let names = Table::texts(ids.iter().map(|id| id.as_str().to_owned()));
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&FIND_MANY, [names]).await?;
        drop(reader);
        let whole = rows.iter().map(|row| {
            let device = Stored::read(row)?.open(self.sealer())?;
            Ok((device, twin_of(row)?))
        });
        let mut whole = whole.collect::<Result<Vec<_>, StorageError>>()?;
        whole.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        Ok(whole)
    }

    /// The key of the newest device: what [`Store::property_values`] goes up to; 0 without devices.
    pub async fn last_device(&self) -> Result<i64, StorageError> {
        let mut reader = self.reader().await?;
        reader.connection().number(&LAST, []).await
    }

    /// The values of many devices at a path of keys. Of devices with keys after
    /// `from` (where the part before ended, 0 for the first) and up to `upto`.
    pub async fn property_values(
        &self,
        section: Properties,
        keys: &[&str],
        from: i64,
        upto: i64,
    ) -> Result<PropertyValues, StorageError> {
        let sql = match section {
            Properties::Desired => &DESIRED_VALUES,
            Properties::Reported => &REPORTED_VALUES,
        };
        let arguments = [from.into(), upto.into(), PROPERTIES_AT_ONCE.into()];
        let mut reader = self.reader().await?;
        let packed = reader.connection().packed(sql, arguments).await?;
        PropertyValues::new(packed, keys, PROPERTIES_AT_ONCE)
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
        self.change_twin(WriteTwin {
            id,
            write,
            if_match,
            actor,
            at,
            restored: None,
        })
        .await
    }

    /// Merges `patch` into desired properties to bring back what they were in a version, if the twin's ETag is as demanded.
    pub async fn restore_desired(
        &self,
        id: DeviceId,
        patch: Object,
        restored: Restored,
        if_match: IfMatch,
        actor: Actor,
        at: Timestamp,
    ) -> Result<TwinOutcome, StorageError> {
        self.change_twin(WriteTwin {
            id,
            write: ServiceWrite {
                mode: Mode::Merge,
                tags: None,
                desired: Some(Value::Object(patch)),
            },
            if_match: Some(if_match),
            actor,
            at,
            restored: Some(restored),
        })
        .await
    }

    async fn change_twin(&self, write: WriteTwin) -> Result<TwinOutcome, StorageError> {
        let (request, reply) = Request::new(write);
        self.send("storing a twin", Command::WriteTwin(request), reply)
            .await
    }
}

/// A twin as it is stored.
#[derive(Debug)]
pub(crate) struct StoredTwin<'t> {
    pub(crate) id: &'t str,
    pub(crate) tags: &'t str,
    pub(crate) desired: &'t str,
    pub(crate) desired_meta: &'t str,
    pub(crate) desired_version: u64,
    pub(crate) reported: &'t str,
    pub(crate) reported_meta: &'t str,
    pub(crate) reported_version: u64,
    pub(crate) version: u64,
    pub(crate) etag: u64,
}

impl StoredTwin<'_> {
    /// All of it.
    pub(crate) fn whole(&self) -> Result<Twin, StorageError> {
        let tags = self.document("tags", self.tags)?;
        let desired_meta = self.document("desired_meta", self.desired_meta)?;
        self.with(tags, desired_meta, self.reported_meta()?)
    }

    /// Without what a report neither reads nor changes: tags and the metadata of desired properties.
    pub(crate) fn for_a_report(&self) -> Result<Twin, StorageError> {
        self.with(Object::new(), no_meta(), self.reported_meta()?)
    }

    /// Without what a write of tags and desired properties neither reads nor changes: the metadata of reported ones,
    /// which are the largest part of most twins.
    pub(crate) fn for_a_service_write(&self) -> Result<Twin, StorageError> {
        let tags = self.document("tags", self.tags)?;
        let desired_meta = self.document("desired_meta", self.desired_meta)?;
        self.with(tags, desired_meta, no_meta())
    }

    fn reported_meta(&self) -> Result<Meta, StorageError> {
        self.document("reported_meta", self.reported_meta)
    }

    fn with(
        &self,
        tags: Object,
        desired_meta: Meta,
        reported_meta: Meta,
    ) -> Result<Twin, StorageError> {
        Ok(Twin {
            tags,
            desired: Section {
                value: self.document("desired", self.desired)?,
                meta: desired_meta,
                version: self.desired_version,
            },
            reported: Section {
                value: self.document("reported", self.reported)?,
                meta: reported_meta,
                version: self.reported_version,
            },
            version: self.version,
            etag: ETag(self.etag),
        })
    }

    fn document<T: DeserializeOwned>(
        &self,
        column: &'static str,
        text: &str,
    ) -> Result<T, StorageError> {
        serde_json::from_str(text).map_err(|cause| corrupt("twin", column, self.id, cause))
    }
}

fn no_meta() -> Meta {
    Meta::new(Timestamp::default(), None)
}

fn twin_of(row: &Row) -> Result<Twin, StorageError> {
    let text = |index| row.get::<String>(index);
    let stored = StoredTwin {
        id: &text(1)?,
        tags: &text(17)?,
        desired: &text(19)?,
        desired_meta: &text(20)?,
        desired_version: row.count(21)?,
        reported: &text(22)?,
        reported_meta: &text(23)?,
        reported_version: row.count(24)?,
        version: row.count(25)?,
        etag: row.count(26)?,
    };
    stored.whole()
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
