//! Reading operations, as far as the viewer sees their devices.

use std::collections::HashMap;

use muster_core::cursor::Page;
use muster_core::event::Actor;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{Counts, TargetState, Task, WaveState};
use muster_core::policy::Action;
use muster_core::rotation::{self, Rotation};
use muster_query::Scope;
use muster_storage::{
    OperationFilter, OperationRow, ReasonCause, ReasonRow, StoredTarget, TargetFilter,
};

use super::seen::Seen;
use super::{
    FailureGroup, OperationDetail, OperationQuery, OperationSummary, TargetQuery, TargetRow,
    WaitCause, WaitingGroup, WaveStatus, summary, waves_of,
};
use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Pages that are read to fill one for somebody who does not see all rows.
const LOOK_BACK: usize = 20;

impl Hub {
    /// A page of operations, newest first: those whose devices the viewer sees, and their own.
    pub async fn operations(
        &self,
        access: &Access,
        query: &OperationQuery,
    ) -> Result<Page<OperationSummary>, ServiceError> {
        let person = match (query.mine, access.person()) {
            (true, None) => return Ok(nothing()),
            (true, Some(person)) => Some(person.id),
            (false, _) => None,
        };
        let now = self.now();
        let scope = access.scope(Action::SeeDevices);
        let hidden = |id: &DeviceId| !self.index().in_scope(id, &scope, now);
        if query.device.as_ref().is_some_and(hidden) {
            return Ok(nothing());
        }
        let mut filter = OperationFilter {
            states: query.states.clone(),
            kinds: query.kinds.clone(),
            text: query.text.clone(),
            person,
            jobs: query.jobs,
            device: query.device.clone(),
            limit: query.limit,
            cursor: query.cursor.clone(),
        };
        let page = self.store().operations(&filter).await?;
        let mut rows = self.visible(access, &scope, page.rows).await?;
        let mut next = page.next;
        for _ in 0..LOOK_BACK {
            // Others' operations are left out: what is missing comes from the pages behind.
            if rows.len() >= query.limit || next.is_none() || scope.is_everything() {
                break;
            }
            filter.limit = query.limit - rows.len();
            filter.cursor = next;
            let page = self.store().operations(&filter).await?;
            rows.extend(self.visible(access, &scope, page.rows).await?);
            next = page.next;
        }
        Ok(Page {
            rows,
            previous: page.previous,
            next,
        })
    }

    /// An operation in full; `None` when there is none that the viewer sees.
    pub async fn operation(
        &self,
        access: &Access,
        id: OperationId,
    ) -> Result<Option<OperationDetail>, ServiceError> {
        let row = self.store().find_operation(id).await?;
        self.detail(access, row).await
    }

    /// An operation by the name that tools of IoT Hub gave it.
    pub async fn operation_by_job(
        &self,
        access: &Access,
        job_id: &str,
    ) -> Result<Option<OperationDetail>, ServiceError> {
        let row = self.store().find_operation_by_job(job_id).await?;
        self.detail(access, row).await
    }

    /// A page of an operation's devices that the viewer sees, in the order of waves.
    pub async fn operation_targets(
        &self,
        access: &Access,
        id: OperationId,
        query: &TargetQuery,
    ) -> Result<Page<TargetRow>, ServiceError> {
        let scope = access.scope(Action::SeeDevices);
        let row = self.visible_row(access, id).await?;
        let mut filter = TargetFilter {
            states: stored(&row, query),
            why: query.why.clone(),
            device_text: query.device_text.clone(),
            limit: query.limit,
            cursor: query.cursor.clone(),
        };
        let page = self.store().operation_targets(id, &filter).await?;
        let (previous, mut next) = (page.previous, page.next);
        let mut rows = self.in_scope(&scope, page.rows);
        while rows.len() < query.limit && next.is_some() && !scope.is_everything() {
            filter.limit = query.limit - rows.len();
            filter.cursor = next;
            let page = self.store().operation_targets(id, &filter).await?;
            rows.extend(self.in_scope(&scope, page.rows));
            next = page.next;
        }
        let steps = self.rotation_steps(&row, &rows).await?;
        let target = |target| target_row(&row, target, &steps);
        Ok(Page {
            rows: rows.into_iter().map(target).collect(),
            previous,
            next,
        })
    }

