//! Handing an operation in.

use muster_core::event::{EventKind, NewEvent};
use muster_core::gate::Gate;
use muster_core::operation::{OperationState, Plan, Target, WaveSize};
use muster_core::policy::Action;
use muster_storage::{InsertOutcome, NewOperation, OperationRow};
use serde_json::json;

use super::author::{Selection, action_of, read};
use super::preview::{never_opens, number};
use super::{OperationSummary, summary, tasks};
use crate::access::kinds::RunOperations;
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Longest name that tools of IoT Hub may give a job.
const MAX_JOB_ID: usize = 128;

impl Hub {
    /// Hands an operation in. Its targets are written down when it starts: at once when nothing else is asked for.
    pub async fn create_operation(
        &self,
        permit: &Permit<RunOperations>,
        plan: Plan,
        job_id: Option<String>,
    ) -> Result<OperationSummary, ServiceError> {
        let access = permit.access();
        let selection = self.check_plan(access, &plan).await?;
        if job_id
            .as_ref()
            .is_some_and(|job| job.is_empty() || job.len() > MAX_JOB_ID)
        {
            return Err(ServiceError::Invalid(format!(
                "a job id has 1 to {MAX_JOB_ID} characters"
            )));
        }
        let targets = self.selected_count(&selection).await?;
        // A job over no devices is complete at once, as tools of IoT Hub know it.
        if job_id.is_none() && targets == 0 {
            return Err(ServiceError::Invalid(
                "no device is meant that you may do this to; look at the condition and at your scope"
                    .to_owned(),
            ));
        }
        let shut_out = self
            .outlook(&plan, &selection, number(targets), &[])
            .shut_out();
        if targets > 0 && shut_out >= number(targets) {
            let why = never_opens(shut_out, shut_out, &plan);
            return Err(ServiceError::Invalid(format!(
                "it would wait in vain: {why}; choose other gates, or a later end"
            )));
        }
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind: EventKind::OperationCreated,
            detail: json!({ "task": plan.task.kind().as_str() }),
        };
        let reasons = self.why_approval(access, &plan.task, targets).await?;
        let new = NewOperation {
            job_id,
            plan,
            state: if reasons.is_empty() {
                OperationState::Scheduled
            } else {
                OperationState::AwaitingApproval
            },
            back_of: None,
            event,
        };
        if !reasons.is_empty() {
            return self
                .ask_for(access, new, &selection, targets, reasons)
                .await;
        }
        match self.store().insert_operation(new).await? {
            InsertOutcome::Inserted(row) => Ok(brief(row)),
            InsertOutcome::AlreadyExists => Err(ServiceError::AlreadyExists),
            InsertOutcome::Refused(error) => Err(error.into()),
        }
    }

    /// Checks a plan with all that it names, and whom it is for.
    pub(super) async fn check_plan(
        &self,
        access: &Access,
        plan: &Plan,
    ) -> Result<Selection, ServiceError> {
        let bad = |error: muster_core::operation::BadPlan| ServiceError::Invalid(error.0);
        plan.check(self.now()).map_err(bad)?;
        tasks::check(self, &plan.task).await?;
        self.books().prepare(&plan.how.gates)?;
        let mut conditions = Vec::new();
        if let Target::Query { text } = &plan.target {
            conditions.push(read(text)?);
        }
        for wave in &plan.how.waves {
            if let WaveSize::Query { text } = &wave.size {
                conditions.push(read(text)?);
            }
        }
        for gate in &plan.how.gates {
            if let Gate::Condition { text, .. } = gate {
                conditions.push(read(text)?);
            }
        }
        for condition in &conditions {
            access.may_ask_about(&condition.paths())?;
        }
        for action in [Action::RunOperations, action_of(&plan.task)] {
            if !access.can(action) {
                return Err(ServiceError::Forbidden(action));
            }
        }
        let scope = access.scope(action_of(&plan.task));
        Selection::new(&plan.target, &plan.task, scope)
    }
}

/// An operation as its maker sees it: all of its targets are theirs.
pub(super) fn brief(row: OperationRow) -> OperationSummary {
    let counts = row.counts();
    summary(row, counts)
}
