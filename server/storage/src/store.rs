//! The door to the database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use muster_core::cursor::Page;
use muster_core::device::{Device, IfMatch};
use muster_core::event::{Actor, Event, NewEvent};
use muster_core::ids::{DeviceId, EventSeq, PersonId};
use muster_core::message::{Message, NewMessage};
use muster_core::access::SharedAccessPolicy;
use muster_core::person::Person;
use muster_core::time::Timestamp;
use muster_core::twin::{Object, ServiceWrite};
use serde_json::Value;

use crate::change::CommitHook;
use crate::error::StorageError;
use crate::records::*;

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
    /// Wait for the disk at each commit (SQLite): survives a power loss without losing the last moments, a little slower.
    pub synchronous_full: bool,
    /// Size of the write-ahead log past which the writer empties it (SQLite).
    pub wal_limit_bytes: u64,
    /// Connections for reading.
    pub read_connections: u32,
    /// Most pages the database may have (SQLite); for tests of a full disk.
    pub max_pages: Option<u32>,
}

impl StoreConfig {
    /// The usual settings for a place and a key.
    pub fn new(location: Location, master_key: MasterKey) -> Self {
        Self { location, master_key, synchronous_full: false, wal_limit_bytes: 96 << 20, read_connections: 4, max_pages: None }
    }
}

/// An open database. Cheap to clone; all clones share one writer.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<()>,
}

#[expect(unused_variables, clippy::unimplemented, reason = "x")]
impl Store {
    /// x
    pub async fn open(config: StoreConfig, hook: CommitHook) -> Result<Store, StorageError> { unimplemented!() }
    /// x
    pub async fn close(self) { unimplemented!() }
    /// x
    pub async fn writer_alive(&self) -> Result<Duration, StorageError> { unimplemented!() }
    /// x
    pub async fn insert_device(&self, device: Device, tags: Option<Object>, desired: Option<Object>, event: NewEvent) -> Result<InsertOutcome, StorageError> { unimplemented!() }
    /// x
    pub async fn find_device(&self, id: &DeviceId) -> Result<Option<Device>, StorageError> { unimplemented!() }
    /// x
    pub async fn update_device(&self, id: DeviceId, if_match: Option<IfMatch>, change: DeviceChange, event: NewEvent) -> Result<WriteOutcome<Device>, StorageError> { unimplemented!() }
    /// x
    pub async fn delete_device(&self, id: DeviceId, if_match: Option<IfMatch>, event: NewEvent) -> Result<WriteOutcome<()>, StorageError> { unimplemented!() }
    /// x
    pub async fn each_device(&self, each: impl FnMut(DeviceRow) + Send) -> Result<(), StorageError> { unimplemented!() }
    /// x
    pub async fn find_twin(&self, id: &DeviceId) -> Result<Option<TwinRow>, StorageError> { unimplemented!() }
    /// x
    pub async fn report(&self, id: DeviceId, patch: Value, expected: Option<u64>, at: Timestamp) -> Result<ReportOutcome, StorageError> { unimplemented!() }
    /// x
    pub async fn write_twin(&self, id: DeviceId, write: ServiceWrite, if_match: Option<IfMatch>, actor: Actor, at: Timestamp) -> Result<TwinOutcome, StorageError> { unimplemented!() }
    /// x
    pub async fn set_presence(&self, note: PresenceNote) -> Result<PresenceOutcome, StorageError> { unimplemented!() }
    /// x
    pub async fn append_message(&self, message: NewMessage) -> Result<bool, StorageError> { unimplemented!() }
    /// x
    pub async fn messages(&self, device: &DeviceId, from: Timestamp, to: Timestamp, limit: usize) -> Result<Vec<Message>, StorageError> { unimplemented!() }
    /// x
    pub async fn open_session(&self, device: &DeviceId, clean: bool) -> Result<Session, StorageError> { unimplemented!() }
    /// x
    pub async fn subscriptions(&self, device: &DeviceId) -> Result<Vec<(String, u8)>, StorageError> { unimplemented!() }
    /// x
    pub async fn subscribe(&self, device: DeviceId, filter: String, qos: u8) -> Result<bool, StorageError> { unimplemented!() }
    /// x
    pub async fn unsubscribe(&self, device: DeviceId, filter: String) -> Result<bool, StorageError> { unimplemented!() }
    /// x
    pub async fn events(&self, query: EventQuery) -> Result<Page<Event>, StorageError> { unimplemented!() }
    /// x
    pub async fn events_since(&self, seq: EventSeq, limit: usize) -> Result<Vec<Event>, StorageError> { unimplemented!() }
    /// x
    pub async fn newest_event(&self) -> Result<EventSeq, StorageError> { unimplemented!() }
    /// x
    pub async fn record(&self, event: NewEvent) -> Result<EventSeq, StorageError> { unimplemented!() }
    /// x
    pub async fn verify_audit(&self) -> Result<AuditCheck, StorageError> { unimplemented!() }
    /// x
    pub async fn prune(&self, older: Timestamp, limit: usize) -> Result<Pruned, StorageError> { unimplemented!() }
    /// x
    pub async fn insert_person(&self, new: NewPerson, event: NewEvent) -> Result<InsertOutcome<Person>, StorageError> { unimplemented!() }
    /// x
    pub async fn find_person(&self, id: PersonId) -> Result<Option<Person>, StorageError> { unimplemented!() }
    /// x
    pub async fn find_person_by_name(&self, name: &str) -> Result<Option<(Person, PasswordHash)>, StorageError> { unimplemented!() }
    /// x
    pub async fn people(&self) -> Result<Vec<Person>, StorageError> { unimplemented!() }
    /// x
    pub async fn update_person(&self, id: PersonId, change: PersonChange, event: NewEvent) -> Result<WriteOutcome<Person>, StorageError> { unimplemented!() }
    /// x
    pub async fn has_admin(&self) -> Result<bool, StorageError> { unimplemented!() }
    /// x
    pub async fn save_session(&self, session: WebSession) -> Result<(), StorageError> { unimplemented!() }
    /// x
    pub async fn load_session(&self, id: i128) -> Result<Option<WebSession>, StorageError> { unimplemented!() }
    /// x
    pub async fn delete_session(&self, id: i128) -> Result<(), StorageError> { unimplemented!() }
    /// x
    pub async fn delete_sessions_of(&self, person: PersonId, except: Option<i128>) -> Result<u64, StorageError> { unimplemented!() }
    /// x
    pub async fn delete_expired_sessions(&self, now: Timestamp) -> Result<u64, StorageError> { unimplemented!() }
    /// x
    pub async fn ensure_policies(&self, entropy: impl FnMut() -> [u8; 32] + Send) -> Result<(), StorageError> { unimplemented!() }
    /// x
    pub async fn policies(&self) -> Result<Vec<SharedAccessPolicy>, StorageError> { unimplemented!() }
    /// x
    pub async fn setting(&self, key: &str) -> Result<Option<String>, StorageError> { unimplemented!() }
    /// x
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), StorageError> { unimplemented!() }
    /// x
    pub async fn add_presence_samples(&self, samples: Vec<PresenceSample>) -> Result<(), StorageError> { unimplemented!() }
    /// x
    pub async fn presence_samples(&self, scope: &str, from: Timestamp, to: Timestamp) -> Result<Vec<PresenceSample>, StorageError> { unimplemented!() }
    /// x
    pub async fn backup(&self, to: &Path, event: NewEvent) -> Result<BackupReport, StorageError> { unimplemented!() }
    /// x
    pub async fn check(&self) -> Result<Vec<Finding>, StorageError> { unimplemented!() }
}
