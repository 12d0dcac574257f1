//! The writer's connection on either engine.

use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use super::unit;
use crate::engine::lock::DirectoryLock;
use crate::engine::sqlite::{self, Emptying};
use crate::engine::{Connection, postgres};
use crate::error::StorageError;

/// Bytes of log that are worth emptying when there is nothing else to do.
const WORTH_EMPTYING: u64 = 4 << 20;

/// The connection, and what it takes to keep it.
#[derive(Debug)]
pub(crate) enum Link {
    Sqlite(Box<SqliteLink>),
    Postgres {
        options: Box<PgConnectOptions>,
        connection: Option<Box<PgConnection>>,
    },
}

#[derive(Debug)]
pub(crate) struct SqliteLink {
    pub(crate) connection: SqliteConnection,
    pub(crate) file: PathBuf,
    /// Bytes of log past which it is emptied.
    pub(crate) log_limit: u64,
    /// Raised while readers hold on to the log, so that the writer does not wait for them at every commit.
    pub(crate) next_try: u64,
    /// Held as long as we write.
    pub(crate) _lock: DirectoryLock,
}

impl Link {
    pub(super) fn connection(
        &mut self,
        operation: &'static str,
    ) -> Result<Connection<'_>, StorageError> {
        match self {
            Self::Sqlite(link) => Ok(Connection::Sqlite(&mut link.connection)),
            Self::Postgres {
                connection: Some(connection),
                ..
            } => Ok(Connection::Postgres(connection)),
            Self::Postgres {
                connection: None, ..
            } => Err(StorageError::Unavailable {
                operation,
                cause: "not connected".into(),
            }),
        }
    }

    pub(super) fn has_lease(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    pub(super) fn is_away(&self) -> bool {
        matches!(
            self,
            Self::Postgres {
                connection: None,
                ..
            }
        )
    }

    pub(super) async fn connect(&mut self) -> Result<(), StorageError> {
        if let Self::Postgres {
            options,
            connection,
        } = self
        {
            *connection = Some(Box::new(postgres::connect(options).await?));
        }
        Ok(())
    }

    /// Leaves no transaction open after an error. A connection in doubt is given up.
    pub(super) async fn roll_back(&mut self, error: &StorageError) {
        let lost = matches!(
            error,
            StorageError::Unavailable { .. } | StorageError::AnotherWriter { .. }
        );
        match self {
            // SQLite may have rolled back by itself; then this fails, and all is well.
            Self::Sqlite(link) => {
                let _ = unit::roll_back(&mut Connection::Sqlite(&mut link.connection)).await;
            }
            Self::Postgres { connection, .. } => {
                let clean = match connection {
                    Some(connection) if !lost => {
                        unit::roll_back(&mut Connection::Postgres(connection))
                            .await
                            .is_ok()
                    }
                    _ => false,
                };
                if !clean {
                    *connection = None;
                }
            }
        }
    }

    /// SQLite: empties the log past its limit, and thoroughly when there is nothing else to do.
    pub(super) async fn keep_log_short(&mut self, idle: bool) {
        let Self::Sqlite(link) = self else { return };
        let bytes = sqlite::log_bytes(&link.file);
        metrics::gauge!("muster_wal_bytes").set(bytes as f64);
        let how = if idle && bytes > WORTH_EMPTYING {
            Emptying::Truncate
        } else if bytes > link.next_try {
            Emptying::Restart
        } else {
            return;
        };
        let emptied = sqlite::empty_log(&mut link.connection, how).await;
        link.next_try = match emptied {
            Ok(true) => link.log_limit,
            _ => bytes.max(link.log_limit) + link.log_limit / 4,
        };
        if let Err(error) = emptied {
            tracing::warn!(%error, "the write-ahead log could not be emptied");
        }
    }

    /// For tests: bounds the pages of an SQLite database.
    pub(super) async fn set_max_pages(&mut self, pages: u32) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(link) => sqlite::set_max_pages(&mut link.connection, pages).await,
            Self::Postgres { .. } => Err(StorageError::Unsupported("only SQLite counts pages")),
        }
    }

    /// Ends it in good order.
    pub(super) async fn close(self, holder: &str) {
        let result = match self {
            Self::Sqlite(mut link) => {
                let emptied = sqlite::empty_log(&mut link.connection, Emptying::Truncate).await;
                let closed = sqlite::close(link.connection).await;
                emptied.and(closed)
            }
            Self::Postgres {
                connection: Some(mut connection),
                ..
            } => {
                let link = &mut Connection::Postgres(&mut connection);
                let given_back = postgres::give_lease_back(link, holder).await;
                let _ = connection.close().await;
                given_back
            }
            Self::Postgres {
                connection: None, ..
            } => Ok(()),
        };
        if let Err(error) = result {
            tracing::warn!(%error, "the database was not closed in good order");
        }
    }
}
