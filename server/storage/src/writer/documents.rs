//! The devices that a batch names: read once, changed in memory, written once.

use std::collections::{BTreeSet, HashMap};

use muster_core::ids::DeviceId;
use muster_core::key::KeyMark;
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_core::twin::Twin;
use muster_core::twin::drift::drift;

use super::Command;
use crate::devices::id_of;
use crate::engine::{Argument, Connection, Record, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::revisions::BASE_EVERY;
use crate::twins::StoredTwin;

pub(crate) mod write;

const READ_TWINS: Sql = Sql::pair(
    "reading the twins of a batch",
    "SELECT group_concat(
         concat_ws(char(31), d.device_id, d.device_key, t.drift, t.tags, t.desired, t.desired_meta,
                   t.desired_version, t.reported, t.reported_meta, t.reported_version, t.version, t.etag),
         char(30))
     FROM json_each($1) AS b
     CROSS JOIN device AS d ON d.device_id = b.value
     CROSS JOIN twin AS t ON t.device_key = d.device_key",
    "SELECT STRING_AGG(
         CONCAT_WS(CHR(31), d.device_id, d.device_key, t.drift, t.tags, t.desired, t.desired_meta,
                   t.desired_version, t.reported, t.reported_meta, t.reported_version, t.version, t.etag),
         CHR(30))
     FROM UNNEST($1::TEXT[]) AS b (device_id)
     JOIN device AS d ON d.device_id = b.device_id
     JOIN twin AS t ON t.device_key = d.device_key",
);

const READ_IDENTITIES: Sql = Sql::pair(
    "reading the devices of a batch",
    "SELECT group_concat(
         concat_ws(char(31), d.device_id, d.device_key, d.stage, d.stage_at, json_quote(d.model_id),
                   p.connected, COALESCE(p.activity_at, '')),
         char(30))
     FROM json_each($1) AS b
     CROSS JOIN device AS d ON d.device_id = b.value
     CROSS JOIN presence AS p ON p.device_key = d.device_key",
    "SELECT STRING_AGG(
         CONCAT_WS(CHR(31), d.device_id, d.device_key, d.stage, d.stage_at, TO_JSON(d.model_id)::TEXT,
                   p.connected, COALESCE(p.activity_at::TEXT, '')),
         CHR(30))
     FROM UNNEST($1::TEXT[]) AS b (device_id)
     JOIN device AS d ON d.device_id = b.device_id
     JOIN presence AS p ON p.device_key = d.device_key",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&READ_TWINS, &READ_IDENTITIES];

/// Twins and identities by device.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    documents: HashMap<DeviceId, Result<Document, StorageError>>,
    identities: HashMap<DeviceId, Identity>,
}

/// What a twin is read for: how much of it has to be parsed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    Anything,
    Report,
    ServiceWrite,
}

/// A twin under change.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) key: i64,
    pub(crate) twin: Twin,
    pub(super) drift: bool,
    reported_at: Option<Timestamp>,
    written: bool,
    /// The version of desired properties as it was read.
    desired_before: u64,
}

/// What changes with a device's presence.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) key: i64,
    pub(super) stage: Stage,
    stage_at: Timestamp,
    pub(super) model_id: String,
    connected: bool,
    activity_at: Option<Timestamp>,
    presence_changed: bool,
    identity_changed: bool,
    /// The key it signed in with, and when.
    sign_in: Option<(KeyMark, Timestamp)>,
}

impl Document {
    /// Reported properties were changed.
    pub(super) fn was_reported(&mut self, at: Timestamp) {
        self.drift = drift(&self.twin.desired.value, &self.twin.reported.value);
        self.reported_at = self.reported_at.max(Some(at));
    }

    /// Whether so many versions went by that the whole document is kept again.
    fn begins_anew(&self) -> bool {
        self.twin.desired.version / BASE_EVERY > self.desired_before / BASE_EVERY
    }

    /// Tags or desired properties were changed.
    pub(super) fn was_written(&mut self) {
        self.drift = drift(&self.twin.desired.value, &self.twin.reported.value);
        self.written = true;
    }
}

impl Identity {
    pub(super) fn set_connected(&mut self, connected: bool, at: Timestamp) {
        self.connected = connected;
        self.was_active(at);
    }

    pub(super) fn was_active(&mut self, at: Timestamp) {
        self.activity_at = self.activity_at.max(Some(at));
        self.presence_changed = true;
    }

    pub(super) fn signed_in(&mut self, key: KeyMark, at: Timestamp) {
        self.sign_in = Some((key, at));
    }

    pub(super) fn set_stage(&mut self, stage: Stage, at: Timestamp) {
        (self.stage, self.stage_at) = (stage, at);
        self.identity_changed = true;
    }

