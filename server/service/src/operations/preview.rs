//! What an operation would do, without doing anything.

use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{
    Allotment, Forecast, OperationState, Plan, Target, Task, WaveSize, collides, place_of,
};
use muster_core::policy::Action;
use muster_query::{Condition, Scope};

use super::author::{Selection, action_of, read};
use super::tasks;
use crate::access::kinds::RunOperations;
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Devices that are named as examples.
pub const MAX_SAMPLE: usize = 10;

/// Devices that are looked at together.
const BATCH: usize = 5_000;

/// What an operation would do.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Preview {
    /// How many devices it would be for.
    pub targets: u32,
    /// Some of them, at most [`MAX_SAMPLE`].
    pub sample: Vec<DeviceId>,
    /// Devices that are meant and left out.
    pub excluded: Vec<Exclusion>,
    /// Other operations that may not be at the same devices at the same time.
    pub conflicts: Vec<Conflict>,
    /// Devices per wave.
    pub waves: Vec<u32>,
    /// When it would be through if everything succeeds; `None` without targets.
    pub forecast: Option<Forecast>,
    /// Why a second person is needed, when one is.
    pub approval: Option<String>,
    /// What else there is to know.
    pub warnings: Vec<String>,
}

/// Devices that are left out.
#[derive(Clone, PartialEq, Debug)]
pub struct Exclusion {
    /// Why.
    pub why: String,
    /// How many.
    pub devices: u32,
    /// Some of them, at most [`MAX_SAMPLE`].
    pub sample: Vec<DeviceId>,
}

/// An operation that this one would wait for.
#[derive(Clone, PartialEq, Debug)]
pub struct Conflict {
    /// Which.
    pub operation: OperationId,
    /// What people call it.
    pub title: String,
    /// How many of its devices that the viewer sees it has not finished.
    pub devices: u32,
}

impl Hub {
    /// What an operation would do now. Changes nothing.
    pub async fn preview_operation(
        &self,
        permit: &Permit<RunOperations>,
        plan: &Plan,
    ) -> Result<Preview, ServiceError> {
        let access = permit.access();
        let selection = self.check_plan(access, plan).await?;
        let targets = self.selected_count(&selection).await?;
        let mut preview = Preview {
            targets: number(targets),
            sample: self.selected(&selection, None, MAX_SAMPLE).await?,
            excluded: self.exclusions(access, plan, &selection, targets).await?,
            conflicts: self.conflicts(access, plan).await?,
            waves: self.wave_sizes(plan, &selection, targets).await?,
            approval: self.approval_in_words(access, plan, targets).await?,
            ..Preview::default()
        };
        if preview.targets > 0 {
            preview.forecast =
                Some(self.forecast(plan, &selection, preview.targets, &preview.waves));
        }
        self.warn(&mut preview, plan, &selection).await?;
        Ok(preview)
    }

    async fn approval_in_words(
        &self,
        access: &Access,
        plan: &Plan,
        targets: usize,
    ) -> Result<Option<String>, ServiceError> {
        let reasons = self.why_approval(access, &plan.task, targets).await?;
        let words: Vec<String> = reasons.iter().map(ToString::to_string).collect();
        Ok((!words.is_empty()).then(|| words.join("; ")))
    }

    async fn exclusions(
        &self,
        access: &Access,
        plan: &Plan,
        selection: &Selection,
        targets: usize,
    ) -> Result<Vec<Exclusion>, ServiceError> {
        let mut excluded = Vec::new();
        let see = access.scope(Action::SeeDevices);
        let visible = self.selected_count(&selection.within(see.clone())).await?;
        if visible > targets {
            let may = access.scope(action_of(&plan.task));
            let all = self
                .selected(&selection.within(see.clone()), None, BATCH)
                .await?;
            let now = self.now();
            let outside = all
                .into_iter()
                .filter(|id| !self.index().in_scope(id, &may, now));
            excluded.push(Exclusion {
                why: "outside your rights".to_owned(),
                devices: number(visible - targets),
                sample: outside.take(MAX_SAMPLE).collect(),
            });
        }
        match &plan.target {
            Target::Query { text } if !matches!(plan.task, Task::Delete) => {
                let retired = read(text)?.and(read("stage = 'retired'")?);
                let devices = self.matching_count(&retired, &see).await?;
                if devices > 0 {
                    excluded.push(Exclusion {
                        why: "retired".to_owned(),
                        devices: number(devices),
                        sample: self.matching(&retired, &see, None, MAX_SAMPLE).await?,
                    });
                }
            }
            Target::Query { .. } => {}
            Target::Devices { ids } => {
                let everyone = selection.within(see.clone());
                let known = self.selected(&everyone, None, ids.len()).await?;
                let unknown = ids.iter().filter(|id| known.binary_search(id).is_err());
                let unknown: Vec<DeviceId> = unknown.cloned().collect();
                if !unknown.is_empty() {
                    excluded.push(Exclusion {
                        why: "retired, or not there for you".to_owned(),
                        devices: number(unknown.len()),
                        sample: unknown.into_iter().take(MAX_SAMPLE).collect(),
                    });
                }
            }
        }
        Ok(excluded)
    }

