//! One transaction: state, the events that describe it, and the news for those who follow.

use muster_core::event::{Event, NewEvent};
use muster_core::ids::EventSeq;

use super::state::{self, Counters};
use crate::audit;
use crate::change::{Change, Committed};
use crate::engine::postgres::another_writer;
use crate::engine::{Connection, Sql};
use crate::error::StorageError;
use crate::events::NewRows;
use crate::sealed::Sealer;

const BEGIN: Sql = Sql::pair("beginning a transaction", "BEGIN IMMEDIATE", "BEGIN");
const COMMIT: Sql = Sql::both("committing", "COMMIT");
const ROLLBACK: Sql = Sql::both("rolling back", "ROLLBACK");

pub(crate) const STATEMENTS: &[&Sql] = &[&BEGIN, &COMMIT, &ROLLBACK];

/// A transaction under way.
#[derive(Debug)]
pub(crate) struct Unit<'c> {
    pub(crate) connection: Connection<'c>,
    pub(crate) sealer: &'c Sealer,
    counters: Counters,
    events: NewRows,
    committed: Vec<Committed>,
}

impl<'c> Unit<'c> {
    pub(super) async fn begin(
        mut connection: Connection<'c>,
        sealer: &'c Sealer,
        mut counters: Counters,
    ) -> Result<Self, StorageError> {
        connection.run(&BEGIN, []).await?;
        counters.batch += 1;
        Ok(Self {
            connection,
            sealer,
            counters,
            events: NewRows::default(),
            committed: Vec::new(),
        })
    }

    /// Writes an event; audited ones join the chain.
    pub(crate) fn event(&mut self, new: NewEvent) -> Event {
        self.counters.event += 1;
        let event = Event {
            seq: EventSeq(self.counters.event),
            at: new.at,
            device: new.device,
            actor: new.actor,
            kind: new.kind,
            detail: new.detail,
        };
        let detail = event.detail.to_string();
        let hash = event.actor.is_audited().then(|| {
            self.counters.audit_count += 1;
            self.counters.audit_hash = audit::link(&self.counters.audit_hash, &event, &detail);
            self.counters.audit_hash
        });
        self.events.push(&event, detail, hash);
        event
    }

    /// The place of the next event: the number of what the event makes.
    pub(crate) fn next_event(&self) -> i64 {
        self.counters.event + 1
    }

    /// Tells what a command did to those who follow, once the transaction is committed.
    pub(crate) fn announce(&mut self, events: Vec<Event>, change: Change) {
        self.committed.push(Committed { events, change });
    }

    /// The place of the newest event, also of those this transaction has written so far.
    pub(crate) fn newest_event(&self) -> i64 {
        self.counters.event
    }

    /// The key of a new device.
    pub(crate) fn next_device(&mut self) -> i64 {
        self.counters.device += 1;
        self.counters.device
    }

    /// The number of a new message.
    pub(crate) fn next_message(&mut self) -> i64 {
        self.counters.message += 1;
        self.counters.message
    }

    /// Writes the events and the counters: all but the COMMIT.
    pub(super) async fn finish(
        mut self,
        holder: &str,
    ) -> Result<(Connection<'c>, Counters, Vec<Committed>), StorageError> {
        self.events.insert(&mut self.connection).await?;
        if !state::write(&mut self.connection, holder, &self.counters).await? {
            return Err(another_writer(""));
        }
        Ok((self.connection, self.counters, self.committed))
    }
}

pub(super) async fn commit(connection: &mut Connection<'_>) -> Result<(), StorageError> {
    connection.run(&COMMIT, []).await.map(|_| ())
}

pub(super) async fn roll_back(connection: &mut Connection<'_>) -> Result<(), StorageError> {
    connection.run(&ROLLBACK, []).await.map(|_| ())
}
