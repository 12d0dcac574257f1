//! Events: what happened, newest first.

use std::borrow::Cow;

use muster_core::cursor::MAX_PAGE;
use muster_core::event::{Actor, Event, EventKind, NewEvent};
use muster_core::ids::{ConfigurationId, DeviceId, EventSeq, OperationId, PersonId};
use muster_core::time::Timestamp;

use crate::change::Change;
use crate::engine::{Argument, Column, Connection, Row, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::store::Store;
use crate::writer::{Operation, Unit};

pub(crate) mod calls;
pub(crate) mod operation;
pub(crate) mod page;

/// The columns that [`event_of`] reads, for the front of a SELECT.
macro_rules! columns {
    () => {
        "SELECT seq, at, device_id, actor, actor_id, actor_name, kind, detail, actor_token FROM event "
    };
}
pub(crate) use columns;

const INSERT: Sql = Sql::pair(
    "writing events",
    "INSERT OR FAIL INTO event (seq, at, device_id, actor, actor_id, actor_name, kind, detail, notable, hash,
                                actor_token)
     SELECT b.value ->> 0, b.value ->> 1, b.value ->> 2, b.value ->> 3, b.value ->> 4, b.value ->> 5,
            b.value ->> 6, b.value ->> 7, b.value ->> 8, unhex(b.value ->> 9), b.value ->> 10
     FROM jsonb_each($1) AS b",
    "INSERT INTO event (seq, at, device_id, actor, actor_id, actor_name, kind, detail, notable, hash,
                        actor_token)
     SELECT * FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::TEXT[], $4::TEXT[], $5::BIGINT[], $6::TEXT[],
                          $7::TEXT[], $8::TEXT[], $9::BIGINT[], $10::BYTEA[], $11::TEXT[])",
);

const SINCE: Sql = Sql::both(
    "reading events",
    concat!(columns!(), "WHERE seq > $1 ORDER BY seq LIMIT $2"),
);