    /// Open operations whose task collides, with the devices they have in sight of the viewer and not finished.
    async fn conflicts(&self, access: &Access, plan: &Plan) -> Result<Vec<Conflict>, ServiceError> {
        let mut conflicts = Vec::new();
        let scope = access.scope(Action::SeeDevices);
        for row in self.store().open_operations().await? {
            let started = matches!(row.state, OperationState::Running | OperationState::Paused);
            if !started || !collides(&plan.task, &row.plan.task) {
                continue;
            }
            let seen = self.seen(&row, &scope).await?;
            let open: u32 = seen
                .waves
                .iter()
                .map(|wave| wave.pending + wave.running)
                .sum();
            if open > 0 {
                conflicts.push(Conflict {
                    operation: row.id,
                    title: row.plan.title,
                    devices: open,
                });
            }
        }
        Ok(conflicts)
    }

    async fn wave_sizes(
        &self,
        plan: &Plan,
        selection: &Selection,
        targets: usize,
    ) -> Result<Vec<u32>, ServiceError> {
        let waves = &plan.how.waves;
        let by_query = |size: &WaveSize| matches!(size, WaveSize::Query { .. });
        let devices = if waves.iter().any(|wave| by_query(&wave.size)) {
            self.places(OperationId(0), plan, selection).await?
        } else {
            // How many go where does not depend on which they are.
            (0..targets as u64).map(|place| (place, 0)).collect()
        };
        Ok(Allotment::new(waves, devices.clone()).sizes(waves, &devices))
    }

    /// The places of all targets, with the waves whose condition each meets.
    pub(super) async fn places(
        &self,
        id: OperationId,
        plan: &Plan,
        selection: &Selection,
    ) -> Result<Vec<(u64, u32)>, ServiceError> {
        let meets = self.wave_conditions(plan).await?;
        let mut places = Vec::new();
        let mut after: Option<DeviceId> = None;
        loop {
            let from = after.as_ref().map(DeviceId::as_str);
            let ids = self.selected(selection, from, BATCH).await?;
            let Some(last) = ids.last() else {
                return Ok(places);
            };
            let place = |device| (place_of(id, device), self.meets(&meets, device));
            places.extend(ids.iter().map(place));
            after = Some(last.clone());
        }
    }

    /// The conditions of waves that take by condition, with columns for what they look at.
    pub(super) async fn wave_conditions(
        &self,
        plan: &Plan,
    ) -> Result<Vec<(usize, Condition)>, ServiceError> {
        let mut conditions = Vec::new();
        for (index, wave) in plan.how.waves.iter().enumerate() {
            if let WaveSize::Query { text } = &wave.size {
                let condition = read(text)?;
                self.make_columns(&condition.paths()).await?;
                let strange = condition
                    .paths()
                    .into_iter()
                    .find(|path| !self.index().holds(path));
                if let Some(path) = strange {
                    return Err(ServiceError::Invalid(format!(
                        "a wave cannot look at {path}; use tags, properties or a name of the device itself"
                    )));
                }
                conditions.push((index, condition));
            }
        }
        Ok(conditions)
    }

    /// The waves whose condition a device meets, as bits.
    pub(super) fn meets(&self, conditions: &[(usize, Condition)], device: &DeviceId) -> u32 {
        let now = self.now();
        conditions.iter().fold(0, |bits, (index, condition)| {
            bits | u32::from(self.index().matches(device, condition, now)) << index
        })
    }

    async fn warn(
        &self,
        preview: &mut Preview,
        plan: &Plan,
        selection: &Selection,
    ) -> Result<(), ServiceError> {
        if preview.targets == 0 {
            preview.warnings.push("no device is meant".to_owned());
            return Ok(());
        }
        let maintenance = read("stage = 'maintenance'")?.and(selection.condition().clone());
        let everyone = Scope::everything();
        if matches!(plan.target, Target::Query { .. }) && tasks::waits_for_maintenance(&plan.task) {
            let held = self.matching_count(&maintenance, &everyone).await?;
            if held > 0 {
                preview.warnings.push(format!(
                    "{held} devices are in maintenance and wait until they leave it"
                ));
            }
        }
        if plan.task == Task::RotateKeys {
            let others = selection.with(read("authenticationType != 'sas'")?);
            let others = self.selected_count(&others).await?;
            if others > 0 {
                preview.warnings.push(format!(
                    "{others} devices prove themselves with a certificate and are left out"
                ));
            }
        }
        Ok(())
    }
}

pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
