//! What a device's desired properties were. The events of their changes are the revisions; every [`BASE_EVERY`] versions
//! the whole document is kept beside them, so that any version is a bounded number of patches away.

use muster_core::cursor::{Cursor, Direction, MAX_PAGE, Page};
use muster_core::event::{Actor, Event, EventKind};
use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_core::twin::history::replayed;
use serde_json::Value;

use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::events::{columns, event_of};
use crate::store::Store;

pub(crate) mod base;

/// Versions between two whole documents.
pub(crate) const BASE_EVERY: u64 = 64;

/// Most events read at once while a version is rebuilt: between two documents lie [`BASE_EVERY`] versions, and what one
/// batch of the writer adds.
const CHUNK: usize = 200;

/// Changes of the device itself; its modules have theirs under the same name.
macro_rules! of_device {
    ($module:literal, $rest:literal) => {
        concat!(
            columns!(),
            "WHERE device_id = $1 AND kind = 'desired_changed' AND ",
            $module,
            $rest
        )
    };
}

macro_rules! desired {
    ($operation:literal, $rest:literal) => {
        Sql::pair(
            $operation,
            of_device!("detail ->> 'module' IS NULL", $rest),
            of_device!("(detail::JSON ->> 'module') IS NULL", $rest),
        )
    };
}

const OLDER: Sql = desired!(
    "reading revisions",
    " AND seq < $2 AND seq > $3 ORDER BY seq DESC LIMIT $4"
);

const NEWER: Sql = desired!(
    "reading revisions",
    " AND seq > $2 AND seq > $3 ORDER BY seq LIMIT $4"
);

const UNTIL: Sql = desired!(
    "looking for the revision of a moment",
    " AND seq > $2 AND at <= $3 ORDER BY seq DESC LIMIT 1"
);

/// Where the history of a device begins; there is one for every device.
const BEGIN: Sql = Sql::both(
    "looking for the begin of a history",
    "SELECT b.version, b.seq, b.at, b.desired FROM device AS d JOIN desired_base AS b ON b.device_key = d.device_key
     WHERE d.device_id = $1 ORDER BY b.version LIMIT 1",
);

const BASE: Sql = Sql::both(
    "reading a state of desired properties",
    "SELECT b.version, b.seq, b.at, b.desired FROM device AS d JOIN desired_base AS b ON b.device_key = d.device_key
     WHERE d.device_id = $1 AND b.version <= $2 ORDER BY b.version DESC LIMIT 1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&OLDER, &NEWER, &UNTIL, &BEGIN, &BASE];

/// A change of desired properties.
#[derive(Clone, PartialEq, Debug)]
pub struct Revision {
    /// The version it made.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// By whom: a person, a tool, an operation, a configuration.
    pub actor: Actor,
    /// What was merged into them, or put in their place.
    pub patch: Value,
    /// Whether it was put in their place.
    pub replaced: bool,
    /// The version it brought back, when that was its purpose.
    pub restored: Option<u64>,
    /// Why, where somebody said so.
    pub reason: Option<String>,
}

/// A way back of desired properties.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restored {
    /// The version that is brought back.
    pub version: u64,
    /// Why, as the person said it.
    pub reason: String,
}

/// A whole document at a version.
#[derive(Clone, PartialEq, Debug)]
struct Base {
    version: u64,
    seq: i64,
    at: Timestamp,
    desired: Object,
}

