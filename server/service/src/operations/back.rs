//! Bringing devices back to what they were: taking an operation back by one of the same kind, for the devices that it
//! changed, and restoring desired properties of a moment.

use std::collections::HashMap;
use std::sync::Arc;

use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::OperationId;
use muster_core::operation::{How, Limits, MAX_TITLE, Offline, OperationState, Plan, Target, Task};
use muster_core::time::Timestamp;
use muster_core::twin::history::way_back;
use muster_core::twin::{Mode, ServiceWrite};
use muster_storage::{Candidate, NewOperation, OperationRow, TurnOutcome};
use serde_json::{Value, json};

use super::tasks;
use crate::error::ServiceError;
use crate::hub::Hub;

/// What brings devices back, by device key.
pub(super) type Undos = HashMap<i64, Arc<ServiceWrite>>;

/// The task that takes another one back; the text says why there is none.
fn task_back(task: &Task) -> Result<Task, ServiceError> {
    match task {
        Task::UpdateTwin { .. } => Ok(task.clone()),
        Task::InstallFirmware {
            back_to: Some(artifact),
            healthy_check_ins,
            soak_s,
            ..
        } => Ok(Task::InstallFirmware {
            artifact: artifact.clone(),
            healthy_check_ins: *healthy_check_ins,
            soak_s: *soak_s,
            back_to: None,
        }),
        Task::InstallFirmware { back_to: None, .. } => Err(ServiceError::Invalid(
            "the operation names no version to go back to; hand in one that installs it".to_owned(),
        )),
        _ => Err(ServiceError::Invalid(
            "what it did cannot be taken back; hand in an operation that does the opposite"
                .to_owned(),
        )),
    }
}

/// The plan of the way back: at once and for all, as fast as the way there.
fn plan_back(plan: &Plan) -> Result<Plan, ServiceError> {
    let title = format!("Take back: {}", plan.title);
    Ok(Plan {
        title: title.chars().take(MAX_TITLE).collect(),
        task: task_back(&plan.task)?,
        target: Target::Query {
            text: String::new(),
        },
        how: How {
            starts_at: None,
            expires_at: None,
            waves: Vec::new(),
            gates: Vec::new(),
            limits: Limits { ..plan.how.limits },
            offline: Offline::NextContact,
            attempts: plan.how.attempts,
            retry_after_s: plan.how.retry_after_s,
            timeout_s: plan.how.timeout_s,
            newcomers: false,
            failures: None,
        },
    })
}

impl Hub {
    /// Ends an operation and makes the one that takes it back; gives that one.
    pub(super) async fn take_back(
        &self,
        row: &OperationRow,
        reason: String,
        event: NewEvent,
    ) -> Result<OperationRow, ServiceError> {
        let made = NewEvent {
            kind: EventKind::OperationCreated,
            detail: json!({ "task": row.plan.task.kind().as_str(), "takes_back": row.id }),
            ..event.clone()
        };
        let plan = plan_back(&row.plan)?;
        // What it goes back to may have been deleted or withdrawn since.
        tasks::check(self, &plan.task).await?;
        let new = NewOperation {
            job_id: None,
            plan,
            state: OperationState::Scheduled,
            back_of: Some(row.id),
            event: made,
        };
        match self.store().take_back(row.id, reason, event, new).await? {
            TurnOutcome::Done(back) => Ok(*back),
            TurnOutcome::NotFound => Err(ServiceError::NotFound),
            TurnOutcome::NotNow(not_now) => Err(ServiceError::Invalid(not_now.to_string())),
        }
    }

    /// What brings these devices back to what they were; `None` when that is not what the operation is for. Devices
    /// whose former values are not known are left out.
    pub(super) async fn undos(
        &self,
        row: &OperationRow,
        candidates: &[Candidate],
    ) -> Result<Option<Undos>, ServiceError> {
        match (row.back_of, &row.plan.task) {
            (Some(of), Task::UpdateTwin { .. }) => self.overwritten(of, candidates).await.map(Some),
            (_, Task::RestoreDesired { at }) => self.former(*at, candidates).await.map(Some),
            _ => Ok(None),
        }
    }

    async fn overwritten(
        &self,
        of: OperationId,
        candidates: &[Candidate],
    ) -> Result<Undos, ServiceError> {
        let keys = candidates.iter().map(|candidate| candidate.key);
        let kept = self.store().undos(of, keys).await?.into_iter();
        let write = |mut undo: Value| {
            let mut section = |name| Some(undo[name].take()).filter(Value::is_object);
            ServiceWrite {
                mode: Mode::Merge,
                tags: section("tags"),
                desired: section("desired"),
            }
        };
        Ok(kept
            .map(|(key, undo)| (key, Arc::new(write(undo))))
            .collect())
    }

    /// From the history of each device.
    async fn former(&self, at: Timestamp, candidates: &[Candidate]) -> Result<Undos, ServiceError> {
        let store = self.store();
        let mut undos = Undos::with_capacity(candidates.len());
        for candidate in candidates {
            let device = &candidate.device;
            let Some(version) = store.version_at(device, at).await? else {
                continue;
            };
            let then = store.desired_at(device, version).await?;
            let now = store.find_twin(device).await?;
            if let (Some(then), Some(now)) = (then, now) {
                let patch = way_back(&now.twin.desired.value, &then);
                let write = ServiceWrite {
                    mode: Mode::Merge,
                    tags: None,
                    desired: Some(Value::Object(patch)),
                };
                undos.insert(candidate.key, Arc::new(write));
            }
        }
        Ok(undos)
    }
}
