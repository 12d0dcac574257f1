//! Exports and imports of the registry in the list of operations: read from where they are kept, nothing is copied.

use muster_core::ids::OperationId;
use muster_core::operation::{Counts, How, Plan, Target};
use muster_core::transfer::{Transfer, TransferPlan, TransferState};

use super::{FailureGroup, OperationDetail, OperationSummary, Steer, steer};
use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::transfer::TransferError;

/// A transfer as lists show it.
pub(super) fn summary(transfer: Transfer) -> OperationSummary {
    OperationSummary {
        id: transfer.number,
        job_id: Some(transfer.id.as_str().to_owned()),
        plan: Plan {
            title: transfer.plan.title(),
            task: transfer.plan.task(),
            target: Target::Query {
                text: String::new(),
            },
            how: How::default(),
        },
        state: transfer.operation_state(),
        reason: transfer.failure.clone(),
        created_at: transfer.created_at,
        created_by: transfer.by.clone(),
        started_at: Some(transfer.created_at),
        ended_at: transfer.ended_at,
        wave: None,
        counts: counts(&transfer),
        approval: None,
        back_of: None,
        transfer: Some(Box::new(transfer)),
    }
}

/// Devices of an export, lines of an import: how many lines are still to come is not known.
fn counts(transfer: &Transfer) -> Counts {
    let progress = &transfer.progress;
    let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let left = match (&transfer.plan, transfer.state) {
        (TransferPlan::Export { .. }, TransferState::Running) => {
            progress.total.saturating_sub(progress.done)
        }
        _ => 0,
    };
    Counts {
        waiting: number(left),
        succeeded: number(progress.devices),
        failed: number(progress.failed),
        ..Counts::default()
    }
}

impl Hub {
    /// A transfer in full: what failed, by kind.
    pub(super) async fn transfer_detail(
        &self,
        access: &Access,
        transfer: Transfer,
    ) -> Result<OperationDetail, ServiceError> {
        let kinds = match transfer.progress.failed {
            0 => Vec::new(),
            _ => self.store().transfer_failure_kinds(transfer.number).await?,
        };
        let failures = kinds.into_iter().map(|kind| FailureGroup {
            why: format!("{}: {}", kind.code, kind.why),
            devices: u32::try_from(kind.lines).unwrap_or(u32::MAX),
            retryable: false,
        });
        Ok(OperationDetail {
            expected: None,
            withheld: Self::withheld(access, &transfer),
            summary: summary(transfer),
            waves: Vec::new(),
            waiting: Vec::new(),
            failures: failures.collect(),
        })
    }

    /// The one thing that can be done to a transfer under way: calling it off.
    pub(super) async fn steer_transfer(
        &self,
        access: &Access,
        transfer: Transfer,
        verb: Steer,
    ) -> Result<OperationSummary, ServiceError> {
        let (Steer::Stop { reason } | Steer::Cancel { reason }) = verb else {
            return Err(ServiceError::Invalid(
                "an export or import can be stopped, nothing else".to_owned(),
            ));
        };
        let why = steer::said(&reason)?;
        let called_off = self.call_off(access, &transfer, Some(why)).await;
        called_off.map_err(|error| match error {
            TransferError::Service(error) => error,
            other => ServiceError::Invalid(other.to_string()),
        })?;
        self.transfer_now(transfer.number).await
    }

    async fn transfer_now(&self, number: OperationId) -> Result<OperationSummary, ServiceError> {
        let now = self.store().numbered_transfer(number).await?;
        now.map(summary).ok_or(ServiceError::NotFound)
    }
}
