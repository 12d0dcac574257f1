//! The one writer: a task that owns the connection for writing.
//!
//! It takes what has queued while the last commit ran, does all of it in one transaction, tells the hook, and answers
//! each caller. A command that the rules refuse answers its caller alone. A transaction that fails is tried again when
//! the database was away, command by command when one of them may be at fault, and answered with the error otherwise:
//! nothing is acknowledged that was not committed.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

pub(crate) mod command;
pub(crate) mod documents;
pub(crate) mod fast;
pub(crate) mod link;
pub(crate) mod state;
pub(crate) mod unit;

pub(crate) use command::{Command, Operation, Request};
pub(crate) use unit::Unit;

use crate::change::{Committed, Hook};
use crate::engine::faults::is_conflict;
use crate::engine::postgres::{RENEW, another_writer};
use crate::error::StorageError;
use crate::sealed::Sealer;
use link::Link;
use state::Counters;

/// Commands that may wait for the writer.
pub(crate) const QUEUE: usize = 4096;

/// Commands of bulk operations that may wait for the writer.
pub(crate) const BACKGROUND: usize = 16;

/// Most commands in one transaction.
const MAX_BATCH: usize = 512;

/// How long callers wait for a database that is away.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pauses between attempts: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How long one attempt may take on a server that does not answer.
const ATTEMPT: Duration = Duration::from_secs(20);

/// The writer's task.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) link: Link,
    pub(crate) holder: String,
    pub(crate) counters: Counters,
    pub(crate) sealer: Sealer,
    pub(crate) hook: Hook,
    pub(crate) queue: mpsc::Receiver<Command>,
    /// Work that lets devices and people go first: one command after each of their batches, in a transaction of its own.
    pub(crate) background: mpsc::Receiver<Command>,
    /// A batch whose COMMIT got no answer.
    pub(crate) in_doubt: Option<InDoubt>,
    /// Since when the database is away.
    pub(crate) away_since: Option<Instant>,
}

/// A batch that may or may not be in the database.
#[derive(Debug)]
pub(crate) struct InDoubt {
    counters: Counters,
    committed: Vec<Committed>,
    /// Its callers were already told that the database is away.
    given_up: bool,
}

