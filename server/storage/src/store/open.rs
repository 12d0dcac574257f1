//! Opening a store on either engine, step by step.

use std::path::Path;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};

use sqlx::PgConnection;
use tokio::sync::mpsc;

use super::{Inner, Location, Store, StoreConfig};
use crate::change::{CommitHook, Hook};
use crate::engine::lock::DirectoryLock;
use crate::engine::{Connection, Readers, postgres, schema, sqlite};
use crate::error::StorageError;
use crate::sealed::Sealer;
use crate::writer::link::{Link, SqliteLink};
use crate::writer::state::Counters;
use crate::writer::{BACKGROUND, QUEUE, Writer, state};

pub(super) async fn open(config: StoreConfig, hook: CommitHook) -> Result<Store, StorageError> {
    let holder = format!(
        "process {} ({:08x})",
        std::process::id(),
        rand::random::<u32>()
    );
    let (prepared, link, readers) = match &config.location {
        Location::Sqlite { dir } => open_sqlite(&config, dir, &holder).await?,
        Location::Postgres { url } => open_postgres(&config, url, &holder).await?,
    };
    let file = match &config.location {
        Location::Sqlite { dir } => Some(sqlite::file_in(dir)),
        Location::Postgres { .. } => None,
    };
    let (queue, commands) = mpsc::channel(QUEUE);
    let (background, unhurried) = mpsc::channel(BACKGROUND);
    let writer = Writer {
        link,
        holder,
        counters: prepared.counters,
        sealer: prepared.sealer.clone(),
        hook: Hook(hook),
        queue: commands,
        background: unhurried,
        in_doubt: None,
        away_since: None,
    };
    let inner = Inner {
        readers,
        queue,
        background,
        sealer: prepared.sealer,
        file,
        writer: Mutex::new(Some(tokio::spawn(writer.run()))),
        pruned: AtomicI64::new(0),
    };
    Ok(Store {
        inner: Arc::new(inner),
    })
}

/// What the database says once it may be written.
struct Prepared {
    sealer: Sealer,
    counters: Counters,
}

async fn open_sqlite(
    config: &StoreConfig,
    dir: &Path,
    holder: &str,
) -> Result<(Prepared, Link, Readers), StorageError> {
    make_directory(dir)?;
    let lock = DirectoryLock::take(dir)?;
    let file = sqlite::file_in(dir);
    let mut writer = sqlite::open_writer(&file, config.synchronous_full, config.max_pages).await?;
    let mut connection = Connection::Sqlite(&mut writer);
    schema::migrate(&mut connection).await?;
    postgres::take_lease(&mut connection, holder).await?;
    let prepared = prepare(&mut connection, config).await?;
    let readers = sqlite::open_readers(&file, config.read_connections).await?;
    let link = SqliteLink {
        connection: writer,
        file,
        log_limit: config.wal_limit_bytes,
        next_try: config.wal_limit_bytes,
        _lock: lock,
    };
    Ok((
        prepared,
        Link::Sqlite(Box::new(link)),
        Readers::Sqlite(readers),
    ))
}

fn make_directory(dir: &Path) -> Result<(), StorageError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir).map_err(|source| StorageError::File {
        operation: "making the data directory",
        path: dir.to_owned(),
        source: Arc::new(source),
    })
}

async fn open_postgres(
    config: &StoreConfig,
    url: &str,
    holder: &str,
) -> Result<(Prepared, Link, Readers), StorageError> {
    let options = postgres::options(url)?;
    let mut writer = postgres::connect(&options).await?;
    become_writer(&mut writer, holder).await?;
    let mut connection = Connection::Postgres(&mut writer);
    let prepared = match prepare(&mut connection, config).await {
        Ok(prepared) => prepared,
        Err(error) => {
            // The lease must not keep out whoever comes with the right key. If this fails, it runs out.
            let _ = postgres::give_lease_back(&mut connection, holder).await;
            return Err(error);
        }
    };
    let readers = postgres::readers(&options, config.read_connections);
    let link = Link::Postgres {
        options: Box::new(options),
        connection: Some(Box::new(writer)),
    };
    Ok((prepared, link, Readers::Postgres(readers)))
}

/// Takes the lease before it migrates, except in an empty database, where there is none yet.
async fn become_writer(writer: &mut PgConnection, holder: &str) -> Result<(), StorageError> {
    let mut connection = Connection::Postgres(writer);
    let found = schema::applied(&mut connection).await?;
    schema::refuse_newer(found)?;
    if found == 0 {
        schema::migrate(&mut connection).await?;
        return postgres::take_lease(&mut connection, holder).await;
    }
    postgres::take_lease(&mut connection, holder).await?;
    let migrated = schema::migrate(&mut connection).await;
    if migrated.is_err() {
        let _ = postgres::give_lease_back(&mut connection, holder).await;
    }
    migrated
}

async fn prepare(
    connection: &mut Connection<'_>,
    config: &StoreConfig,
) -> Result<Prepared, StorageError> {
    let sealer = Sealer::open(&config.master_key, connection).await?;
    let (_, counters) = state::read(connection).await?;
    Ok(Prepared { sealer, counters })
}
