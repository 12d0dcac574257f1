//! What the writer is asked to do.

use futures::future::BoxFuture;
use muster_core::device::IfMatch;
use muster_core::event::Actor;
use muster_core::ids::DeviceId;
use muster_core::message::NewMessage;
use muster_core::time::Timestamp;
use muster_core::twin::ServiceWrite;
use serde_json::Value;
use tokio::sync::oneshot;

use super::Unit;
use crate::error::StorageError;
use crate::records::{PresenceNote, PresenceOutcome, ReportOutcome, TwinOutcome};
use crate::revisions::Restored;

/// A command in the queue. The first four are what devices do all day: a batch handles them as sets.
pub(crate) enum Command {
    Report(Request<Report, ReportOutcome>),
    WriteTwin(Request<WriteTwin, TwinOutcome>),
    Presence(Request<PresenceNote, PresenceOutcome>),
    Message(Request<NewMessage, bool>),
    /// Anything else, one after the other.
    Other(Box<dyn Job>),
    /// For tests: the number of pages after which the disk is full.
    MaxPages(Request<u32, ()>),
    /// Take no more commands and end.
    Close,
}

/// A device's report.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) id: DeviceId,
    pub(crate) patch: Value,
    pub(crate) expected: Option<u64>,
    pub(crate) at: Timestamp,
}

/// A write of tags or desired properties.
#[derive(Debug)]
pub(crate) struct WriteTwin {
    pub(crate) id: DeviceId,
    pub(crate) write: ServiceWrite,
    pub(crate) if_match: Option<IfMatch>,
    pub(crate) actor: Actor,
    pub(crate) at: Timestamp,
    /// What it brings back, when that is its purpose.
    pub(crate) restored: Option<Restored>,
}

/// A command with its outcome once applied, and the way back to its caller.
#[derive(Debug)]
pub(crate) struct Request<C, O> {
    pub(crate) command: C,
    /// Of the last attempt; means nothing before COMMIT.
    pub(crate) outcome: Option<Result<O, StorageError>>,
    reply: oneshot::Sender<Result<O, StorageError>>,
}

/// Where a caller waits.
pub(crate) type Reply<O> = oneshot::Receiver<Result<O, StorageError>>;

impl<C, O> Request<C, O> {
    pub(crate) fn new(command: C) -> (Self, Reply<O>) {
        let (reply, receiver) = oneshot::channel();
        let request = Self {
            command,
            outcome: None,
            reply,
        };
        (request, receiver)
    }

    fn settle(self, result: Result<(), StorageError>) {
        let answer = match (result, self.outcome) {
            (Err(error), _) => Err(error),
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StorageError::Closed {
                operation: "writing",
            }),
        };
        // A caller that stopped waiting is no fault.
        let _ = self.reply.send(answer);
    }
}

/// A change that is not on the hot path. It may be applied more than once before it is committed.
pub(crate) trait Operation: Send + Sync + 'static {
    /// What the caller gets.
    type Output: Send + Sync + 'static;

    /// Does it within the transaction. An error fails the transaction; what rules refuse is an output.
    fn apply(
        &self,
        unit: &mut Unit<'_>,
    ) -> impl Future<Output = Result<Self::Output, StorageError>> + Send;
}

/// An operation whose output type is forgotten.
pub(crate) trait Job: Send + Sync {
    fn apply<'a, 'c: 'a>(
        &'a mut self,
        unit: &'a mut Unit<'c>,
    ) -> BoxFuture<'a, Result<(), StorageError>>;

    fn settle(self: Box<Self>, result: Result<(), StorageError>);
}

impl<P: Operation> Job for Request<P, P::Output> {
    fn apply<'a, 'c: 'a>(
        &'a mut self,
        unit: &'a mut Unit<'c>,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(async move {
            self.outcome = Some(Ok(self.command.apply(unit).await?));
            Ok(())
        })
    }

    fn settle(self: Box<Self>, result: Result<(), StorageError>) {
        (*self).settle(result);
    }
}

impl Command {
    /// Answers the caller: with the outcome when the transaction was committed.
    pub(crate) fn settle(self, result: Result<(), StorageError>) {
        match self {
            Self::Report(request) => request.settle(result),
            Self::WriteTwin(request) => request.settle(result),
            Self::Presence(request) => request.settle(result),
            Self::Message(request) => request.settle(result),
            Self::MaxPages(request) => request.settle(result),
            Self::Other(job) => job.settle(result),
            Self::Close => {}
        }
    }
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Report(_) => "Report",
            Self::WriteTwin(_) => "WriteTwin",
            Self::Presence(_) => "Presence",
            Self::Message(_) => "Message",
            Self::Other(_) => "Other",
            Self::MaxPages(_) => "MaxPages",
            Self::Close => "Close",
        })
    }
}
