//! What the drivers say, in our words.

use std::sync::Arc;

use crate::error::StorageError;

/// The error of `operation` for a caller.
pub(crate) fn translated(operation: &'static str, error: sqlx::Error) -> StorageError {
    match kind_of(&error) {
        Kind::DiskFull => StorageError::DiskFull { operation },
        Kind::Lost => StorageError::Unavailable {
            operation,
            cause: error.to_string(),
        },
        Kind::Closed => StorageError::Closed { operation },
        Kind::Busy => StorageError::Busy { operation },
        Kind::Other => StorageError::Sql {
            operation,
            source: Arc::new(error),
        },
    }
}

/// Whether the whole transaction should be tried again: the database chose it as the victim of a conflict.
pub(crate) fn is_conflict(error: &StorageError) -> bool {
    matches!(error, StorageError::Sql { source, .. } if matches!(code_of(source).as_deref(), Some("40001" | "40P01")))
}

enum Kind {
    DiskFull,
    Lost,
    Closed,
    Busy,
    Other,
}

/// SQLite reports result codes in decimal, extended ones with the plain code in the low byte.
/// PostgreSQL reports SQLSTATE, five characters.
fn kind_of(error: &sqlx::Error) -> Kind {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed => Kind::Lost,
        sqlx::Error::PoolClosed => Kind::Closed,
        sqlx::Error::Database(_) => match code_of(error).as_deref() {
            Some(state) if state.len() == 5 => match state {
                "53100" => Kind::DiskFull,
                // Shutting down, starting up, crashed, too many connections, a standby that does not accept writes.
                "57P01" | "57P02" | "57P03" | "53300" | "25006" => Kind::Lost,
                _ if state.starts_with("08") => Kind::Lost,
                _ => Kind::Other,
            },
            Some(code) => match code.parse::<u32>().map(|code| code & 0xFF) {
                Ok(13) => Kind::DiskFull,
                Ok(5 | 6) => Kind::Busy,
                _ => Kind::Other,
            },
            None => Kind::Other,
        },
        _ => Kind::Other,
    }
}

fn code_of(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?;
    Some(code.into_owned())
}
