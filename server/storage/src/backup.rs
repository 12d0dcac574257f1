//! Backup: a whole, checked copy of an SQLite database while it is in use.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;

use muster_core::event::NewEvent;

use crate::engine::lock::private;
use crate::engine::sqlite;
use crate::engine::{Connection, Sql};
use crate::error::{StorageError, corrupt};
use crate::records::BackupReport;
use crate::store::Store;

const COPY: Sql = Sql::sqlite("copying the database", "VACUUM INTO $1");
pub(crate) const QUICK_CHECK: Sql = Sql::sqlite("checking the database", "PRAGMA quick_check(20)");

pub(crate) const STATEMENTS: &[&Sql] = &[&COPY, &QUICK_CHECK];

impl Store {
    /// Writes a copy of the database to the new file `to`, checks it, and records `event`. The copy opens only with
    /// the master key, which is not in it.
    pub async fn backup(&self, to: &Path, event: NewEvent) -> Result<BackupReport, StorageError> {
        let Some(file) = self.sqlite_file() else {
            return Err(StorageError::Unsupported(
                "PostgreSQL is backed up with its own tools; use pg_dump, and keep the master key with the dump",
            ));
        };
        let fault = |operation| {
            move |source: std::io::Error| StorageError::File {
                operation,
                path: to.to_owned(),
                source: Arc::new(source),
            }
        };
        private(OpenOptions::new().write(true).create_new(true))
            .open(to)
            .map_err(fault(
                "making the backup; choose a file that does not exist yet",
            ))?;
        if let Err(error) = copy(file, to).await {
            // Half a copy must not be taken for a backup.
            let _ = std::fs::remove_file(to);
            return Err(error);
        }
        let bytes = std::fs::metadata(to)
            .map_err(fault("looking at the backup"))?
            .len();
        self.record(event).await?;
        Ok(BackupReport {
            path: to.to_owned(),
            bytes,
        })
    }
}

async fn copy(from: &Path, to: &Path) -> Result<(), StorageError> {
    let mut source = sqlite::open_reader(from).await?;
    let name = to.to_str().ok_or(StorageError::Unsupported(
        "the path of a backup must be Unicode text",
    ))?;
    Connection::Sqlite(&mut source)
        .run(&COPY, [name.into()])
        .await?;
    sqlite::close(source).await?;
    let mut copy = sqlite::open_reader(to).await?;
    let faults = quick_check(&mut Connection::Sqlite(&mut copy)).await?;
    sqlite::close(copy).await?;
    match faults.into_iter().next() {
        None => Ok(()),
        Some(fault) => Err(corrupt("backup", "pages", to.display(), fault)),
    }
}

/// What SQLite finds wrong with its file: nothing, for a sound one.
pub(crate) async fn quick_check(
    connection: &mut Connection<'_>,
) -> Result<Vec<String>, StorageError> {
    let rows = connection.rows(&QUICK_CHECK, []).await?;
    let lines = rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<Vec<String>, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}
