//! Trying failed devices again: all of an operation, or some that a person chose.

use muster_core::cursor::MAX_PAGE;
use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{OperationState, TargetState, Turn};
use muster_core::policy::Action;
use muster_storage::{Candidate, OperationRow, StoredTarget, TargetBatch};
use serde_json::json;

use super::TargetQuery;
use crate::access::Permit;
use crate::access::kinds::SteerOperations;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most devices that are named one by one to be tried again.
pub const MAX_CHOSEN: usize = 1_000;

/// Devices that are moved in one transaction.
const BATCH: usize = 1_000;

/// Which failed devices of an operation are tried again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Chosen {
    /// These; 1 to [`MAX_CHOSEN`].
    Devices(Vec<DeviceId>),
    /// Those that failed among these; its states, page and limit do not count.
    Matching(TargetQuery),
}

impl Hub {
    /// Has some failed devices of an operation tried again, and lets it go on for them when it is over. What a person holds
    /// stays held. For devices in the person's scope; others do not exist. Says how many will be tried.
    pub async fn retry_targets(
        &self,
        permit: &Permit<SteerOperations>,
        id: OperationId,
        chosen: Chosen,
    ) -> Result<u32, ServiceError> {
        let access = permit.access();
        let row = self.visible_row(access, id).await?;
        let turn = self.retry_turn(&row)?.filter(|turn| *turn == Turn::Retry);
        let called_off = row.counts().cancelled;
        if turn.is_some() && called_off > 0 {
            return Err(ServiceError::Invalid(format!(
                "{called_off} devices that were called off would go on with them; try all again, or clone the operation \
                 for the devices you chose"
            )));
        }
        let mut retried = 0;
        match chosen {
            Chosen::Devices(devices) => {
                if devices.is_empty() || devices.len() > MAX_CHOSEN {
                    return Err(ServiceError::Invalid(format!(
                        "choose 1 to {MAX_CHOSEN} devices"
                    )));
                }
                let scope = access.scope(Action::SteerOperations);
                let now = self.now();
                if !devices
                    .iter()
                    .all(|device| self.index().in_scope(device, &scope, now))
                {
                    return Err(ServiceError::NotFound);
                }
                retried += self.retry_devices(id, &devices).await?;
            }
            Chosen::Matching(query) => {
                let mut query = TargetQuery {
                    states: vec![TargetState::Failed],
                    limit: MAX_PAGE,
                    cursor: None,
                    ..query
                };
                loop {
                    let page = self.operation_targets(access, id, &query).await?;
                    let scope = access.scope(Action::SteerOperations);
                    let now = self.now();
                    let devices = page.rows.into_iter().map(|row| row.device);
                    let devices: Vec<DeviceId> = devices
                        .filter(|device| self.index().in_scope(device, &scope, now))
                        .collect();
                    retried += self.retry_devices(id, &devices).await?;
                    if page.next.is_none() {
                        break;
                    }
                    query.cursor = page.next;
                }
            }
        }
        if retried == 0 {
            return Err(ServiceError::Invalid(
                "none of these devices has failed".to_owned(),
            ));
        }
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind: EventKind::OperationResumed,
            detail: json!({}),
        };
        self.tried_again(row, turn, retried, event).await?;
        Ok(retried)
    }

    /// Failed devices become devices that nobody has looked at; what was called off is waiting again with the operation.
    pub(super) async fn retry_all(
        &self,
        row: OperationRow,
        event: NewEvent,
    ) -> Result<OperationRow, ServiceError> {
        let turn = self.retry_turn(&row)?;
        let (mut place, mut retried) = ((0, i64::MIN), 0);
        loop {
            let failed = self.store().failed_targets(row.id, place, BATCH).await?;
            let Some(last) = failed.last() else { break };
            place = (last.wave, last.key);
            retried += self.retry_batch(row.id, failed).await?;
        }
        self.tried_again(row, turn, retried, event).await
    }

    /// What has to become of an operation so that its devices are tried again; `None` when it is at work.
    fn retry_turn(&self, row: &OperationRow) -> Result<Option<Turn>, ServiceError> {
        let turn = match row.state {
            OperationState::Running => return Ok(None),
            OperationState::Paused => return Ok(Some(Turn::Resume)),
            _ => Turn::Retry,
        };
        let possible = row.state.after(turn);
        possible.map_err(|error| ServiceError::Invalid(error.to_string()))?;
        if row.plan.how.expires_at.is_some_and(|at| at <= self.now()) {
            return Err(ServiceError::Invalid(
                "its time is over; hand in a new operation for the devices that are left"
                    .to_owned(),
            ));
        }
        Ok(Some(turn))
    }

    /// Those of these devices that failed.
    async fn retry_devices(
        &self,
        id: OperationId,
        devices: &[DeviceId],
    ) -> Result<u32, ServiceError> {
        let failed = self
            .store()
            .targets_of(id, StoredTarget::Failed, devices)
            .await?;
        self.retry_batch(id, failed).await
    }

    async fn retry_batch(
        &self,
        id: OperationId,
        failed: Vec<Candidate>,
    ) -> Result<u32, ServiceError> {
        let mut batch = TargetBatch::new(id, self.now());
        batch.retry = failed;
        let settled = self.store().settle_targets(batch).await?;
        Ok(settled.changed as u32)
    }

    async fn tried_again(
        &self,
        row: OperationRow,
        turn: Option<Turn>,
        retried: u32,
        mut event: NewEvent,
    ) -> Result<OperationRow, ServiceError> {
        event.detail = json!({ "retry": retried });
        if let Some(turn) = turn {
            return self.turned(row.id, turn, None, event).await;
        }
        event.detail["operation"] = row.id.0.into();
        event.detail["title"] = row.plan.title.as_str().into();
        self.store().record(event).await?;
        self.operations_at_work().turn(row.id);
        let row = self.store().find_operation(row.id).await?;
        row.ok_or(ServiceError::NotFound)
    }
}
