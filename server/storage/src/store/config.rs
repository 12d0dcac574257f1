//! How to open a store.

use std::fmt;
use std::path::PathBuf;

/// Size of SQLite's write-ahead log past which the writer empties it, unless said otherwise.
const WAL_LIMIT: u64 = 96 << 20;

/// Connections for reading, unless said otherwise.
const READERS: u32 = 4;

/// Where the database is.
#[derive(Clone)]
pub enum Location {
    /// In a directory of its own.
    Sqlite {
        /// The data directory.
        dir: PathBuf,
    },
    /// On a PostgreSQL server or one that speaks like it.
    Postgres {
        /// Its address; may hold a password.
        url: String,
    },
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { dir } => f.debug_struct("Sqlite").field("dir", dir).finish(),
            Self::Postgres { .. } => f.write_str("Postgres(…)"),
        }
    }
}

/// The key that opens the database's own keys. Never printed by `Debug`.
#[derive(Clone)]
pub struct MasterKey(pub [u8; 32]);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// How to open a store.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// Where it is.
    pub location: Location,
    /// What opens its sealed secrets.
    pub master_key: MasterKey,
    /// SQLite waits for the disk at each commit, so that a power loss loses nothing; without it the last moments may
    /// be lost then. A crash of the program loses nothing either way.
    pub synchronous_full: bool,
    /// Size of SQLite's write-ahead log past which the writer empties it.
    pub wal_limit_bytes: u64,
    /// Connections for reading.
    pub read_connections: u32,
    /// Most pages an SQLite database may have; for tests of a full disk.
    pub max_pages: Option<u32>,
}

impl StoreConfig {
    /// The usual settings for a place and a key.
    pub fn new(location: Location, master_key: MasterKey) -> Self {
        Self {
            location,
            master_key,
            synchronous_full: false,
            wal_limit_bytes: WAL_LIMIT,
            read_connections: READERS,
            max_pages: None,
        }
    }
}
