//! What is done to a device, one file per kind of task.

use std::sync::Arc;
use std::time::Duration;

use muster_core::device::AuthKind;
use muster_core::firmware::Rule;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::Task;
use muster_core::time::Timestamp;
use muster_core::twin::{Mode, ServiceWrite};
use muster_index::Row;
use muster_storage::{Candidate, Effect, Ended};
use serde_json::Value;

mod firmware;
mod identity;
mod keys;
mod method;

use crate::error::ServiceError;
use crate::hub::Hub;

/// Pause before the next look at a database that is away.
const PAUSE: Duration = Duration::from_secs(1);

/// What happens to a device whose turn it is.
#[derive(Debug)]
pub(super) enum Work {
    /// It is done together with others in one transaction.
    Now(Effect),
    /// It is begun, and [`carry_out`] tells how it ended.
    Begin,
    /// There is nothing to do; the text says why.
    Skip(String),
}

/// How an attempt ended, with what the device answered.
#[derive(Debug)]
pub(super) struct Attempt {
    /// Whose.
    pub(super) candidate: Candidate,
    /// Done, or why not.
    pub(super) outcome: Result<(), Trouble>,
    /// The status of the answer.
    pub(super) status: Option<i64>,
    /// The answer.
    pub(super) result: Option<Value>,
}

/// Why an attempt failed.
#[derive(Debug)]
pub(super) struct Trouble {
    /// In words.
    pub(super) why: String,
    /// Another attempt may succeed.
    pub(super) retryable: bool,
    /// The device was not there: the attempt does not count where the plan waits for devices.
    pub(super) offline: bool,
    /// The hub could not read or write: that says nothing about the device.
    pub(super) of_hub: bool,
}

/// A task made ready for many devices.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    operation: OperationId,
    task: Arc<Task>,
    timeout_s: u32,
    /// What a twin update writes.
    write: Option<Arc<ServiceWrite>>,
}

/// Whether the hub can do a task; says why not.
pub(super) async fn check(hub: &Hub, task: &Task) -> Result<(), ServiceError> {
    let what = match task {
        Task::UpdateTwin { .. }
        | Task::InvokeMethod { .. }
        | Task::ChangeStage { .. }
        | Task::SetEnabled { .. }
        | Task::RotateKeys
        | Task::RestoreDesired { .. }
        | Task::Delete => return Ok(()),
        Task::InstallFirmware {
            artifact, back_to, ..
        } => return firmware::check(hub, artifact, back_to.as_deref()).await,
        Task::Import { .. } => "importing identities",
        Task::Export { .. } => "exporting identities",
    };
    Err(ServiceError::Invalid(format!(
        "{what} is not done by bulk operations of this hub"
    )))
}

/// Whether the task reaches the device over its connection.
pub(super) fn needs_connection(task: &Task) -> bool {
    matches!(
        task,
        Task::InvokeMethod { .. } | Task::InstallFirmware { .. } | Task::RotateKeys
    )
}

/// Whether the device can be reached over its connection now.
pub(super) fn reaches(hub: &Hub, task: &Task, device: &DeviceId) -> bool {
    match task {
        Task::InvokeMethod { .. } | Task::RotateKeys => hub.connections().listens(device),
        _ => hub.connections().is_open(device),
    }
}

/// Whether the task may be begun in the absence of the device: desired properties wait for it.
pub(super) fn may_be_absent(task: &Task) -> bool {
    matches!(task, Task::InstallFirmware { .. })
}

/// Whether an attempt gives the device time to come online.
pub(super) fn waits_to_connect(task: &Task) -> bool {
    matches!(task, Task::InvokeMethod { connect_timeout_s, .. } if *connect_timeout_s > 0)
}

/// Whether devices in maintenance are left alone until they leave it.
pub(super) fn waits_for_maintenance(task: &Task) -> bool {
    !matches!(task, Task::ChangeStage { .. } | Task::Delete)
}

/// Whether attempts are known to this process only: one that it did not end will not end.
pub(super) fn is_volatile(task: &Task) -> bool {
    matches!(task, Task::InvokeMethod { .. })
}

