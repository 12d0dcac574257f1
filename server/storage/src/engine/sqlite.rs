//! SQLite: how connections are opened, and how the write-ahead log is kept short.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection, SqlitePool};

use super::faults::translated;
use super::lock::private;
use super::{Connection, Sql};
use crate::error::StorageError;

/// The database in its data directory.
pub(crate) const FILE: &str = "muster.db";

/// Oldest SQLite whose write-ahead log is sound.
const OLDEST: [u32; 3] = [3, 51, 3];

/// How long a statement waits for another process (a backup tool, a curious `sqlite3`).
const BUSY: Duration = Duration::from_secs(5);

/// Page cache of the writer and of each reader, in KiB. Not more for the writer: while the database is smaller than
/// 1 GiB, SQLite walks the whole cache at each commit that balanced a tree. The system caches the file anyway.
const WRITER_CACHE: u32 = 16 * 1024;
const READER_CACHE: u32 = 8 * 1024;

/// Bytes of the file that are mapped instead of read.
const MMAP: u64 = 4 << 30;

/// Prepared statements that a connection keeps; more than there are.
const STATEMENTS_KEPT: usize = 256;

/// Rows that may wait between SQLite's thread and ours; a whole batch.
const ROWS_WAITING: usize = 1024;

const VERSION: Sql = Sql::sqlite("asking SQLite for its version", "SELECT sqlite_version()");
const RESTART: Sql = Sql::sqlite("restarting the log", "PRAGMA wal_checkpoint(RESTART)");
const TRUNCATE: Sql = Sql::sqlite("emptying the log", "PRAGMA wal_checkpoint(TRUNCATE)");

/// While the log is emptied the writer waits for readers only this long; they read on from the log, and it tries again.
const SHORT_WAIT: Sql = Sql::sqlite("waiting shortly", "PRAGMA busy_timeout = 100");
/// Equal to [`BUSY`].
const LONG_WAIT: Sql = Sql::sqlite("waiting as usual", "PRAGMA busy_timeout = 5000");

pub(crate) const STATEMENTS: &[&Sql] = &[&VERSION, &RESTART, &TRUNCATE, &SHORT_WAIT, &LONG_WAIT];

/// Where the database of a data directory is.
pub(crate) fn file_in(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// Opens the connection for writing; makes the file when there is none.
pub(crate) async fn open_writer(
    file: &Path,
    synchronous_full: bool,
    max_pages: Option<u32>,
) -> Result<SqliteConnection, StorageError> {
    private(OpenOptions::new().append(true).create(true))
        .open(file)
        .map_err(|source| StorageError::File {
            operation: "making the database",
            path: file.to_owned(),
            source: Arc::new(source),
        })?;
    let mut options = common(file, WRITER_CACHE)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(if synchronous_full {
            SqliteSynchronous::Full
        } else {
            SqliteSynchronous::Normal
        })
        // The writer empties the log itself.
        .pragma("wal_autocheckpoint", "0");
    if let Some(pages) = max_pages {
        options = options.pragma("max_page_count", pages.to_string());
    }
    let mut connection = options
        .connect()
        .await
        .map_err(|error| translated("opening the database", error))?;
    check_version(&mut connection).await?;
    Ok(connection)
}

/// A connection for reading outside the pool, for work that takes long.
pub(crate) async fn open_reader(file: &Path) -> Result<SqliteConnection, StorageError> {
    let options = common(file, READER_CACHE).read_only(true);
    options
        .connect()
        .await
        .map_err(|error| translated("opening the database for reading", error))
}

/// The pool for reading.
pub(crate) async fn open_readers(file: &Path, count: u32) -> Result<SqlitePool, StorageError> {
    SqlitePoolOptions::new()
        .max_connections(count.max(1))
        .acquire_timeout(BUSY)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(common(file, READER_CACHE).read_only(true))
        .await
        .map_err(|error| translated("opening the database for reading", error))
}

fn common(file: &Path, cache_kib: u32) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(STATEMENTS_KEPT)
        .row_buffer_size(ROWS_WAITING)
        .pragma("cache_size", format!("-{cache_kib}"))
        .pragma("mmap_size", MMAP.to_string())
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

async fn check_version(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    let row = Connection::Sqlite(connection).row(&VERSION, []).await?;
    let found: String = row.map_or_else(|| Ok(String::new()), |row| row.get(0))?;
    if is_sound(&found) {
        Ok(())
    } else {
        Err(StorageError::TooOldSqlite { found })
    }
}

fn is_sound(version: &str) -> bool {
    let numbers: Vec<u32> = version
        .split('.')
        .filter_map(|part| part.parse().ok())
        .collect();
    numbers.as_slice() >= OLDEST.as_slice()
}

/// Bytes in use of the write-ahead log; the file itself keeps the size it once had. The index beside the log says how
/// many frames it has (sqlite.org/walformat.html, section 2.1: `mxFrame` at byte 16, in the order of the machine).
pub(crate) fn log_bytes(file: &Path) -> u64 {
    const FRAME: u64 = 4096 + 24;
    let mut index = file.as_os_str().to_owned();
    index.push("-shm");
    let mut header = [0; 20];
    let read = File::open(index).and_then(|mut index| index.read_exact(&mut header));
    let [.., a, b, c, d] = header;
    match read {
        Ok(()) => u64::from(u32::from_ne_bytes([a, b, c, d])) * FRAME,
        Err(_) => 0,
    }
}

/// How thoroughly to empty the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Emptying {
    /// The next transaction writes from its beginning; the file keeps its size, which spares the system work.
    Restart,
    /// The file is emptied too.
    Truncate,
}

/// Copies the whole log into the database and empties it; gives up when readers hold on to it. Says whether it did.
pub(crate) async fn empty_log(
    connection: &mut SqliteConnection,
    how: Emptying,
) -> Result<bool, StorageError> {
    let mut connection = Connection::Sqlite(connection);
    connection.rows(&SHORT_WAIT, []).await?;
    let checkpoint = match how {
        Emptying::Restart => &RESTART,
        Emptying::Truncate => &TRUNCATE,
    };
    let result = connection.row(checkpoint, []).await;
    connection.rows(&LONG_WAIT, []).await?;
    match result? {
        Some(row) => Ok(!row.flag(0)?),
        None => Ok(false),
    }
}

/// Bounds the number of pages of the database, to simulate a full disk.
pub(crate) async fn set_max_pages(
    connection: &mut SqliteConnection,
    pages: u32,
) -> Result<(), StorageError> {
    // A number, so nothing can be smuggled in; pragmas take no arguments.
    let text = AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
    let done = sqlx::query(text)
        .persistent(false)
        .execute(connection)
        .await;
    done.map_err(|error| translated("bounding the database", error))?;
    Ok(())
}

/// Ends a connection; the last one to a database leaves no log behind.
pub(crate) async fn close(connection: SqliteConnection) -> Result<(), StorageError> {
    let closed = connection.close().await;
    closed.map_err(|error| translated("closing the database", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_before_the_fix_are_unsound() {
        let check = |version, want| assert_eq!(is_sound(version), want, "{version}");
        check("3.51.3", true);
        check("3.51.10", true);
        check("3.52.0", true);
        check("4.0.0", true);
        check("3.51.2", false);
        check("3.46.1", false);
        check("3.51", false);
        check("", false);
    }
}