    pub(super) fn set_model(&mut self, model_id: &str) {
        model_id.clone_into(&mut self.model_id);
        self.identity_changed = true;
    }
}

impl Documents {
    /// Reads what the commands need: whole twins for those that write them, else only what a report needs.
    pub(super) async fn load(
        connection: &mut Connection<'_>,
        commands: &[Command],
    ) -> Result<Self, StorageError> {
        let (mut twins, mut whole, mut identities) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for command in commands {
            match command {
                Command::Report(request) => _ = twins.insert(request.command.id.clone()),
                Command::WriteTwin(request) => {
                    twins.insert(request.command.id.clone());
                    whole.insert(request.command.id.clone());
                }
                Command::Presence(request) => _ = identities.insert(request.command.device.clone()),
                Command::Message(request) => _ = identities.insert(request.command.device.clone()),
                Command::Other(_) | Command::MaxPages(_) | Command::Close => {}
            }
        }
        let mut loaded = Self::default();
        if !twins.is_empty() {
            let packed = connection.packed(&READ_TWINS, [names(twins)]).await?;
            for record in packed.records() {
                let id = id_of(record.text(0))?;
                let purpose = if whole.contains(&id) {
                    Purpose::Anything
                } else {
                    Purpose::Report
                };
                let document = Document::read(&record, purpose);
                loaded.documents.insert(id, document);
            }
        }
        if !identities.is_empty() {
            let packed = connection
                .packed(&READ_IDENTITIES, [names(identities)])
                .await?;
            for record in packed.records() {
                let id = id_of(record.text(0))?;
                loaded.identities.insert(id, Identity::read(&record)?);
            }
        }
        Ok(loaded)
    }

    /// Reads the twins of these devices, as far as writes of tags and desired properties need them.
    pub(crate) async fn of(
        connection: &mut Connection<'_>,
        devices: BTreeSet<DeviceId>,
    ) -> Result<Self, StorageError> {
        let mut loaded = Self::default();
        if !devices.is_empty() {
            let packed = connection.packed(&READ_TWINS, [names(devices)]).await?;
            for record in packed.records() {
                let id = id_of(record.text(0))?;
                let document = Document::read(&record, Purpose::ServiceWrite);
                loaded.documents.insert(id, document);
            }
        }
        Ok(loaded)
    }

    /// The twin of a device, if there is such a device.
    pub(crate) fn document(
        &mut self,
        id: &DeviceId,
    ) -> Result<Option<&mut Document>, StorageError> {
        match self.documents.get_mut(id) {
            None => Ok(None),
            Some(Ok(document)) => Ok(Some(document)),
            Some(Err(error)) => Err(error.clone()),
        }
    }

    /// The identity of a device, if there is such a device.
    pub(super) fn identity(&mut self, id: &DeviceId) -> Option<&mut Identity> {
        self.identities.get_mut(id)
    }
}

impl Document {
    fn read(record: &Record<'_>, purpose: Purpose) -> Result<Self, StorageError> {
        let stored = StoredTwin {
            id: record.text(0),
            tags: record.text(3),
            desired: record.text(4),
            desired_meta: record.text(5),
            desired_version: record.count(6)?,
            reported: record.text(7),
            reported_meta: record.text(8),
            reported_version: record.count(9)?,
            version: record.count(10)?,
            etag: record.count(11)?,
        };
        Ok(Self {
            desired_before: stored.desired_version,
            key: record.int(1)?,
            twin: match purpose {
                Purpose::Anything => stored.whole()?,
                Purpose::Report => stored.for_a_report()?,
                Purpose::ServiceWrite => stored.for_a_service_write()?,
            },
            drift: record.int(2)? != 0,
            reported_at: None,
            written: false,
        })
    }
}

impl Identity {
    fn read(record: &Record<'_>) -> Result<Self, StorageError> {
        let bad = |column, cause: String| corrupt("device", column, record.text(0), cause);
        let stage = record.text(2).parse();
        let model_id = serde_json::from_str(record.text(4));
        Ok(Self {
            key: record.int(1)?,
            stage: stage.map_err(|cause| bad("stage", cause))?,
            stage_at: Timestamp::from_millis(record.int(3)?),
            model_id: model_id.map_err(|cause| bad("model_id", cause.to_string()))?,
            connected: record.int(5)? != 0,
            activity_at: record.optional(6)?.map(Timestamp::from_millis),
            presence_changed: false,
            identity_changed: false,
            sign_in: None,
        })
    }
}

fn names(ids: BTreeSet<DeviceId>) -> Argument {
    Table::texts(ids.into_iter().map(String::from))
}