const NEWEST: Sql = Sql::both(
    "reading the newest event",
    "SELECT last_event FROM writer WHERE id = 1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&INSERT, &SINCE, &NEWEST];

/// Events about to be inserted, by column.
#[derive(Debug, Default)]
pub(crate) struct NewRows {
    seq: Vec<Option<i64>>,
    at: Vec<Option<i64>>,
    device: Vec<Option<Cow<'static, str>>>,
    actor: Vec<Option<Cow<'static, str>>>,
    actor_id: Vec<Option<i64>>,
    actor_name: Vec<Option<Cow<'static, str>>>,
    kind: Vec<Option<Cow<'static, str>>>,
    detail: Vec<Option<Cow<'static, str>>>,
    notable: Vec<Option<i64>>,
    hash: Vec<Option<Vec<u8>>>,
    actor_token: Vec<Option<Cow<'static, str>>>,
}

impl NewRows {
    /// Adds an event with its `detail` as text and its place in the audit chain, if it has one.
    pub(crate) fn push(&mut self, event: &Event, detail: String, hash: Option<[u8; 32]>) {
        let (actor, id, name) = actor_parts(&event.actor);
        self.seq.push(Some(event.seq.0));
        self.at.push(Some(event.at.millis()));
        let device = event
            .device
            .as_ref()
            .map(|id| id.as_str().to_owned().into());
        self.device.push(device);
        self.actor.push(Some(actor.into()));
        self.actor_id.push(id);
        self.actor_name
            .push(name.map(|name| name.into_owned().into()));
        self.kind.push(Some(event.kind.as_str().into()));
        self.detail.push(Some(detail.into()));
        self.notable.push(Some(is_notable(event.kind).into()));
        self.hash.push(hash.map(|hash| hash.to_vec()));
        self.actor_token
            .push(actor_token(&event.actor).map(|token| token.to_owned().into()));
    }

    pub(crate) async fn insert(self, connection: &mut Connection<'_>) -> Result<(), StorageError> {
        if self.seq.is_empty() {
            return Ok(());
        }
        let table = Table(vec![
            Column::Int(self.seq),
            Column::Int(self.at),
            Column::Text(self.device),
            Column::Text(self.actor),
            Column::Int(self.actor_id),
            Column::Text(self.actor_name),
            Column::Text(self.kind),
            Column::Text(self.detail),
            Column::Int(self.notable),
            Column::Bytes(self.hash),
            Column::Text(self.actor_token),
        ]);
        connection.run(&INSERT, [Argument::Table(table)]).await?;
        Ok(())
    }
}

/// Whether it is more than what devices do all day.
fn is_notable(kind: EventKind) -> bool {
    !matches!(
        kind,
        EventKind::Reported | EventKind::Connected | EventKind::Disconnected
    )
}

/// An actor as columns: the kind, number of a person, name of a person, policy, operation or configuration.
pub(crate) fn actor_parts(actor: &Actor) -> (&'static str, Option<i64>, Option<Cow<'_, str>>) {
    match actor {
        Actor::Person { id, name, .. } => ("person", Some(id.0), Some(name.into())),
        Actor::Policy { name } => ("policy", None, Some(name.as_str().into())),
        Actor::Device => ("device", None, None),
        Actor::Console => ("console", None, None),
        Actor::Hub => ("hub", None, None),
        Actor::Operation { id } => ("operation", None, Some(id.to_string().into())),
        Actor::Configuration { id } => ("configuration", None, Some(id.as_str().into())),
    }
}

/// The name of the API token that acted, if one did.
pub(crate) fn actor_token(actor: &Actor) -> Option<&str> {
    match actor {
        Actor::Person { token, .. } => token.as_deref(),
        _ => None,
    }
}

/// Reads the columns of [`columns`].
pub(crate) fn event_of(row: &Row) -> Result<Event, StorageError> {
    let seq: i64 = row.get(0)?;
    let bad = |column, cause: &str| corrupt("event", column, seq, cause);
    let device: Option<String> = row.get(2)?;
    let device = device.map(|id| id.parse::<DeviceId>()).transpose();
    let actor = match row.get::<String>(3)?.as_str() {
        "person" => Actor::Person {
            id: PersonId(
                row.get::<Option<i64>>(4)?
                    .ok_or_else(|| bad("actor_id", "missing"))?,
            ),
            name: row.get::<Option<String>>(5)?.unwrap_or_default(),
            token: row.get(8)?,
        },
        "policy" => {
            let name = row.get::<Option<String>>(5)?.unwrap_or_default();
            let name = name.parse().map_err(|_| bad("actor_name", &name))?;
            Actor::Policy { name }
        }
        "device" => Actor::Device,
        "console" => Actor::Console,
        "hub" => Actor::Hub,
        "operation" => {
            let name = row.get::<Option<String>>(5)?.unwrap_or_default();
            let id = name.parse().map_err(|_| bad("actor_name", &name))?;
            Actor::Operation {
                id: OperationId(id),
            }
        }
        "configuration" => {
            let name = row.get::<Option<String>>(5)?.unwrap_or_default();
            let id = ConfigurationId::new(&name).map_err(|_| bad("actor_name", &name))?;
            Actor::Configuration { id }
        }
        other => return Err(bad("actor", other)),
    };
    let kind: String = row.get(6)?;
    let detail: String = row.get(7)?;
    Ok(Event {
        seq: EventSeq(seq),
        at: Timestamp::from_millis(row.get(1)?),
        device: device.map_err(|error| bad("device_id", &error.to_string()))?,
        actor,
        kind: EventKind::from_name(&kind).ok_or_else(|| bad("kind", &kind))?,
        detail: serde_json::from_str(&detail).map_err(|error| bad("detail", &error.to_string()))?,
    })
}

/// An event without another change.
#[derive(Debug)]
struct Record(NewEvent);

impl Operation for Record {
    type Output = EventSeq;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<EventSeq, StorageError> {
        let event = unit.event(self.0.clone());
        let seq = event.seq;
        unit.announce(vec![event], Change::None);
        Ok(seq)
    }
}

impl Store {
    /// Events after `seq` in order, at most [`MAX_PAGE`]: for those who follow.
    pub async fn events_since(
        &self,
        seq: EventSeq,
        limit: usize,
    ) -> Result<Vec<Event>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [seq.0.into(), limit.min(MAX_PAGE).into()];
        let rows = reader.connection().rows(&SINCE, arguments).await?;
        rows.iter().map(event_of).collect()
    }

    /// The newest event's place in the sequence; 0 when nothing ever happened.
    pub async fn newest_event(&self) -> Result<EventSeq, StorageError> {
        let mut reader = self.reader().await?;
        reader.connection().number(&NEWEST, []).await.map(EventSeq)
    }

    /// Writes an event that describes no other change: a refused sign-in, a secret that was shown.
    pub async fn record(&self, event: NewEvent) -> Result<EventSeq, StorageError> {
        self.write("recording an event", Record(event)).await
    }
}
