//! Taking an operation back: an operation of the same kind, for the devices that it changed.

use std::collections::HashMap;
use std::sync::Arc;

use muster_core::event::{EventKind, NewEvent};
use muster_core::operation::{How, Limits, MAX_TITLE, Offline, OperationState, Plan, Target, Task};
use muster_core::twin::{Mode, ServiceWrite};
use muster_storage::{Candidate, NewOperation, OperationRow, TurnOutcome};
use serde_json::{Value, json};

use crate::error::ServiceError;
use crate::hub::Hub;

/// What an operation overwrote, by device key.
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
        let new = NewOperation {
            job_id: None,
            plan: plan_back(&row.plan)?,
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

    /// What the operation that is taken back overwrote on these devices; `None` when nothing is taken back by values.
    pub(super) async fn undos(
        &self,
        row: &OperationRow,
        candidates: &[Candidate],
    ) -> Result<Option<Undos>, ServiceError> {
        let (Some(of), Task::UpdateTwin { .. }) = (row.back_of, &row.plan.task) else {
            return Ok(None);
        };
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
        Ok(Some(
            kept.map(|(key, undo)| (key, Arc::new(write(undo))))
                .collect(),
        ))
    }
}
