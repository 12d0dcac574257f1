//! Rows of results.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};

use crate::error::StorageError;

/// One row, columns by position.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The value of column `index`: `i64`, `String`, `Vec<u8>`, or an `Option` of one.
    pub(crate) fn get<T>(&self, index: usize) -> Result<T, StorageError>
    where
        T: for<'r> Decode<'r, Sqlite>
            + Type<Sqlite>
            + for<'r> Decode<'r, Postgres>
            + Type<Postgres>,
    {
        let value = match self {
            Self::Sqlite(row) => row.try_get(index),
            Self::Postgres(row) => row.try_get(index),
        };
        value.map_err(|error| super::faults::translated("reading a row", error))
    }

    /// A truth value, stored as 0 or 1.
    pub(crate) fn flag(&self, index: usize) -> Result<bool, StorageError> {
        Ok(self.get::<i64>(index)? != 0)
    }

    /// A counter; never negative.
    pub(crate) fn count(&self, index: usize) -> Result<u64, StorageError> {
        Ok(self.get::<i64>(index)?.cast_unsigned())
    }
}
