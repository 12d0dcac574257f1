//! Who works: each open operation has a runner, started when the hub opens or the operation is moved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{OperationState, Target, Task, collides};
use muster_storage::{Change, Committed, OperationRow};
use tokio::sync::Notify;

use super::author::read;
use super::seen::Looks;
use super::watch::{Interest, Watch};
use super::{runner, tasks};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Pause after a failure of the database.
const PAUSE: Duration = Duration::from_secs(1);

/// The operations of this process that something is going on with.
#[derive(Debug, Default)]
pub(crate) struct Operations {
    watches: RwLock<BTreeMap<OperationId, Arc<Watch>>>,
    /// Operations that have written their targets down and are not over, with what they do.
    begun: RwLock<BTreeMap<OperationId, Arc<Task>>>,
    turned: Mutex<BTreeSet<OperationId>>,
    news: Notify,
    looks: Looks,
}

impl Operations {
    /// Hears of a commit. Runs in the writer: no waiting, no work beyond a few insertions.
    pub(crate) fn follow(&self, committed: &Committed) {
        if let Change::Operation { id, turned } = &committed.change {
            if *turned {
                self.turn(*id);
            }
            return;
        }
        for watch in self.watches().values() {
            watch.hear(committed);
        }
    }

    /// A device takes calls of methods now.
    pub(crate) fn came_online(&self, device: &DeviceId) {
        for watch in self.watches().values() {
            watch.look_at_connected(device);
        }
    }

    pub(super) fn looks(&self) -> &Looks {
        &self.looks
    }

    /// Other operations that may not be at a device together with this one.
    pub(super) fn rivals_of(&self, id: OperationId, task: &Task) -> Vec<OperationId> {
        let begun = self.begun.read().unwrap_or_else(PoisonError::into_inner);
        let others = begun.iter().filter(|(other, _)| **other != id);
        let rivals = others.filter(|(_, other)| collides(task, other));
        rivals.map(|(id, _)| *id).collect()
    }

    /// These devices are through with an operation: its rivals may have them.
    pub(super) fn let_go(&self, rivals: &[OperationId], devices: &[DeviceId]) {
        let watches = self.watches();
        for watch in rivals.iter().filter_map(|id| watches.get(id)) {
            watch.look_at(devices.iter().cloned());
        }
    }

    /// All devices that wait in an operation have to be looked at again.
    pub(super) fn look_again(&self, id: OperationId) {
        if let Some(watch) = self.watches().get(&id) {
            watch.turned();
            watch.everything();
        }
    }

    /// An operation has to be looked at by the supervisor and its runner.
    pub(super) fn turn(&self, id: OperationId) {
        self.turned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id);
        self.news.notify_one();
    }

    /// A runner has ended.
    pub(super) fn ended(&self, id: OperationId) {
        self.watches
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
        // It may have been moved since the runner looked.
        self.turn(id);
    }

    fn watches(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<OperationId, Arc<Watch>>> {
        self.watches.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, id: OperationId, watch: Arc<Watch>) {
        self.watches
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, watch);
    }

    /// Notes whether an operation can hold devices; its rivals look at what they waited for when it no longer can.
    fn note(&self, id: OperationId, row: Option<&OperationRow>) {
        let begun =
            row.filter(|row| matches!(row.state, OperationState::Running | OperationState::Paused));
        let mut all = self.begun.write().unwrap_or_else(PoisonError::into_inner);
        match begun {
            Some(row) => _ = all.insert(id, Arc::new(row.plan.task.clone())),
            None => {
                if all.remove(&id).is_none() {
                    return;
                }
            }
        }
        drop(all);
        for (other, watch) in &*self.watches() {
            if *other != id {
                watch.turned();
                if begun.is_none() {
                    watch.everything();
                }
            }
        }
    }
}

/// Whether something may happen to an operation by itself: a paused one may run out of time.
pub(super) fn is_active(row: &OperationRow) -> bool {
    match row.state {
        OperationState::Scheduled | OperationState::Running => true,
        OperationState::Paused => row.plan.how.expires_at.is_some(),
        _ => false,
    }
}

impl Hub {
    /// The clock was set, by a test or an administrator: whoever waits for a moment looks at it again.
    pub fn clock_moved(&self) {
        for watch in self.operations_at_work().watches().values() {
            watch.turned();
        }
    }

    /// Starts the runner of an operation that has none and needs one.
    async fn supervise(&self, row: OperationRow) -> Result<(), ServiceError> {
        let active = is_active(&row) || row.waves.iter().any(|wave| wave.tally.running > 0);
        let at_work = self.operations_at_work();
        at_work.note(row.id, Some(&row));
        let known = at_work.watches().get(&row.id).cloned();
        if let Some(watch) = known {
            watch.turned();
            return Ok(());
        }
        if !active {
            return Ok(());
        }
        let newcomers = match (&row.plan.target, row.plan.how.newcomers) {
            (Target::Query { text }, true) => Some(read(text)?.paths()),
            _ => None,
        };
        let interest = Interest {
            connection: tasks::needs_connection(&row.plan.task),
            gates: self.gates_of(&row.plan)?,
            newcomers,
        };
        let id = row.id;
        let watch = Arc::new(Watch::new(interest));
        at_work.add(id, watch.clone());
        self.spawn(runner::run(self.clone(), row, watch));
        Ok(())
    }

    async fn look_at_turned(&self, ids: &BTreeSet<OperationId>) -> Result<(), ServiceError> {
        for id in ids {
            match self.store().find_operation(*id).await? {
                Some(row) => self.supervise(row).await?,
                None => self.operations_at_work().note(*id, None),
            }
        }
        Ok(())
    }
}

/// Starts runners until the hub stops.
pub(crate) async fn run(hub: Hub) {
    let mut known = false;
    loop {
        let done = if known {
            let turned = std::mem::take(
                &mut *hub
                    .operations_at_work()
                    .turned
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            );
            let looked = hub.look_at_turned(&turned).await;
            if looked.is_err() {
                turned
                    .into_iter()
                    .for_each(|id| hub.operations_at_work().turn(id));
            }
            looked
        } else {
            open(&hub).await
        };
        match done {
            Ok(()) => {
                known = true;
                tokio::select! {
                    () = hub.stopping().cancelled() => return,
                    () = hub.operations_at_work().news.notified() => {}
                }
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not look after operations"
                );
                tokio::select! {
                    () = hub.stopping().cancelled() => return,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }
}

/// After a start: all that was going on goes on.
async fn open(hub: &Hub) -> Result<(), ServiceError> {
    let mut rows = hub.store().open_operations().await?;
    let open: BTreeSet<OperationId> = rows.iter().map(|row| row.id).collect();
    let begun = hub.store().begun_operations().await?;
    rows.extend(begun.into_iter().filter(|row| !open.contains(&row.id)));
    for row in &rows {
        hub.operations_at_work().note(row.id, Some(row));
    }
    for row in rows {
        hub.supervise(row).await?;
    }
    Ok(())
}