/// Whether attempts are carried out further when the hub starts again.
pub(super) fn goes_on(task: &Task) -> bool {
    matches!(task, Task::InstallFirmware { .. } | Task::RotateKeys)
}

impl Ready {
    pub(super) fn new(operation: OperationId, task: &Task, timeout_s: u32) -> Self {
        let write = match task {
            Task::UpdateTwin { tags, desired } => Some(Arc::new(ServiceWrite {
                mode: Mode::Merge,
                tags: tags.clone(),
                desired: desired.clone(),
            })),
            _ => None,
        };
        Self {
            operation,
            task: Arc::new(task.clone()),
            timeout_s,
            write,
        }
    }

    pub(super) fn task(&self) -> &Task {
        &self.task
    }

    /// What happens to a device whose turn it is.
    pub(super) fn work(&self, device: &Row) -> Work {
        match &*self.task {
            Task::UpdateTwin { .. } => match &self.write {
                Some(write) => Work::Now(Effect::Twin {
                    write: write.clone(),
                    undo: true,
                }),
                None => Work::Skip("there is nothing to write".to_owned()),
            },
            Task::ChangeStage { step, reason } => identity::change_stage(device, *step, reason),
            Task::SetEnabled { enabled, reason } => identity::set_enabled(device, *enabled, reason),
            Task::Delete => Work::Now(Effect::Delete),
            Task::RotateKeys if device.entry.auth != AuthKind::Sas => {
                Work::Skip(keys::NO_KEYS.to_owned())
            }
            _ => Work::Begin,
        }
    }

    /// When a device that is begun now has to be through.
    pub(super) fn until(&self, now: Timestamp, timeout_s: u32) -> Timestamp {
        match &*self.task {
            Task::InvokeMethod {
                connect_timeout_s,
                response_timeout_s,
                ..
            } => {
                let longest = i64::from(*connect_timeout_s) + i64::from(*response_timeout_s);
                now.plus_ms(longest * 1000)
            }
            Task::InstallFirmware { soak_s, .. } => {
                now.plus_ms((i64::from(timeout_s) + i64::from(*soak_s)) * 1000)
            }
            _ => now.plus_ms(i64::from(timeout_s) * 1000),
        }
    }

    /// Carries out what was begun. While the database is away, what can go on where it was waits for it; a restart of the
    /// hub would do no other.
    pub(super) async fn carry_out(&self, hub: &Hub, candidate: Candidate) -> Attempt {
        loop {
            let attempt = self.attempt(hub, candidate.clone()).await;
            let waits = |trouble: &Trouble| trouble.of_hub && trouble.retryable;
            let waits = goes_on(&self.task) && attempt.outcome.as_ref().is_err_and(waits);
            if !waits || hub.stopping().is_cancelled() {
                return attempt;
            }
            tokio::select! {
                () = hub.stopping().cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn attempt(&self, hub: &Hub, candidate: Candidate) -> Attempt {
        match &*self.task {
            Task::InvokeMethod {
                name,
                payload,
                connect_timeout_s,
                response_timeout_s,
            } => {
                let call = method::call(name, payload, *connect_timeout_s, *response_timeout_s);
                method::invoke(hub, self.operation, candidate, call).await
            }
            Task::InstallFirmware {
                artifact,
                healthy_check_ins,
                soak_s,
                ..
            } => {
                let wish = firmware::Wish {
                    artifact,
                    rule: Rule {
                        check_ins: u32::from(*healthy_check_ins),
                        soak_ms: i64::from(*soak_s) * 1000,
                    },
                    timeout_s: self.timeout_s,
                };
                firmware::install(hub, self.operation, candidate, wish).await
            }
            Task::RotateKeys => keys::rotate(hub, self.operation, candidate, self.timeout_s).await,
            _ => Attempt {
                candidate,
                outcome: Ok(()),
                status: None,
                result: None,
            },
        }
    }
}

impl Attempt {
    /// The end of the attempt, when no other one follows.
    pub(super) fn ended(&self) -> Ended {
        match &self.outcome {
            Ok(()) => Ended::Succeeded,
            Err(trouble) => Ended::Failed {
                why: trouble.why.clone(),
                retryable: trouble.retryable,
            },
        }
    }
}
