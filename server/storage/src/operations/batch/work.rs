//! The batch under way: what becomes of each target, and of the numbers that count them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{undo_of, would_change};
use muster_core::time::Timestamp;
use muster_core::twin::{ServiceWrite, Twin};
use serde_json::{Map, Value, json};

use super::super::reasons::Reasons;
use super::super::{Candidate, ReasonCause, StoredTarget, about};
use super::{
    COUNT, Effect, Ended, Hold, MAX_RESULT, MAX_UNDO, OperationStanding, RESULT, Settled,
    TargetBatch, WRITE, leave_out,
};
use crate::change::Change;
use crate::devices::change as devices;
use crate::engine::{Argument, Column, Table};
use crate::error::StorageError;
use crate::records::WriteOutcome;
use crate::writer::command::WriteTwin;
use crate::writer::documents::Documents;
use crate::writer::fast::write_service;
use crate::writer::{Operation as _, Unit};

/// A target before and after the batch.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) wave: u16,
    pub(super) key: i64,
    pub(super) state: StoredTarget,
    pub(super) attempt: u8,
    pub(super) reason: Option<i64>,
    pub(super) due_at: Option<Timestamp>,
    pub(super) began_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) status: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    pub(super) state: StoredTarget,
    pub(super) attempt: u8,
    pub(super) reason: Option<i64>,
    pub(super) due_at: Option<i64>,
}

impl Before {
    /// Whether it waits for this, and until then.
    pub(super) fn is(&self, hold: &Hold, reasons: &Reasons) -> bool {
        self.reason.is_some()
            && self.reason == reasons.known(hold)
            && self.due_at == hold.look.map(Timestamp::millis)
    }
}

/// The batch under way.
#[derive(Debug)]
pub(super) struct Work<'b> {
    pub(super) batch: &'b TargetBatch,
    pub(super) title: String,
    /// How the operation stood before.
    pub(super) standing: OperationStanding,
    pub(super) reasons: Reasons,
    pub(super) before: HashMap<(u16, i64), Before>,
    pub(super) changed: Vec<Changed>,
    pub(super) tallies: BTreeMap<u16, [i64; 5]>,
    pub(super) results: Vec<(i64, Option<String>, Option<String>)>,
    pub(super) failed: Vec<NewEvent>,
    pub(super) settled: Settled,
}