impl Store {
    /// A device's changes of desired properties, newest first, as far back as its history goes.
    pub async fn revisions(
        &self,
        id: &DeviceId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Revision>, StorageError> {
        let limit = limit.clamp(1, MAX_PAGE);
        let question = format!("revisions of {id}");
        let cursor = cursor
            .map(|text| Cursor::<i64>::decode(text, &question))
            .transpose()?;
        let backward = matches!(&cursor, Some(cursor) if cursor.direction == Direction::Backward);
        let edge = cursor.as_ref().map_or(i64::MAX, |cursor| cursor.edge);
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let Some(begin) = base(&mut connection, &BEGIN, id, None).await? else {
            return Ok(Page {
                rows: Vec::new(),
                previous: None,
                next: None,
            });
        };
        let arguments = [
            id.as_str().into(),
            edge.into(),
            begin.seq.into(),
            (limit + 1).into(),
        ];
        let sql = if backward { &NEWER } else { &OLDER };
        let rows = connection.rows(sql, arguments).await?;
        let more = rows.len() > limit;
        let events = rows.iter().take(limit).map(event_of);
        let mut events = events.collect::<Result<Vec<_>, _>>()?;
        if backward {
            events.reverse();
        }
        let (newer, older) = if backward {
            (more, true)
        } else {
            (cursor.is_some(), more)
        };
        let address = |direction, event: Option<&Event>| {
            let edge = event?.seq.0;
            Some(Cursor { direction, edge }.encode(&question))
        };
        let previous = newer.then(|| address(Direction::Backward, events.first()));
        let next = older.then(|| address(Direction::Forward, events.last()));
        Ok(Page {
            previous: previous.flatten(),
            next: next.flatten(),
            rows: events
                .into_iter()
                .map(revision_of)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The version with which a device's history begins, and when; `None` without such a device.
    pub async fn history_begin(
        &self,
        id: &DeviceId,
    ) -> Result<Option<(u64, Timestamp)>, StorageError> {
        let mut reader = self.reader().await?;
        let begin = base(&mut reader.connection(), &BEGIN, id, None).await?;
        Ok(begin.map(|begin| (begin.version, begin.at)))
    }

    /// A device's desired properties as they were in this version; `None` when its history does not know it.
    pub async fn desired_at(
        &self,
        id: &DeviceId,
        version: u64,
    ) -> Result<Option<Object>, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let Some(base) = base(&mut connection, &BASE, id, Some(version)).await? else {
            return Ok(None);
        };
        let (mut desired, mut reached, mut seq) = (base.desired, base.version, base.seq);
        while reached < version {
            let arguments = [
                id.as_str().into(),
                seq.into(),
                base.seq.into(),
                CHUNK.into(),
            ];
            let rows = connection.rows(&NEWER, arguments).await?;
            if rows.is_empty() {
                return Ok(None);
            }
            for row in &rows {
                let event = event_of(row)?;
                seq = event.seq.0;
                let revision = revision_of(event)?;
                if reached < version {
                    desired = replayed(&desired, &revision.patch, revision.replaced);
                    reached = revision.version;
                }
            }
        }
        Ok((reached == version).then_some(desired))
    }

    /// The version of desired properties that was in force at a moment; `None` when the history does not reach it.
    pub async fn version_at(
        &self,
        id: &DeviceId,
        at: Timestamp,
    ) -> Result<Option<u64>, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let Some(begin) = base(&mut connection, &BEGIN, id, None).await? else {
            return Ok(None);
        };
        let arguments = [id.as_str().into(), begin.seq.into(), at.millis().into()];
        match connection.row(&UNTIL, arguments).await? {
            Some(row) => Ok(Some(revision_of(event_of(&row)?)?.version)),
            None => Ok((begin.at <= at).then_some(begin.version)),
        }
    }
}

async fn base(
    connection: &mut Connection<'_>,
    sql: &Sql,
    id: &DeviceId,
    version: Option<u64>,
) -> Result<Option<Base>, StorageError> {
    let mut arguments = vec![id.as_str().into()];
    arguments.extend(version.map(|version| {
        // Nobody has counted that far.
        i64::try_from(version).unwrap_or(i64::MAX).into()
    }));
    let row = connection.row(sql, arguments).await?;
    row.as_ref().map(|row| base_of(id, row)).transpose()
}

fn base_of(id: &DeviceId, row: &Row) -> Result<Base, StorageError> {
    let desired: String = row.get(3)?;
    Ok(Base {
        version: row.count(0)?,
        seq: row.get(1)?,
        at: Timestamp::from_millis(row.get(2)?),
        desired: serde_json::from_str(&desired)
            .map_err(|cause| corrupt("desired_base", "desired", id, cause))?,
    })
}

fn revision_of(event: Event) -> Result<Revision, StorageError> {
    let Event {
        seq,
        at,
        actor,
        kind,
        mut detail,
        ..
    } = event;
    let version = detail.get("version").and_then(Value::as_u64);
    let version = version.filter(|_| kind == EventKind::DesiredChanged);
    Ok(Revision {
        version: version.ok_or_else(|| corrupt("event", "detail", seq, "no version"))?,
        at,
        actor,
        replaced: detail["replaced"] == true,
        restored: detail.get("restored").and_then(Value::as_u64),
        reason: detail["reason"].as_str().map(str::to_owned),
        patch: detail["patch"].take(),
    })
}
