//! Where the writer's sequences stand: one row, written with each transaction.
//!
//! On PostgreSQL the same row is the lease. A transaction of a writer that lost it changes no row and is rolled back.

use crate::engine::{Connection, Sql};
use crate::error::StorageError;

const READ: Sql = Sql::both(
    "reading the writer's state",
    "SELECT holder, batch, last_event, last_message, last_device, audit_count, audit_hash
     FROM writer WHERE id = 1",
);

/// The lease is 15 seconds, [`crate::engine::postgres::LEASE`].
const WRITE: Sql = Sql::pair(
    "storing the writer's state",
    "UPDATE writer
     SET batch = $2, last_event = $3, last_message = $4, last_device = $5, audit_count = $6, audit_hash = $7
     WHERE id = 1 AND holder = $1",
    "UPDATE writer
     SET batch = $2, last_event = $3, last_message = $4, last_device = $5, audit_count = $6, audit_hash = $7,
         lease_until = (EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) * 1000)::BIGINT + 15000
     WHERE id = 1 AND holder = $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&READ, &WRITE];

/// The last number given out in each sequence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Counters {
    /// Transactions of writers; tells whether one whose COMMIT got no answer happened.
    pub(crate) batch: i64,
    pub(crate) event: i64,
    pub(crate) message: i64,
    pub(crate) device: i64,
    /// Length and end of the audit chain.
    pub(crate) audit_count: i64,
    pub(crate) audit_hash: [u8; 32],
}

/// Who the writer is, and its counters.
pub(crate) async fn read(
    connection: &mut Connection<'_>,
) -> Result<(String, Counters), StorageError> {
    let missing = |cause: &str| StorageError::Corrupt {
        table: "writer",
        column: "audit_hash",
        row: "1".into(),
        cause: cause.into(),
    };
    let row = connection.row(&READ, []).await?;
    let row = row.ok_or_else(|| missing("the row is missing"))?;
    let hash: Vec<u8> = row.get(6)?;
    let counters = Counters {
        batch: row.get(1)?,
        event: row.get(2)?,
        message: row.get(3)?,
        device: row.get(4)?,
        audit_count: row.get(5)?,
        audit_hash: hash.try_into().map_err(|_| missing("not 32 bytes"))?,
    };
    Ok((row.get(0)?, counters))
}

/// Stores the counters; `false` when somebody else is the writer now.
pub(crate) async fn write(
    connection: &mut Connection<'_>,
    holder: &str,
    counters: &Counters,
) -> Result<bool, StorageError> {
    let arguments = [
        holder.into(),
        counters.batch.into(),
        counters.event.into(),
        counters.message.into(),
        counters.device.into(),
        counters.audit_count.into(),
        counters.audit_hash.to_vec().into(),
    ];
    Ok(connection.run(&WRITE, arguments).await? == 1)
}
