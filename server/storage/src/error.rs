//! What can go wrong with the database, and what to do about it.

use std::path::PathBuf;
use std::sync::Arc;

/// A failure of storage. Messages name the operation and what to do; none holds a secret.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StorageError {
    /// The database cannot be reached.
    #[error(
        "{operation}: the database is unavailable; see that it runs and is reachable, the hub goes on by itself ({cause})"
    )]
    Unavailable {
        /// What was being done.
        operation: &'static str,
        /// What the driver said.
        cause: String,
    },
    /// There is no room left for the database.
    #[error(
        "{operation}: the disk of the database is full; free space, nothing acknowledged is lost"
    )]
    DiskFull {
        /// What was being done.
        operation: &'static str,
    },
    /// The linked SQLite has known faults.
    #[error(
        "SQLite {found} can damage its log (fixed in 3.51.3); use a build with SQLite 3.51.3 or newer"
    )]
    TooOldSqlite {
        /// Its version.
        found: String,
    },
    /// A newer Muster has written this database.
    #[error(
        "the database has schema {found}, this binary knows {known}; use the newer binary or restore a backup made before the upgrade"
    )]
    NewerSchema {
        /// Newest migration applied.
        found: i64,
        /// Newest migration this binary has.
        known: i64,
    },
    /// A migration that was applied is not the one this binary carries.
    #[error(
        "migration {version} of the database is not the one this binary carries; use the binary that made the database"
    )]
    OtherSchema {
        /// Its number.
        version: i64,
    },
    /// Another process writes to this database.
    #[error("{holder} has {place} open for writing; stop it first, or send commands to it")]
    AnotherWriter {
        /// The database or directory.
        place: String,
        /// Who, as far as known.
        holder: String,
    },
    /// The master key does not open what was sealed.
    #[error(
        "the master key does not belong to this database; put back the key file that was made with it"
    )]
    WrongMasterKey,
    /// A stored value cannot be read.
    #[error(
        "{table}.{column} of {row} cannot be read ({cause}); run `muster check` and restore a backup"
    )]
    Corrupt {
        /// Its table.
        table: &'static str,
        /// Its column.
        column: &'static str,
        /// Which row.
        row: String,
        /// What is wrong.
        cause: String,
    },
    /// The store was closed, or its writer ended.
    #[error("{operation}: the store is closed; start the hub again")]
    Closed {
        /// What was being done.
        operation: &'static str,
    },
    /// Too much is waiting for the writer.
    #[error("{operation}: the database is busy; try again")]
    Busy {
        /// What was being done.
        operation: &'static str,
    },
    /// A page address that does not fit.
    #[error(transparent)]
    Cursor(#[from] muster_core::cursor::BadCursor),
    /// A file or directory cannot be used.
    #[error("{operation}: {}: {source}", path.display())]
    File {
        /// What was being done.
        operation: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// What was asked for does not exist on this engine.
    #[error("{0}")]
    Unsupported(&'static str),
    /// A migration failed.
    #[error("migrating the database: {0}")]
    Migration(Arc<sqlx::migrate::MigrateError>),
    /// Any other failure of a statement.
    #[error("{operation}: {source}")]
    Sql {
        /// What was being done.
        operation: &'static str,
        /// What the driver said.
        source: Arc<sqlx::Error>,
    },
}

/// The error for a stored value that breaks its rule.
pub(crate) fn corrupt(
    table: &'static str,
    column: &'static str,
    row: impl std::fmt::Display,
    cause: impl std::fmt::Display,
) -> StorageError {
    StorageError::Corrupt {
        table,
        column,
        row: row.to_string(),
        cause: cause.to_string(),
    }
}