    /// How far the keys of devices are that the operation is at.
    async fn rotation_steps(
        &self,
        row: &OperationRow,
        targets: &[muster_storage::TargetRow],
    ) -> Result<Steps, ServiceError> {
        if row.plan.task != Task::RotateKeys {
            return Ok(Steps::new());
        }
        let running = targets
            .iter()
            .filter(|target| target.state == StoredTarget::Running)
            .map(|target| target.device.clone());
        let rotations = self.store().rotations(row.id, running).await?;
        let step = |(id, rotation): (DeviceId, Rotation)| (id, rotation.step());
        Ok(rotations.into_iter().map(step).collect())
    }

    /// The operations that a device is part of, newest first, with what became of it there.
    pub async fn device_operations(
        &self,
        access: &Access,
        device: &DeviceId,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<Page<(OperationSummary, TargetRow)>, ServiceError> {
        let query = OperationQuery {
            device: Some(device.clone()),
            limit,
            cursor,
            ..OperationQuery::default()
        };
        let page = self.operations(access, &query).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for operation in page.rows {
            let row = self.store().find_operation(operation.id).await?;
            let target = self.store().target_of(operation.id, device).await?;
            if let (Some(row), Some(target)) = (row, target) {
                let steps = self
                    .rotation_steps(&row, std::slice::from_ref(&target))
                    .await?;
                rows.push((operation, target_row(&row, target, &steps)));
            }
        }
        Ok(Page {
            rows,
            previous: page.previous,
            next: page.next,
        })
    }

    /// An operation that the viewer sees.
    pub(crate) async fn visible_row(
        &self,
        access: &Access,
        id: OperationId,
    ) -> Result<OperationRow, ServiceError> {
        let row = self.store().find_operation(id).await?;
        let row = row.ok_or(ServiceError::NotFound)?;
        let scope = access.scope(Action::SeeDevices);
        if self.sees(access, &row, &*self.seen(&row, &scope).await?, &scope) {
            return Ok(row);
        }
        Err(ServiceError::NotFound)
    }

    fn sees(&self, access: &Access, row: &OperationRow, seen: &Seen, scope: &Scope) -> bool {
        let own = matches!((&row.created_by, access.person()),
            (Actor::Person { id, .. }, Some(person)) if *id == person.id);
        own || scope.is_everything() || !seen.is_empty()
    }

    async fn visible(
        &self,
        access: &Access,
        scope: &Scope,
        rows: Vec<OperationRow>,
    ) -> Result<Vec<OperationSummary>, ServiceError> {
        let mut visible = Vec::with_capacity(rows.len());
        for row in rows {
            let seen = self.seen(&row, scope).await?;
            if self.sees(access, &row, &seen, scope) {
                let counts = counts_of(&row, &seen);
                visible.push(summary(row, counts));
            }
        }
        Ok(visible)
    }

    async fn detail(
        &self,
        access: &Access,
        row: Option<OperationRow>,
    ) -> Result<Option<OperationDetail>, ServiceError> {
        let Some(row) = row else { return Ok(None) };
        let scope = access.scope(Action::SeeDevices);
        let seen = self.seen(&row, &scope).await?;
        if !self.sees(access, &row, &seen, &scope) {
            return Ok(None);
        }
        let mut reasons = self.store().operation_reasons(row.id).await?;
        let mut untouched = seen.untouched;
        if scope.is_everything() {
            let begun = |wave: &&muster_storage::WaveRow| wave.state != WaveState::Later;
            let pending: u32 = row
                .waves
                .iter()
                .filter(begun)
                .map(|wave| wave.tally.pending)
                .sum();
            let told = reasons.iter().filter(|reason| waits(reason).is_some());
            untouched = pending.saturating_sub(told.map(|reason| reason.devices).sum());
        } else {
            for reason in &mut reasons {
                reason.devices = seen.reasons.get(&reason.reason).copied().unwrap_or(0);
            }
        }
        reasons.retain(|reason| reason.devices > 0);
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.devices));
        let waves = waves_of(&row.plan)
            .into_iter()
            .zip(&row.waves)
            .zip(&seen.waves);
        let waves = waves.map(|((wave, stored), tally)| WaveStatus {
            wave,
            state: stored.state,
            counts: tally.counts(stored.state, row.state),
            opened_at: stored.opened_at,
            soak_until: stored.soak_until,
        });
        let waves = waves.collect();
        let waiting = waiting(&row, &reasons, untouched);
        let failures = reasons
            .iter()
            .filter(|reason| reason.cause == ReasonCause::Failed);
        let failures = failures.map(|reason| FailureGroup {
            why: reason.text.clone(),
            devices: reason.devices,
            retryable: reason.retryable,
        });
        let failures = failures.collect();
        let counts = counts_of(&row, &seen);
        Ok(Some(OperationDetail {
            summary: summary(row, counts),
            waves,
            waiting,
            failures,
        }))
    }

    fn in_scope(
        &self,
        scope: &Scope,
        rows: Vec<muster_storage::TargetRow>,
    ) -> Vec<muster_storage::TargetRow> {
        let now = self.now();
        let visible = |row: &muster_storage::TargetRow| {
            scope.is_everything() || self.index().in_scope(&row.device, scope, now)
        };
        rows.into_iter().filter(visible).collect()
    }
}

