//! Attempts of an operation at work: those that outlived their process, those that are carried out, and how they ended.

use muster_core::operation::{Offline, OperationState};
use muster_core::time::Timestamp;
use muster_storage::{Candidate, Ended, Hold, ReasonCause, StoredTarget, TargetBatch};
use serde_json::Value;

use super::super::tasks::{self, Attempt};
use super::{BATCH, Runner};
use crate::error::ServiceError;

/// How an attempt ended: with the status and the answer of the device.
pub(super) type Outcome = (Candidate, Ended, Option<i64>, Option<Value>);

/// When every target is due.
const EVER: Timestamp = Timestamp::from_millis(i64::MAX);

impl Runner {
    /// Targets that are begun and that nobody carries out. The first time they are of a process that is no more; later
    /// ones were begun in a transaction whose answer was lost, and nothing was sent to them.
    pub(super) async fn recover(&mut self, first: bool) -> Result<(), ServiceError> {
        let task = &self.row.plan.task;
        let goes_on = tasks::goes_on(task);
        if !goes_on && !tasks::is_volatile(task) {
            return Ok(());
        }
        let store = self.hub.store().clone();
        loop {
            let most = self.under_way.len() + BATCH;
            let begun = store.due_targets(self.id, StoredTarget::Running, EVER, most);
            let mut begun = begun.await?;
            begun.retain(|candidate| !self.under_way.contains(&candidate.key));
            if begun.is_empty() {
                return Ok(());
            }
            let runs = self.row.state == OperationState::Running;
            if (first && goes_on) || (!first && runs) {
                begun.into_iter().for_each(|one| self.carry_out(one));
                continue;
            }
            let now = self.hub.now();
            let mut batch = TargetBatch::new(self.id, now);
            for candidate in begun {
                let ended = if first {
                    let why = "the hub was stopped before the device answered".to_owned();
                    let failed = Ended::Failed {
                        why,
                        retryable: true,
                    };
                    self.end_of(&candidate, failed, now)
                } else {
                    Ended::Again(Hold {
                        look: Some(now),
                        ..Hold::plain(ReasonCause::Retry, "the hub had lost its database")
                    })
                };
                batch.ended.push((candidate, ended, None, None));
            }
            self.settle(batch).await?;
        }
    }

    pub(super) fn carry_out(&mut self, candidate: Candidate) {
        self.under_way.insert(candidate.key);
        let (hub, ready, sender) = (self.hub.clone(), self.ready.clone(), self.sender.clone());
        self.hub.spawn(async move {
            let attempt = ready.carry_out(&hub, candidate).await;
            // There is a place for each attempt; the runner is gone only when the hub stops.
            let _ = sender.send(attempt).await;
        });
    }

    /// Stores how attempts ended; whether there were any. They are kept until the database has them.
    pub(super) async fn take_attempts(&mut self) -> Result<bool, ServiceError> {
        while self.ended.len() < BATCH {
            let Ok(attempt) = self.attempts.try_recv() else {
                break;
            };
            self.note(attempt);
        }
        if self.ended.is_empty() {
            return Ok(false);
        }
        let mut batch = TargetBatch::new(self.id, self.hub.now());
        batch.ended.clone_from(&self.ended);
        self.settle(batch).await?;
        for (candidate, ended, ..) in self.ended.drain(..) {
            self.under_way.remove(&candidate.key);
            // It may have come online while it was still begun: nobody would tell again.
            let offline =
                matches!(&ended, Ended::Again(hold) if hold.cause == ReasonCause::Offline);
            if offline && tasks::reaches(&self.hub, &self.row.plan.task, &candidate.device) {
                self.left.insert(candidate.device);
            }
        }
        Ok(true)
    }

    /// An attempt ended: what becomes of its target.
    pub(super) fn note(&mut self, attempt: Attempt) {
        if self.hub.stopping().is_cancelled() && attempt.outcome.is_err() {
            // It was the hub that did not wait: the next start finds the device begun.
            self.under_way.remove(&attempt.candidate.key);
            return;
        }
        let fails = self.row.plan.how.offline == Offline::Fail;
        let ended = match &attempt.outcome {
            Err(trouble) if trouble.offline && !fails => {
                Ended::Again(Hold::plain(ReasonCause::Offline, "offline"))
            }
            _ => self.end_of(&attempt.candidate, attempt.ended(), self.hub.now()),
        };
        self.ended
            .push((attempt.candidate, ended, attempt.status, attempt.result));
    }

    /// Another attempt instead of a failure, if there is one left.
    fn end_of(&self, candidate: &Candidate, ended: Ended, now: Timestamp) -> Ended {
        let how = &self.row.plan.how;
        match ended {
            Ended::Failed {
                why,
                retryable: true,
            } if candidate.attempt < how.attempts => Ended::Again(Hold {
                look: Some(now.plus_ms(i64::from(how.retry_after_s) * 1000)),
                ..Hold::plain(ReasonCause::Retry, format!("{why}; tried again later"))
            }),
            ended => ended,
        }
    }
}
