//! Retention: what devices did and sent is kept for a time; what people did stays.

use muster_core::time::Timestamp;

use crate::engine::Sql;
use crate::error::StorageError;
use crate::records::Pruned;
use crate::store::Store;
use crate::writer::{Operation, Unit};

/// Sequences follow time closely enough: only the oldest rows are looked at, never the whole table.
const EVENTS: Sql = Sql::both(
    "removing old events",
    "DELETE FROM event WHERE seq IN
     (SELECT seq FROM (SELECT seq, at FROM event WHERE hash IS NULL ORDER BY seq LIMIT $2) AS oldest
      WHERE at < $1)",
);

const MESSAGES: Sql = Sql::both(
    "removing old messages",
    "DELETE FROM message WHERE seq IN
     (SELECT seq FROM (SELECT seq, at FROM message ORDER BY seq LIMIT $2) AS oldest WHERE at < $1)",
);

const SAMPLES: Sql = Sql::both(
    "removing old presence samples",
    "DELETE FROM presence_sample WHERE at < $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&EVENTS, &MESSAGES, &SAMPLES];

impl Store {
    /// Removes device events, messages and presence samples from before `older`: at most `limit` events and `limit`
    /// messages, so that devices do not wait long. Call again while a number reaches the limit.
    pub async fn prune(&self, older: Timestamp, limit: usize) -> Result<Pruned, StorageError> {
        self.write("removing what is old", Prune { older, limit })
            .await
    }
}

#[derive(Debug)]
struct Prune {
    older: Timestamp,
    limit: usize,
}

impl Operation for Prune {
    type Output = Pruned;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Pruned, StorageError> {
        let bounded = || [self.older.millis().into(), self.limit.into()];
        let connection = &mut unit.connection;
        Ok(Pruned {
            events: connection.run(&EVENTS, bounded()).await?,
            messages: connection.run(&MESSAGES, bounded()).await?,
            samples: connection
                .run(&SAMPLES, [self.older.millis().into()])
                .await?,
        })
    }
}
