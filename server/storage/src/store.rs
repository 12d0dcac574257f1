//! The door to the database: opening and closing it, and the ways in for reading and writing.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

mod config;
mod open;

pub use config::{Location, MasterKey, StoreConfig};

use crate::change::CommitHook;
use crate::engine::{Reader, Readers};
use crate::error::StorageError;
use crate::sealed::Sealer;
use crate::writer::command::Reply;
use crate::writer::{Command, Operation, Request, Unit};

/// How long a caller waits for a place in the writer's queue.
const QUEUE_WAIT: Duration = Duration::from_secs(5);

/// An open database. Cheap to clone; all clones share one writer.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    readers: Readers,
    queue: mpsc::Sender<Command>,
    background: mpsc::Sender<Command>,
    sealer: Sealer,
    /// Where an SQLite database is.
    file: Option<PathBuf>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Up to which event retention has looked.
    pruned: AtomicI64,
}

impl Store {
    /// Opens a database, making it when there is none, and becomes its writer. Refuses an SQLite with known faults, a
    /// schema from the future, another writer's database, and a master key that is not its own.
    pub async fn open(config: StoreConfig, hook: CommitHook) -> Result<Store, StorageError> {
        open::open(config, hook).await
    }

    /// Finishes what is queued and closes the database. Other clones get [`StorageError::Closed`] from then on.
    pub async fn close(self) {
        self.inner.readers.close().await;
        // When the writer has ended already, there is nothing to close.
        let _ = self.inner.queue.send(Command::Close).await;
        let writer = self
            .inner
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the writer failed");
        }
    }

    /// A round trip through the writer and the disk.
    pub async fn writer_alive(&self) -> Result<Duration, StorageError> {
        let started = Instant::now();
        self.write("asking the writer", Ping).await?;
        Ok(started.elapsed())
    }

    /// For tests of a full disk: the number of pages an SQLite database may have from now on.
    #[doc(hidden)]
    pub async fn set_max_pages(&self, pages: u32) -> Result<(), StorageError> {
        let (request, reply) = Request::new(pages);
        self.send("bounding the database", Command::MaxPages(request), reply)
            .await
    }

    pub(crate) async fn reader(&self) -> Result<Reader, StorageError> {
        self.inner.readers.get().await
    }

    pub(crate) fn pruned(&self) -> &AtomicI64 {
        &self.inner.pruned
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.inner.sealer
    }

    pub(crate) fn sqlite_file(&self) -> Option<&Path> {
        self.inner.file.as_deref()
    }

    /// Has the writer do an operation; returns once it is committed.
    pub(crate) async fn write<P: Operation>(
        &self,
        name: &'static str,
        operation: P,
    ) -> Result<P::Output, StorageError> {
        let (request, reply) = Request::new(operation);
        self.send(name, Command::Other(Box::new(request)), reply)
            .await
    }

    /// Has the writer do an operation when devices and people have had their turn; waits for it as long as it takes.
    pub(crate) async fn write_behind<P: Operation>(
        &self,
        name: &'static str,
        operation: P,
    ) -> Result<P::Output, StorageError> {
        let (request, reply) = Request::new(operation);
        let sent = self
            .inner
            .background
            .send(Command::Other(Box::new(request)));
        if sent.await.is_err() {
            return Err(StorageError::Closed { operation: name });
        }
        let closed = Err(StorageError::Closed { operation: name });
        reply.await.unwrap_or(closed)
    }

    /// Queues a command and waits for its answer.
    pub(crate) async fn send<O>(
        &self,
        operation: &'static str,
        command: Command,
        reply: Reply<O>,
    ) -> Result<O, StorageError> {
        match timeout(QUEUE_WAIT, self.inner.queue.reserve()).await {
            Ok(Ok(place)) => place.send(command),
            Ok(Err(_)) => return Err(StorageError::Closed { operation }),
            Err(_) => return Err(StorageError::Busy { operation }),
        }
        reply
            .await
            .unwrap_or(Err(StorageError::Closed { operation }))
    }
}

/// Nothing but a transaction.
#[derive(Debug)]
struct Ping;

impl Operation for Ping {
    type Output = ();

    async fn apply(&self, _: &mut Unit<'_>) -> Result<(), StorageError> {
        Ok(())
    }
}