impl Work<'_> {
    pub(super) fn is(&self, candidate: &Candidate, state: StoredTarget) -> bool {
        let before = self.before.get(&(candidate.wave, candidate.key));
        before.is_some_and(|before| before.state == state)
    }

    /// Moves a target; gives what it was.
    fn change(&mut self, candidate: &Candidate, state: StoredTarget) -> Option<Changed> {
        let place = (candidate.wave, candidate.key);
        // Once per batch: the row is what it was no longer.
        let before = self.before.remove(&place)?;
        if let Some(reason) = before.reason {
            self.reasons.remove(reason);
        }
        let tally = self.tallies.entry(candidate.wave).or_default();
        tally[before.state as usize] -= 1;
        tally[state as usize] += 1;
        Some(Changed {
            wave: candidate.wave,
            key: candidate.key,
            state,
            attempt: before.attempt,
            reason: None,
            due_at: None,
            began_at: None,
            ended_at: None,
            status: None,
        })
    }

    pub(super) fn retry(&mut self, candidate: &Candidate) {
        if !self.is(candidate, StoredTarget::Failed) {
            return;
        }
        if let Some(mut changed) = self.change(candidate, StoredTarget::Pending) {
            changed.attempt = 0;
            self.changed.push(changed);
        }
    }

    pub(super) fn hold(&mut self, candidate: &Candidate, hold: &Hold) {
        let before = self.before.get(&(candidate.wave, candidate.key)).copied();
        let Some(before) = before.filter(|before| before.state == StoredTarget::Pending) else {
            return;
        };
        if before.is(hold, &self.reasons) {
            return;
        }
        if let Some(mut changed) = self.change(candidate, StoredTarget::Pending) {
            changed.reason = Some(self.reasons.add(hold, true, self.batch.at));
            changed.due_at = hold.look;
            self.changed.push(changed);
        }
    }

    pub(super) fn begin(&mut self, candidate: &Candidate, until: Timestamp) {
        if !self.is(candidate, StoredTarget::Pending) {
            return;
        }
        if let Some(mut changed) = self.change(candidate, StoredTarget::Running) {
            changed.attempt += 1;
            changed.due_at = Some(until);
            changed.began_at = Some(self.batch.at);
            self.changed.push(changed);
            self.settled.begun.insert(candidate.key);
        }
    }

    pub(super) fn end(
        &mut self,
        candidate: &Candidate,
        ended: &Ended,
        status: Option<i64>,
        result: Option<&Value>,
    ) {
        if !self.is(candidate, StoredTarget::Pending) && !self.is(candidate, StoredTarget::Running)
        {
            return;
        }
        let at = self.batch.at;
        let (state, why, retryable) = match ended {
            Ended::Succeeded => (StoredTarget::Succeeded, None, false),
            Ended::Failed { why, retryable } => {
                let hold = Hold::plain(ReasonCause::Failed, why.as_str());
                (StoredTarget::Failed, Some(hold), *retryable)
            }
            Ended::Skipped { why } => {
                let hold = Hold::plain(ReasonCause::Skipped, why.as_str());
                (StoredTarget::Skipped, Some(hold), false)
            }
            Ended::Again(hold) => (StoredTarget::Pending, Some(hold.clone()), true),
        };
        let Some(mut changed) = self.change(candidate, state) else {
            return;
        };
        changed.due_at = why.as_ref().and_then(|why| why.look);
        changed.reason = why.map(|why| self.reasons.add(&why, retryable, at));
        changed.status = status;
        if state != StoredTarget::Pending {
            changed.ended_at = Some(at);
            self.settled.over.push(candidate.device.clone());
        }
        if let Ended::Failed { why, .. } = ended {
            self.failed.push(self.failure(&candidate.device, why));
        }
        self.keep(candidate.key, None, result);
        self.changed.push(changed);
    }

    /// What was begun and done at once.
    fn done(&mut self, candidate: &Candidate, ended: &Ended, undo: Option<String>) {
        let before = self.changed.len();
        self.end(candidate, ended, None, None);
        if let Some(changed) = self.changed.get_mut(before)
            && !matches!(ended, Ended::Skipped { .. })
        {
            changed.attempt += 1;
            changed.began_at = Some(self.batch.at);
        }
        if undo.is_some() {
            self.results.push((candidate.key, undo, None));
        }
    }

    fn failure(&self, device: &DeviceId, why: &str) -> NewEvent {
        let event = NewEvent {
            at: self.batch.at,
            device: Some(device.clone()),
            actor: Actor::Operation {
                id: self.batch.operation,
            },
            kind: EventKind::TargetFailed,
            detail: json!({ "why": why }),
        };
        about(&event, self.batch.operation, &self.title)
    }

    fn keep(&mut self, key: i64, undo: Option<String>, result: Option<&Value>) {
        let result = result.map(Value::to_string);
        let result = result.map(|text| match text.len() {
            0..=MAX_RESULT => text,
            bytes => json!({ "tooLarge": bytes }).to_string(),
        });
        if undo.is_some() || result.is_some() {
            self.results.push((key, undo, result));
        }
    }

    pub(super) async fn apply(
        &mut self,
        unit: &mut Unit<'_>,
        apply: &[(&Candidate, &Effect)],
    ) -> Result<(), StorageError> {
        let twins = apply
            .iter()
            .filter(|(_, effect)| matches!(effect, Effect::Twin { .. }));
        let twins: BTreeSet<DeviceId> = twins
            .map(|(candidate, _)| candidate.device.clone())
            .collect();
        let mut documents = Documents::of(&mut unit.connection, twins).await?;
        for (candidate, effect) in apply {
            // Named twice in the batch: it is through already.
            if !self.is(candidate, StoredTarget::Pending) {
                continue;
            }
            match effect {
                Effect::Twin { write, undo } => {
                    self.write_twin(unit, &mut documents, candidate, write, *undo)?;
                }
                Effect::Identity {
                    change,
                    kind,
                    detail,
                } => {
                    let update = devices::Update {
                        id: candidate.device.clone(),
                        if_match: None,
                        change: (**change).clone(),
                        event: self.event(candidate, *kind, detail.clone()),
                    };
                    let outcome = update.apply(unit).await?;
                    self.done(candidate, &ended_of(&outcome), None);
                }
                Effect::Delete => {
                    let delete = devices::Delete {
                        id: candidate.device.clone(),
                        if_match: None,
                        event: self.event(candidate, EventKind::DeviceDeleted, Value::Null),
                    };
                    let (key, at) = (candidate.key, self.batch.at);
                    let but = Some(self.batch.operation);
                    leave_out(unit, key, &candidate.device, at, but).await?;
                    let outcome = delete.carry_out(unit).await?;
                    self.done(candidate, &ended_of(&outcome), None);
                }
            }
        }
        let newest = unit.newest_event();
        documents.store(&mut unit.connection, newest).await
    }

    fn event(&self, candidate: &Candidate, kind: EventKind, detail: Value) -> NewEvent {
        let event = NewEvent {
            at: self.batch.at,
            device: Some(candidate.device.clone()),
            actor: Actor::Operation {
                id: self.batch.operation,
            },
            kind,
            detail,
        };
        about(&event, self.batch.operation, &self.title)
    }

    fn write_twin(
        &mut self,
        unit: &mut Unit<'_>,
        documents: &mut Documents,
        candidate: &Candidate,
        write: &Arc<ServiceWrite>,
        undo: bool,
    ) -> Result<(), StorageError> {
        let document = match documents.document(&candidate.device) {
            Ok(Some(document)) => document,
            Ok(None) => {
                self.done(candidate, &gone(), None);
                return Ok(());
            }
            // A damaged twin is this device's trouble alone.
            Err(error @ StorageError::Corrupt { .. }) => {
                let why = error.to_string();
                let failed = Ended::Failed {
                    why,
                    retryable: false,
                };
                self.done(candidate, &failed, None);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if is_so_already(&document.twin, write) {
            let skipped = Ended::Skipped {
                why: "it is so already".to_owned(),
            };
            self.done(candidate, &skipped, None);
            return Ok(());
        }
        let back = undo.then(|| way_back(&document.twin, write)).flatten();
        let command = WriteTwin {
            restored: None,
            id: candidate.device.clone(),
            write: (**write).clone(),
            if_match: None,
            actor: Actor::Operation {
                id: self.batch.operation,
            },
            at: self.batch.at,
        };
        let ended = match write_service(unit, document, &command) {
            Ok(_) => Ended::Succeeded,
            Err(error) => Ended::Failed {
                why: error.to_string(),
                retryable: false,
            },
        };
        let back = back.filter(|_| ended == Ended::Succeeded);
        self.done(candidate, &ended, back);
        Ok(())
    }

    pub(super) async fn store(mut self, unit: &mut Unit<'_>) -> Result<Settled, StorageError> {
        let id = self.batch.operation;
        self.settled.changed = self.changed.len();
        if !self.changed.is_empty() {
            let table = table_of(id, &self.changed);
            unit.connection.run(&WRITE, [table]).await?;
            self.reasons.store(&mut unit.connection, id).await?;
        }
        if !self.results.is_empty() {
            let table = results_of(&mut self.results);
            unit.connection.run(&RESULT, [id.0.into(), table]).await?;
        }
        for (wave, tally) in &self.tallies {
            let mut arguments: Vec<Argument> = vec![id.0.into(), usize::from(*wave).into()];
            arguments.extend(tally.map(Argument::from));
            unit.connection.run(&COUNT, arguments).await?;
            if let Some(wave) = self.standing.waves.get_mut(usize::from(*wave)) {
                wave.move_by(*tally);
            }
        }
        let events = self
            .failed
            .into_iter()
            .map(|event| unit.event(event))
            .collect();
        if self.settled.changed > 0 {
            unit.announce(events, Change::Operation { id, turned: false });
        }
        self.settled.standing = Some(self.standing);
        Ok(self.settled)
    }
}

pub(super) fn gone() -> Ended {
    Ended::Skipped {
        why: "the device was deleted".to_owned(),
    }
}

fn ended_of<T>(outcome: &WriteOutcome<T>) -> Ended {
    match outcome {
        WriteOutcome::Done(_) => Ended::Succeeded,
        WriteOutcome::NotFound => gone(),
        WriteOutcome::Conflict { .. } => Ended::Failed {
            why: "it was changed meanwhile".to_owned(),
            retryable: true,
        },
        WriteOutcome::Refused(refusal) => Ended::Failed {
            why: refusal.to_string(),
            retryable: false,
        },
    }
}

/// Whether a merge would change nothing. A replacement always counts as a change.
fn is_so_already(twin: &Twin, write: &ServiceWrite) -> bool {
    let same = |base: &Map<String, Value>, patch: Option<&Value>| {
        patch.is_none_or(|patch| !would_change(base, patch))
    };
    write.mode == muster_core::twin::Mode::Merge
        && same(&twin.tags, write.tags.as_ref())
        && same(&twin.desired.value, write.desired.as_ref())
}

/// The patches that take a write back, as JSON; `None` when they are too large to be kept.
fn way_back(twin: &Twin, write: &ServiceWrite) -> Option<String> {
    let back = |base: &Map<String, Value>, patch: Option<&Value>| {
        patch.and_then(|patch| undo_of(base, patch))
    };
    let text = json!({
        "tags": back(&twin.tags, write.tags.as_ref()),
        "desired": back(&twin.desired.value, write.desired.as_ref()),
    })
    .to_string();
    (text.len() <= MAX_UNDO).then_some(text)
}

fn table_of(id: OperationId, changed: &[Changed]) -> Argument {
    let ints =
        |value: &dyn Fn(&Changed) -> Option<i64>| Column::Int(changed.iter().map(value).collect());
    let at = |at: Option<Timestamp>| at.map(Timestamp::millis);
    Argument::Table(Table(vec![
        ints(&|_| Some(id.0)),
        ints(&|c| Some(c.wave.into())),
        ints(&|c| Some(c.key)),
        ints(&|c| Some(c.state as i64)),
        ints(&|c| Some(c.attempt.into())),
        ints(&|c| c.reason),
        ints(&|c| at(c.due_at)),
        ints(&|c| at(c.began_at)),
        ints(&|c| at(c.ended_at)),
        ints(&|c| c.status),
    ]))
}

fn results_of(results: &mut Vec<(i64, Option<String>, Option<String>)>) -> Argument {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for (key, undo, result) in results.drain(..) {
        columns.0.push(Some(key));
        columns.1.push(undo.map(Into::into));
        columns.2.push(result.map(Into::into));
    }
    Argument::Table(Table(vec![
        Column::Int(columns.0),
        Column::Text(columns.1),
        Column::Text(columns.2),
    ]))
}