impl Writer {
    /// Works until the store is closed and the queue is empty.
    pub(crate) async fn run(mut self) {
        let mut batch = Vec::with_capacity(MAX_BATCH);
        let mut idle = interval(RENEW);
        idle.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                taken = self.queue.recv_many(&mut batch, MAX_BATCH) => {
                    if taken == 0 {
                        break;
                    }
                    self.take(&mut batch).await;
                    if let Ok(command) = self.background.try_recv() {
                        self.take_one(command).await;
                    }
                }
                Some(command) = self.background.recv() => self.take_one(command).await,
                _ = idle.tick() => self.idle().await,
            }
        }
        self.link.close(&self.holder).await;
    }

    async fn take(&mut self, batch: &mut Vec<Command>) {
        if batch
            .iter()
            .any(|command| matches!(command, Command::Close))
        {
            self.queue.close();
            batch.retain(|command| !matches!(command, Command::Close));
        }
        for command in &mut *batch {
            if let Command::MaxPages(request) = command {
                request.outcome = Some(self.link.set_max_pages(request.command).await);
            }
        }
        let started = Instant::now();
        metrics::histogram!("muster_writer_batch_commands").record(batch.len() as f64);
        self.write(batch).await;
        metrics::histogram!("muster_writer_batch_seconds").record(started.elapsed().as_secs_f64());
        self.link.keep_log_short(false).await;
        // Those just answered ask again at once: let them, so that the next batch is whole and not half of them.
        yield_now().await;
    }

    async fn take_one(&mut self, command: Command) {
        let started = Instant::now();
        self.write(&mut vec![command]).await;
        metrics::histogram!("muster_writer_background_seconds")
            .record(started.elapsed().as_secs_f64());
        self.link.keep_log_short(false).await;
        yield_now().await;
    }

    async fn idle(&mut self) {
        if self.link.has_lease() {
            self.write(&mut Vec::new()).await;
        }
        self.link.keep_log_short(true).await;
    }

    /// Commits the batch, or finds out why not, and answers its callers.
    async fn write(&mut self, batch: &mut Vec<Command>) {
        let result = self.persist(batch).await;
        let Err(error) = result else {
            return settle(batch, Ok(()));
        };
        if batch.len() > 1 && may_be_one_commands_fault(&error) {
            for mut command in batch.drain(..) {
                let alone = self.persist(std::slice::from_mut(&mut command)).await;
                command.settle(alone);
            }
            return;
        }
        if !batch.is_empty() {
            tracing::error!(%error, commands = batch.len(), "a write failed");
        }
        settle(batch, Err(error));
    }

    /// Tries until the batch is committed, fails for good, or patience ends.
    async fn persist(&mut self, commands: &mut [Command]) -> Result<(), StorageError> {
        let mut since = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.attempt(commands).await {
                Ok(()) => {
                    if let Some(since) = self.away_since.take() {
                        tracing::info!(seconds = since.elapsed().as_secs(), "the database is back");
                    }
                    return Ok(());
                }
                Err(error) => error,
            };
            match error {
                StorageError::Unavailable { .. } => since = self.is_away_since(&error),
                _ if is_conflict(&error) => {}
                _ => return Err(error),
            }
            if commands.is_empty() || since.elapsed() > PATIENCE {
                if let Some(in_doubt) = &mut self.in_doubt {
                    in_doubt.given_up = true;
                }
                return Err(error);
            }
            tracing::debug!(%error, "trying the write again");
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn is_away_since(&mut self, error: &StorageError) -> Instant {
        *self.away_since.get_or_insert_with(|| {
            tracing::warn!(%error, "the database is away; writes wait for it");
            Instant::now()
        })
    }

    async fn attempt(&mut self, commands: &mut [Command]) -> Result<(), StorageError> {
        let bound = if self.link.has_lease() {
            ATTEMPT
        } else {
            Duration::MAX
        };
        let done = tokio::time::timeout(bound, self.connected(commands)).await;
        let result = done.unwrap_or(Err(StorageError::Unavailable {
            operation: "writing",
            cause: "no answer".into(),
        }));
        if let Err(error) = &result {
            self.link.roll_back(error).await;
        }
        result
    }

    async fn connected(&mut self, commands: &mut [Command]) -> Result<(), StorageError> {
        if self.link.is_away() {
            self.reconnect().await?;
            if self.doubt_is_resolved() {
                return Ok(());
            }
        }
        self.transaction(commands).await
    }

    async fn transaction(&mut self, commands: &mut [Command]) -> Result<(), StorageError> {
        let connection = self.link.connection("writing")?;
        let mut unit = Unit::begin(connection, &self.sealer, self.counters.clone()).await?;
        fast::apply(&mut unit, commands).await?;
        let (mut connection, counters, committed) = unit.finish(&self.holder).await?;
        self.in_doubt = Some(InDoubt {
            counters,
            committed,
            given_up: false,
        });
        let done = unit::commit(&mut connection).await;
        match done {
            // No answer: only a look at the database can tell.
            Err(error @ StorageError::Unavailable { .. }) => return Err(error),
            Err(error) => {
                self.in_doubt = None;
                return Err(error);
            }
            Ok(()) => {}
        }
        if let Some(InDoubt {
            counters,
            committed,
            ..
        }) = self.in_doubt.take()
        {
            self.counters = counters;
            self.announce(&committed);
        }
        Ok(())
    }

    fn announce(&self, committed: &[Committed]) {
        if !committed.is_empty() {
            (self.hook.0)(committed);
        }
    }

    /// Connects again and makes sure that we are still the writer.
    async fn reconnect(&mut self) -> Result<(), StorageError> {
        self.link.connect().await?;
        let mut connection = self.link.connection("reconnecting")?;
        let (holder, counters) = state::read(&mut connection).await?;
        if holder != self.holder {
            return Err(another_writer(&holder));
        }
        self.counters = counters;
        Ok(())
    }

    /// After a reconnect: whether the batch whose COMMIT got no answer is in the database, and its callers still wait.
    fn doubt_is_resolved(&mut self) -> bool {
        let Some(in_doubt) = self.in_doubt.take() else {
            return false;
        };
        let landed = in_doubt.counters.batch == self.counters.batch;
        if landed {
            self.announce(&in_doubt.committed);
        }
        landed && !in_doubt.given_up
    }
}

fn settle(batch: &mut Vec<Command>, result: Result<(), StorageError>) {
    for command in batch.drain(..) {
        command.settle(result.clone());
    }
}

/// Whether the other commands of a failed batch deserve a transaction without it.
fn may_be_one_commands_fault(error: &StorageError) -> bool {
    !matches!(
        error,
        StorageError::Unavailable { .. }
            | StorageError::DiskFull { .. }
            | StorageError::AnotherWriter { .. }
            | StorageError::Closed { .. }
    )
}
