//! Where a case keeps its database, and things to put into it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use muster_core::device::{Authentication, Device, ETag, GenerationId, Status};
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::{DeviceId, PersonId};
use muster_core::key::KeyPair;
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_storage::{
    CommitHook, InsertOutcome, Location, MasterKey, NewPerson, PasswordHash, StorageError, Store,
    StoreConfig,
};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::server::Server;

/// The moment at which everything in these tests begins.
pub(crate) const T0: Timestamp = Timestamp::from_secs(1_700_000_000);

/// Serves all cases; ends with the process.
static SERVER: OnceCell<Option<Server>> = OnceCell::const_new();

static DATABASES: AtomicU32 = AtomicU32::new(1);

/// A database that a case may open, close and damage.
#[derive(Debug)]
pub(crate) struct Place {
    location: Location,
    directory: Option<TempDir>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::Sqlite {
            dir: directory.path().join("data"),
        };
        Self {
            location,
            directory: Some(directory),
        }
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let server = SERVER.get_or_init(Server::start).await.as_ref()?;
        Some(Self::on(server).await)
    }

    /// A database on a server that the case may crash.
    pub(crate) async fn own_postgres() -> Option<(Server, Self)> {
        let server = Server::start().await?;
        let place = Self::on(&server).await;
        Some((server, place))
    }

    async fn on(server: &Server) -> Self {
        let name = format!("case_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        let url = server.make_database(&name).await;
        Self {
            location: Location::Postgres { url },
            directory: None,
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.directory.is_some()
    }

    /// The data directory of an SQLite database.
    pub(crate) fn directory(&self) -> std::path::PathBuf {
        self.directory.as_ref().unwrap().path().join("data")
    }

    pub(crate) fn config(&self) -> StoreConfig {
        StoreConfig::new(self.location.clone(), MasterKey([7; 32]))
    }

    pub(crate) async fn open(&self) -> Store {
        self.try_open(self.config()).await.unwrap()
    }

    pub(crate) async fn try_open(&self, config: StoreConfig) -> Result<Store, StorageError> {
        Store::open(config, Arc::new(|_| {})).await
    }

    pub(crate) async fn open_with(&self, hook: CommitHook) -> Store {
        Store::open(self.config(), hook).await.unwrap()
    }

    /// Changes the database behind the hub's back; says how many rows.
    pub(crate) async fn tamper(&self, statement: &'static str) -> u64 {
        match &self.location {
            Location::Sqlite { dir } => {
                let options = SqliteConnectOptions::new().filename(dir.join("muster.db"));
                let mut connection = options.connect().await.unwrap();
                let done = sqlx::query(statement)
                    .execute(&mut connection)
                    .await
                    .unwrap();
                connection.close().await.unwrap();
                done.rows_affected()
            }
            Location::Postgres { url } => {
                let options: PgConnectOptions = url.parse().unwrap();
                let mut connection = options.connect().await.unwrap();
                let done = sqlx::query(statement)
                    .execute(&mut connection)
                    .await
                    .unwrap();
                connection.close().await.unwrap();
                done.rows_affected()
            }
        }
    }

    pub(crate) fn location(&self) -> &Location {
        &self.location
    }
}

pub(crate) fn id(text: &str) -> DeviceId {
    text.parse().unwrap()
}

/// A moment `s` seconds after the beginning.
pub(crate) fn at(s: i64) -> Timestamp {
    T0.plus_ms(s * 1000)
}

pub(crate) fn ann() -> Actor {
    Actor::Person {
        id: PersonId(1),
        name: "ann".into(),
        token: None,
    }
}

pub(crate) fn event(kind: EventKind, device: Option<&str>, actor: Actor) -> NewEvent {
    NewEvent {
        at: T0,
        device: device.map(id),
        actor,
        kind,
        detail: json!({}),
    }
}

/// The people that [`two_people`] makes.
pub(crate) const ZOE: PersonId = PersonId(1);
pub(crate) const EVE: PersonId = PersonId(2);

/// Makes the accounts of Zoe and Eve.
pub(crate) async fn two_people(store: &Store) {
    for name in ["zoe", "eve"] {
        let new = NewPerson {
            name: name.into(),
            display_name: name.into(),
            password_hash: PasswordHash("x".into()),
            roles: vec![],
            must_change_password: false,
        };
        store
            .insert_person(new, event(EventKind::PersonCreated, None, ann()))
            .await
            .unwrap();
    }
}

/// A provisioned device with two keys.
pub(crate) fn device(name: &str) -> Device {
    Device {
        id: id(name),
        generation: GenerationId(format!("generation of {name}")),
        etag: ETag::FIRST,
        status: Status::Enabled,
        status_reason: None,
        status_at: None,
        authentication: Authentication::Sas(KeyPair::from_entropy([1; 32], [2; 32])),
        stage: Stage::Provisioned,
        stage_at: T0,
        model_id: String::new(),
        created_at: T0,
        last_activity_at: None,
    }
}

/// Makes a device without tags.
pub(crate) async fn make(store: &Store, name: &str) {
    make_with(store, name, json!({})).await;
}

/// Makes a device with tags.
pub(crate) async fn make_with(store: &Store, name: &str, tags: Value) {
    let tags = tags.as_object().unwrap().clone();
    let created = event(EventKind::DeviceCreated, Some(name), ann());
    let made = store
        .insert_device(device(name), Some(tags), None, created)
        .await
        .unwrap();
    assert_eq!(made, InsertOutcome::Inserted(()));
}

/// Reports properties that follow the rules; returns the new version.
pub(crate) async fn report(store: &Store, name: &str, patch: Value) -> u64 {
    match store.report(id(name), patch, None, T0).await.unwrap() {
        muster_storage::ReportOutcome::Done { version } => version,
        other => panic!("{other:?}"),
    }
}
