//! What people do to operations under way.

use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{OperationState, Turn, WaveState};
use muster_core::policy::Action;
use muster_storage::{OperationRow, ReasonCause, ReasonRow, StoredTarget, TurnOutcome, WaveTurn};
use serde_json::json;

use super::OperationSummary;
use super::create::brief;
use super::judge::ALL_DEVICES;
use crate::access::Permit;
use crate::access::kinds::{OverrideGates, SteerOperations};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most characters of a reason.
const MAX_REASON: usize = 500;

/// Devices that are looked at together.
const BATCH: usize = 1_000;

/// What somebody wants of an operation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Steer {
    /// It is held: no device is begun, what is begun may finish.
    Pause {
        /// Why.
        reason: String,
    },
    /// It goes on.
    Resume,
    /// The next wave opens, though this one waits for a person or ended short of its share.
    Continue,
    /// It ends: no device is begun, what is begun may finish.
    Stop {
        /// Why.
        reason: String,
    },
    /// It is called off before it began.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Failed and cancelled devices are tried again from the beginning.
    Retry,
    /// It ends, and an operation of the same kind takes back what it did.
    RollBack {
        /// Why.
        reason: String,
    },
}

impl Hub {
    /// Steers an operation that the person sees. Holding and ending it is for whoever sees one of its devices; letting it
    /// go on, or back, for those who see all of them. Gives the operation as it is now, or the one that takes it back.
    pub async fn steer_operation(
        &self,
        permit: &Permit<SteerOperations>,
        id: OperationId,
        steer: Steer,
    ) -> Result<OperationSummary, ServiceError> {
        let access = permit.access();
        if let Some(transfer) = self.visible_transfer(access, id).await? {
            return self.steer_transfer(access, transfer, steer).await;
        }
        let row = self.visible_row(access, id).await?;
        let goes_on = !matches!(
            steer,
            Steer::Pause { .. } | Steer::Stop { .. } | Steer::Cancel { .. }
        );
        let scope = access.scope(Action::SteerOperations);
        if goes_on && !scope.is_everything() {
            let own = self.seen(&row, &scope).await?;
            if own
                .waves
                .iter()
                .ne(row.waves.iter().map(|wave| &wave.tally))
            {
                return Err(ServiceError::Invalid(
                    "some of its devices lie outside your scope; somebody who sees all of them has to do that"
                        .to_owned(),
                ));
            }
        }
        let event = |kind| NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind,
            detail: json!({}),
        };
        let row = match steer {
            Steer::Pause { reason } => {
                let event = event(EventKind::OperationPaused);
                self.turned(id, Turn::Pause, Some(said(&reason)?), event)
                    .await?
            }
            Steer::Resume => {
                let event = event(EventKind::OperationResumed);
                self.turned(id, Turn::Resume, None, event).await?
            }
            Steer::Stop { reason } => {
                let event = event(EventKind::OperationStopped);
                self.turned(id, Turn::Stop, Some(said(&reason)?), event)
                    .await?
            }
            Steer::Cancel { reason } => {
                let event = event(EventKind::OperationStopped);
                self.turned(id, Turn::Cancel, Some(said(&reason)?), event)
                    .await?
            }
            Steer::Continue => {
                self.let_next_wave_go(row, event(EventKind::OperationResumed))
                    .await?
            }
            Steer::RollBack { reason } => {
                let event = event(EventKind::OperationStopped);
                self.take_back(&row, said(&reason)?, event).await?
            }
            Steer::Retry => {
                self.retry_all(row, event(EventKind::OperationResumed))
                    .await?
            }
        };
        Ok(brief(row))
    }

    pub(super) async fn turned(
        &self,
        id: OperationId,
        turn: Turn,
        reason: Option<String>,
        event: NewEvent,
    ) -> Result<OperationRow, ServiceError> {
        let outcome = self.store().turn_operation(id, turn, reason, event).await?;
        match outcome {
            TurnOutcome::Done(row) => Ok(*row),
            TurnOutcome::NotFound => Err(ServiceError::NotFound),
            TurnOutcome::NotNow(not_now) => Err(ServiceError::Invalid(not_now.to_string())),
        }
    }

    async fn let_next_wave_go(
        &self,
        row: OperationRow,
        event: NewEvent,
    ) -> Result<OperationRow, ServiceError> {
        let waits = |state| match row.state {
            OperationState::Running => state == WaveState::Held,
            OperationState::Paused => matches!(state, WaveState::Held | WaveState::Open),
            _ => false,
        };
        let index = row.waves.iter().position(|wave| waits(wave.state));
        let next = |index: &usize| {
            let next = row.waves.get(index + 1);
            next.is_some_and(|next| next.state == WaveState::Later)
        };
        let Some(index) = index.filter(next) else {
            return Err(ServiceError::Invalid(
                "no wave waits for a person now".to_owned(),
            ));
        };
        let turn = WaveTurn {
            operation: row.id,
            wave: index as u16,
            from: row.waves[index].state,
            to: WaveState::Passed,
            soak_until: None,
            resume: Some(event.clone()),
            actor: event.actor,
            at: event.at,
        };
        let row = self.store().turn_wave(turn).await?;
        row.ok_or(ServiceError::NotFound)
    }

    /// Lets devices past a gate: one of them, or all that are in the person's scope. Says how many waited for it.
    pub async fn override_gate(
        &self,
        permit: &Permit<OverrideGates>,
        id: OperationId,
        gate: u8,
        device: Option<DeviceId>,
        reason: &str,
    ) -> Result<u32, ServiceError> {
        let access = permit.access();
        let row = self.visible_row(access, id).await?;
        let reason = said(reason)?;
        if usize::from(gate) >= row.plan.how.gates.len() || row.state.is_over() {
            return Err(ServiceError::Invalid(
                "there is no such gate that still holds devices".to_owned(),
            ));
        }
        let scope = access.scope(Action::OverrideGates);
        let now = self.now();
        let (keys, devices) = match &device {
            Some(device) => {
                if !self.index().in_scope(device, &scope, now) {
                    return Err(ServiceError::NotFound);
                }
                let ids = std::slice::from_ref(device);
                let found = self
                    .store()
                    .targets_of(id, StoredTarget::Pending, ids)
                    .await?;
                if found.is_empty() {
                    return Err(ServiceError::Invalid(format!(
                        "{device} does not wait in this operation"
                    )));
                }
                (found.iter().map(|one| one.key).collect(), found.len())
            }
            None => {
                let waiting = self.waiting_at(id, gate, &scope).await?;
                let devices = waiting.len();
                let keys = if scope.is_everything() {
                    vec![ALL_DEVICES]
                } else {
                    waiting
                };
                (keys, devices)
            }
        };
        let event = NewEvent {
            at: now,
            device,
            actor: access.actor(),
            kind: EventKind::GateOverridden,
            detail: json!({ "gate": gate, "reason": reason, "devices": devices }),
        };
        self.store().pass_gate(id, gate, keys, event).await?;
        self.operations_at_work().look_again(id);
        Ok(devices as u32)
    }

    /// The keys of devices in a scope that a gate holds.
    async fn waiting_at(
        &self,
        id: OperationId,
        gate: u8,
        scope: &muster_query::Scope,
    ) -> Result<Vec<i64>, ServiceError> {
        let mut keys = Vec::new();
        let now = self.now();
        let reasons = self.store().operation_reasons(id).await?;
        let holds = |reason: &&ReasonRow| {
            reason.cause == ReasonCause::Gate && reason.gate == Some(gate) && reason.devices > 0
        };
        let reasons: Vec<i64> = reasons.iter().filter(holds).map(|row| row.reason).collect();
        let mut place = (0, i64::MIN);
        loop {
            let held = self.store().held_targets(id, &reasons, place, BATCH);
            let held = held.await?;
            let Some(last) = held.last() else { break };
            place = (last.wave, last.key);
            let within = held
                .iter()
                .filter(|one| self.index().in_scope(&one.device, scope, now));
            keys.extend(within.map(|one| one.key));
        }
        Ok(keys)
    }
}

pub(super) fn said(reason: &str) -> Result<String, ServiceError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        return Err(ServiceError::Invalid(format!(
            "say why, in 1 to {MAX_REASON} characters"
        )));
    }
    Ok(reason.to_owned())
}
