//! PostgreSQL: connections, and the lease that keeps the writer single.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgConnection, PgPool};
use tokio::time::{Instant, sleep, timeout};

use super::faults::translated;
use super::{Connection, Sql};
use crate::error::StorageError;

/// How long connecting may take.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);

/// How long the writer's lease holds without renewal; in `writer::state` the statement says it in milliseconds.
pub(crate) const LEASE: Duration = Duration::from_secs(15);

/// How often the lease is renewed when nothing is written.
pub(crate) const RENEW: Duration = Duration::from_secs(4);

/// How often a new writer looks whether an abandoned lease has run out.
const LOOK: Duration = Duration::from_millis(250);

/// Prepared statements that a connection keeps; more than there are.
const STATEMENTS_KEPT: usize = 256;

const TAKE_LEASE: Sql = Sql::pair(
    "taking the writer's lease",
    "UPDATE writer SET holder = $1 WHERE id = 1",
    "UPDATE writer
     SET holder = $1,
         lease_until = (EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) * 1000)::BIGINT + 15000
     WHERE id = 1
       AND (holder IN ('', $1)
            OR lease_until < (EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) * 1000)::BIGINT)",
);

const SEE_LEASE: Sql = Sql::both(
    "looking at the writer's lease",
    "SELECT holder, lease_until FROM writer WHERE id = 1",
);

const GIVE_LEASE_BACK: Sql = Sql::both(
    "giving the writer's lease back",
    "UPDATE writer SET holder = '', lease_until = 0 WHERE id = 1 AND holder = $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&TAKE_LEASE, &SEE_LEASE, &GIVE_LEASE_BACK];

/// Reads an address.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions, StorageError> {
    let options: PgConnectOptions = url.parse().map_err(|_: sqlx::Error| {
        StorageError::Unsupported(
            "the database address cannot be read; it looks like postgres://user@host/name",
        )
    })?;
    Ok(options
        .application_name("muster")
        .statement_cache_capacity(STATEMENTS_KEPT)
        .disable_statement_logging())
}

/// A connection for writing.
pub(crate) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StorageError> {
    let operation = "connecting to the database";
    match timeout(CONNECT, options.connect()).await {
        Ok(connected) => connected.map_err(|error| translated(operation, error)),
        Err(_) => Err(StorageError::Unavailable {
            operation,
            cause: "no answer".into(),
        }),
    }
}

/// The pool for reading; connects when first used.
pub(crate) fn readers(options: &PgConnectOptions, count: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(count.max(1))
        .acquire_timeout(CONNECT)
        .connect_lazy_with(options.clone())
}

/// Becomes the writer. The lease of a process that died runs out while we wait; one that lives renews it.
pub(crate) async fn take_lease(
    connection: &mut Connection<'_>,
    holder: &str,
) -> Result<(), StorageError> {
    let mut first_seen = None;
    let started = Instant::now();
    loop {
        if connection.run(&TAKE_LEASE, [holder.into()]).await? == 1 {
            return Ok(());
        }
        if let Some(row) = connection.row(&SEE_LEASE, []).await? {
            let (other, until): (String, i64) = (row.get(0)?, row.get(1)?);
            let seen = *first_seen.get_or_insert(until);
            if until != seen || started.elapsed() > LEASE * 2 {
                return Err(another_writer(&other));
            }
        }
        sleep(LOOK).await;
    }
}

/// Stops being the writer, so that the next one need not wait.
pub(crate) async fn give_lease_back(
    connection: &mut Connection<'_>,
    holder: &str,
) -> Result<(), StorageError> {
    connection.run(&GIVE_LEASE_BACK, [holder.into()]).await?;
    Ok(())
}

/// The error when the lease is somebody else's.
pub(crate) fn another_writer(holder: &str) -> StorageError {
    StorageError::AnotherWriter {
        place: "the PostgreSQL database".into(),
        holder: if holder.is_empty() {
            "another process".into()
        } else {
            holder.into()
        },
    }
}
