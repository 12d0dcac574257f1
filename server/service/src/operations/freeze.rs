//! The start: the targets are written down, part after part, as the fleet and the author's rights are now.

use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::DeviceId;
use muster_core::operation::{Allotment, Turn, place_of};
use muster_storage::{OperationRow, TurnOutcome};
use serde_json::Value;

use super::author::{Selection, action_of};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Targets that are written down in one transaction.
const PART: usize = 5_000;

impl Hub {
    /// Writes the targets of an operation down and starts it. After a crash it goes on where it was.
    pub(super) async fn freeze_and_start(&self, row: &OperationRow) -> Result<(), ServiceError> {
        let Some(selection) = self.selection_at_start(row).await? else {
            let why = "whoever handed it in may not do this any more".to_owned();
            return self.turn_by_itself(row, Turn::Cancel, Some(why)).await;
        };
        if row.back_of.is_some() {
            while self.store().freeze_back(row.id).await? {}
            return self.start(row).await;
        }
        let waves = &row.plan.how.waves;
        let ends = match &row.allotment {
            Some(ends) => ends.clone(),
            None if waves.is_empty() => Allotment::default(),
            None => {
                let places = self.places(row.id, &row.plan, &selection).await?;
                let ends = Allotment::new(waves, places);
                self.store().allot(row.id, ends.clone()).await?;
                ends
            }
        };
        let conditions = self.wave_conditions(&row.plan).await?;
        let mut after = row.frozen_upto.clone();
        loop {
            let ids = self.selected(&selection, after.as_deref(), PART).await?;
            let Some(last) = ids.last().map(DeviceId::to_string) else {
                break;
            };
            let wave = |id: DeviceId| {
                let meets = self.meets(&conditions, &id);
                let wave = ends.wave_of(waves, place_of(row.id, &id), meets);
                (id, wave)
            };
            let targets = ids.into_iter().map(wave).collect();
            if !self.store().freeze(row.id, after, targets).await? {
                // It was called off meanwhile.
                return Ok(());
            }
            after = Some(last);
        }
        self.start(row).await
    }

    async fn start(&self, row: &OperationRow) -> Result<(), ServiceError> {
        let event = self.own_event(row, EventKind::OperationStarted);
        match self.store().start_operation(row.id, event).await? {
            TurnOutcome::Done(_) | TurnOutcome::NotFound | TurnOutcome::NotNow(_) => Ok(()),
        }
    }

    /// Whom the operation is for, within what its author may do now; `None` when that is nothing any more.
    async fn selection_at_start(
        &self,
        row: &OperationRow,
    ) -> Result<Option<Selection>, ServiceError> {
        let Some(access) = self.access_of_author(&row.created_by).await? else {
            return Ok(None);
        };
        let scope = access.scope(action_of(&row.plan.task));
        if scope.is_nothing() {
            return Ok(None);
        }
        Selection::new(&row.plan.target, &row.plan.task, scope).map(Some)
    }

    /// Devices among these that belong to the targets as they are selected now.
    pub(super) async fn newcomers(
        &self,
        row: &OperationRow,
        devices: impl IntoIterator<Item = DeviceId>,
    ) -> Result<Vec<DeviceId>, ServiceError> {
        let Some(selection) = self.selection_at_start(row).await? else {
            return Ok(Vec::new());
        };
        let selected = |id: &DeviceId| self.is_selected(&selection, id);
        Ok(devices.into_iter().filter(selected).collect())
    }

    /// Moves an operation without anybody having asked.
    pub(super) async fn turn_by_itself(
        &self,
        row: &OperationRow,
        turn: Turn,
        reason: Option<String>,
    ) -> Result<(), ServiceError> {
        let kind = match turn {
            Turn::Pause => EventKind::OperationPaused,
            Turn::Finish | Turn::FinishWithFailures => EventKind::OperationFinished,
            _ => EventKind::OperationStopped,
        };
        let event = self.own_event(row, kind);
        // Whatever somebody else did meanwhile stands.
        self.store()
            .turn_operation(row.id, turn, reason, event)
            .await?;
        Ok(())
    }

    pub(super) fn own_event(&self, row: &OperationRow, kind: EventKind) -> NewEvent {
        NewEvent {
            at: self.now(),
            device: None,
            actor: Actor::Operation { id: row.id },
            kind,
            detail: Value::Null,
        }
    }
}
