//! Retention: what devices did and sent is kept for a time; what people did stays.

use std::sync::atomic::Ordering;

use muster_core::time::Timestamp;

use crate::engine::Sql;
use crate::error::StorageError;
use crate::records::Pruned;
use crate::store::Store;
use crate::writer::{Operation, Unit};

/// Sequences follow time closely enough: only the oldest rows are looked at, never the whole table. Changes of desired
/// properties are the history of their device and go with it.
const EVENTS: Sql = Sql::both(
    "removing old events",
    "DELETE FROM event WHERE seq IN
     (SELECT seq
      FROM (SELECT seq, at FROM event WHERE seq > $3 AND hash IS NULL AND kind <> 'desired_changed'
            ORDER BY seq LIMIT $2) AS oldest
      WHERE at < $1)
     RETURNING seq",
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
        // What is kept before this place was looked at already.
        let after = self.pruned().load(Ordering::Relaxed);
        let prune = Prune {
            older,
            limit,
            after,
        };
        let (pruned, upto) = self.write("removing what is old", prune).await?;
        self.pruned().fetch_max(upto, Ordering::Relaxed);
        Ok(pruned)
    }
}

#[derive(Debug)]
struct Prune {
    older: Timestamp,
    limit: usize,
    after: i64,
}

impl Operation for Prune {
    /// What was removed, and the place of the last event among it.
    type Output = (Pruned, i64);

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(Pruned, i64), StorageError> {
        let (older, limit) = (self.older.millis(), self.limit);
        let connection = &mut unit.connection;
        let events = [older.into(), limit.into(), self.after.into()];
        let gone = connection.rows(&EVENTS, events).await?;
        let mut upto = self.after;
        for row in &gone {
            upto = upto.max(row.get(0)?);
        }
        let messages = [older.into(), limit.into()];
        let pruned = Pruned {
            events: gone.len() as u64,
            messages: connection.run(&MESSAGES, messages).await?,
            samples: connection.run(&SAMPLES, [older.into()]).await?,
        };
        Ok((pruned, upto))
    }
}
