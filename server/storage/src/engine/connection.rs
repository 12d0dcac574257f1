//! Connections, and the pool of readers.

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool};

use super::arguments::{Argument, for_postgres, for_sqlite};
use super::faults::translated;
use super::{Packed, Row, Sql};
use crate::error::StorageError;

/// A connection for as long as somebody uses it.
#[derive(Debug)]
pub(crate) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Connection<'_> {
    /// Runs a statement; returns how many rows it changed.
    pub(crate) async fn run(
        &mut self,
        sql: &Sql,
        arguments: impl Into<Vec<Argument>>,
    ) -> Result<u64, StorageError> {
        let changed = match self {
            Self::Sqlite(connection) => {
                let arguments = bound(sql, for_sqlite(arguments.into()))?;
                let query = sqlx::query_with(sql.sqlite, arguments);
                query
                    .execute(&mut **connection)
                    .await
                    .map(|done| done.rows_affected())
            }
            Self::Postgres(connection) => {
                let arguments = bound(sql, for_postgres(arguments.into()))?;
                let query = sqlx::query_with(sql.postgres, arguments);
                query
                    .execute(&mut **connection)
                    .await
                    .map(|done| done.rows_affected())
            }
        };
        changed.map_err(|error| translated(sql.operation, error))
    }

    /// All rows of a result. Statements bound their own size.
    pub(crate) async fn rows(
        &mut self,
        sql: &Sql,
        arguments: impl Into<Vec<Argument>>,
    ) -> Result<Vec<Row>, StorageError> {
        match self {
            Self::Sqlite(connection) => {
                let arguments = bound(sql, for_sqlite(arguments.into()))?;
                let query = sqlx::query_with(sql.sqlite, arguments);
                let rows = query.fetch_all(&mut **connection).await;
                rows.map(|rows| rows.into_iter().map(Row::Sqlite).collect())
            }
            Self::Postgres(connection) => {
                let arguments = bound(sql, for_postgres(arguments.into()))?;
                let query = sqlx::query_with(sql.postgres, arguments);
                let rows = query.fetch_all(&mut **connection).await;
                rows.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        }
        .map_err(|error| translated(sql.operation, error))
    }

    /// The first row of a result, if it has one.
    pub(crate) async fn row(
        &mut self,
        sql: &Sql,
        arguments: impl Into<Vec<Argument>>,
    ) -> Result<Option<Row>, StorageError> {
        Ok(self.rows(sql, arguments).await?.into_iter().next())
    }

    /// The rows of a statement that packs them into one text.
    pub(crate) async fn packed(
        &mut self,
        sql: &Sql,
        arguments: impl Into<Vec<Argument>>,
    ) -> Result<Packed, StorageError> {
        let row = self.row(sql, arguments).await?;
        let text = row.map(|row| row.get::<Option<String>>(0)).transpose()?;
        Ok(Packed(text.flatten().unwrap_or_default()))
    }

    /// The first column of a result's only row: for counts and the like.
    pub(crate) async fn number(
        &mut self,
        sql: &Sql,
        arguments: impl Into<Vec<Argument>>,
    ) -> Result<i64, StorageError> {
        match self.row(sql, arguments).await? {
            Some(row) => row.get(0),
            None => Err(translated(sql.operation, sqlx::Error::RowNotFound)),
        }
    }
}

fn bound<T>(sql: &Sql, arguments: Result<T, sqlx::Error>) -> Result<T, StorageError> {
    arguments.map_err(|error| translated(sql.operation, error))
}

/// The pool of connections for reading.
#[derive(Clone, Debug)]
pub(crate) enum Readers {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A connection out of the pool.
#[derive(Debug)]
pub(crate) enum Reader {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Readers {
    /// A connection; waits for a free one, not for ever.
    pub(crate) async fn get(&self) -> Result<Reader, StorageError> {
        match self {
            Self::Sqlite(pool) => pool.acquire().await.map(Reader::Sqlite),
            Self::Postgres(pool) => pool.acquire().await.map(Reader::Postgres),
        }
        .map_err(|error| translated("connecting for reading", error))
    }

    /// Ends all connections once they are given back.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Reader {
    pub(crate) fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(connection) => Connection::Sqlite(connection),
            Self::Postgres(connection) => Connection::Postgres(connection),
        }
    }
}