fn nothing<T>() -> Page<T> {
    Page {
        rows: Vec::new(),
        previous: None,
        next: None,
    }
}

fn counts_of(row: &OperationRow, seen: &Seen) -> Counts {
    let mut counts = Counts::default();
    for (wave, tally) in row.waves.iter().zip(&seen.waves) {
        counts += tally.counts(wave.state, row.state);
    }
    counts
}

/// The groups of waiting devices. Of an operation that is over, none waits.
fn waiting(row: &OperationRow, reasons: &[ReasonRow], untouched: u32) -> Vec<WaitingGroup> {
    if row.state.is_over() {
        return Vec::new();
    }
    let groups = reasons.iter().filter_map(|reason| {
        Some(WaitingGroup {
            gate: reason.gate,
            cause: waits(reason)?,
            why: reason.text.clone(),
            devices: reason.devices,
            look: reason.look,
            held_by: reason.held_by,
        })
    });
    let mut groups: Vec<WaitingGroup> = groups.collect();
    if untouched > 0 {
        groups.push(WaitingGroup {
            gate: None,
            cause: WaitCause::Limit,
            why: limit_in_words(row),
            devices: untouched,
            look: None,
            held_by: None,
        });
    }
    groups
}

fn limit_in_words(row: &OperationRow) -> String {
    let limits = row.plan.how.limits;
    match (limits.per_minute, limits.in_flight) {
        (Some(rate), _) => format!("their turn comes, {rate} devices per minute"),
        (None, Some(most)) => format!("their turn comes, {most} devices at the same time"),
        (None, None) => "their turn comes".to_owned(),
    }
}

fn waits(reason: &ReasonRow) -> Option<WaitCause> {
    match reason.cause {
        ReasonCause::Gate => Some(WaitCause::Gate),
        ReasonCause::Offline => Some(WaitCause::Offline),
        ReasonCause::Retry => Some(WaitCause::Retry),
        ReasonCause::HeldBy => Some(WaitCause::HeldBy),
        ReasonCause::Maintenance => Some(WaitCause::Maintenance),
        ReasonCause::Failed | ReasonCause::Skipped => None,
    }
}

/// The stored states that a question means, wave by wave.
fn stored(row: &OperationRow, query: &TargetQuery) -> Vec<(u16, StoredTarget)> {
    const ALL: [StoredTarget; 5] = [
        StoredTarget::Pending,
        StoredTarget::Running,
        StoredTarget::Succeeded,
        StoredTarget::Failed,
        StoredTarget::Skipped,
    ];
    let mut wanted = Vec::new();
    for wave in 0..row.waves.len() as u16 {
        if query.wave.is_some_and(|only| only != wave) {
            continue;
        }
        for state in ALL {
            let shown = shown(row, wave, state);
            if query.states.is_empty() || query.states.contains(&shown) {
                wanted.push((wave, state));
            }
        }
    }
    wanted
}

/// Where a device is, for those who look at the operation.
pub(super) fn shown(row: &OperationRow, wave: u16, state: StoredTarget) -> TargetState {
    match state {
        StoredTarget::Pending => {
            let wave = row.waves.get(usize::from(wave));
            let wave = wave.map_or(WaveState::Later, |wave| wave.state);
            TargetState::of_pending(wave, row.state)
        }
        StoredTarget::Running => TargetState::Running,
        StoredTarget::Succeeded => TargetState::Succeeded,
        StoredTarget::Failed => TargetState::Failed,
        StoredTarget::Skipped => TargetState::Skipped,
    }
}

/// How far rotations are, by device.
type Steps = HashMap<DeviceId, rotation::Step>;

fn target_row(row: &OperationRow, target: muster_storage::TargetRow, steps: &Steps) -> TargetRow {
    TargetRow {
        step: steps.get(&target.device).copied(),
        state: shown(row, target.wave, target.state),
        device: target.device,
        wave: target.wave,
        attempt: target.attempt,
        why: target.why,
        gate: target.gate,
        look: target.due_at,
        began_at: target.began_at,
        ended_at: target.ended_at,
        status: target.status,
        result: target.result,
    }
}
