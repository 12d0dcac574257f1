//! Targets to which nothing happens, though they are meant: they are as asked already, or cannot be made so.

use std::collections::BTreeMap;

use muster_core::cursor::MAX_PAGE;
use muster_core::device::Status;
use muster_core::firmware::{Artifact, ArtifactId};
use muster_core::ids::DeviceId;
use muster_core::lifecycle::Stage;
use muster_core::operation::{Offline, Plan, Task, would_change};
use muster_core::twin::{Object, Twin};
use muster_storage::TwinRow;
use serde_json::Value;

use super::{Exclusion, MAX_SAMPLE, Selection, number};
use crate::error::ServiceError;
use crate::firmware::{DeviceFirmware, FirmwareError};
use crate::hub::Hub;
use crate::operations::author::read;
use crate::operations::tasks;

/// Twins that are looked at: what a device has and runs stands there only.
pub(super) const MAX_LOOKED_AT: usize = 10_000;

/// Reasons that are told apart; devices with others are counted together.
const MAX_REASONS: usize = 20;

/// Why nothing happens to devices that have what they should have, in the words of the operation itself.
const AS_ASKED: &str = "it is so already";

/// Reasons with the devices they are of.
#[derive(Debug, Default)]
struct Groups(BTreeMap<String, (usize, Vec<DeviceId>)>);

impl Groups {
    fn add(&mut self, why: String, device: &DeviceId) {
        let why = match self.0.len() >= MAX_REASONS && !self.0.contains_key(&why) {
            true => "for other reasons".to_owned(),
            false => why,
        };
        let (devices, sample) = self.0.entry(why).or_default();
        *devices += 1;
        if sample.len() < MAX_SAMPLE {
            sample.push(device.clone());
        }
    }

    fn exclusions(self) -> Vec<Exclusion> {
        let groups = self.0.into_iter();
        let mut groups: Vec<Exclusion> = groups
            .map(|(why, (devices, sample))| among(why, devices, sample))
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.devices));
        groups
    }
}

fn among(why: String, devices: usize, sample: Vec<DeviceId>) -> Exclusion {
    Exclusion {
        why,
        devices: number(devices),
        sample,
        among_targets: true,
    }
}

impl Hub {
    /// The targets that are left as they are, by reason; and whether there were too many to look at each.
    pub(super) async fn left_alone(
        &self,
        plan: &Plan,
        selection: &Selection,
        targets: usize,
    ) -> Result<(Vec<Exclusion>, bool), ServiceError> {
        let mut alone = Vec::new();
        for (condition, why) in told_by_the_index(plan) {
            let narrowed = selection.with(read(&condition)?);
            let devices = self.selected_count(&narrowed).await?;
            if devices > 0 {
                let sample = self.selected(&narrowed, None, MAX_SAMPLE).await?;
                alone.push(among(why, devices, sample));
            }
        }
        let judge = match &plan.task {
            Task::UpdateTwin { tags, desired } => Judge::Patch {
                tags: tags.as_ref(),
                desired: desired.as_ref(),
            },
            Task::InstallFirmware { artifact, .. } => {
                let id = ArtifactId::new(artifact).map_err(FirmwareError::from)?;
                let artifacts = self.store().artifacts().await?;
                Judge::Firmware { id, artifacts }
            }
            _ => return Ok((alone, false)),
        };
        let mut groups = Groups::default();
        let (mut looked, mut after) = (0, None::<DeviceId>);
        while looked < MAX_LOOKED_AT {
            let from = after.as_ref().map(DeviceId::as_str);
            let ids = self.selected(selection, from, MAX_PAGE).await?;
            let Some(last) = ids.last() else { break };
            looked += ids.len();
            after = Some(last.clone());
            for row in self.store().find_twins(&ids).await? {
                if let Some(why) = judge.why_alone(&row) {
                    groups.add(why, &row.device.id);
                }
            }
        }
        alone.extend(groups.exclusions());
        Ok((alone, looked < targets))
    }
}

/// Conditions of devices to which nothing happens, with why: what the index knows of all devices.
fn told_by_the_index(plan: &Plan) -> Vec<(String, String)> {
    let mut told = Vec::new();
    match &plan.task {
        Task::SetEnabled { enabled, .. } => {
            let status = if *enabled {
                Status::Enabled
            } else {
                Status::Disabled
            };
            let condition = format!("status = '{}'", status.as_str());
            told.push((condition, AS_ASKED.to_owned()));
        }
        Task::ChangeStage { step, .. } => {
            for stage in Stage::ALL {
                if let Err(not_allowed) = stage.after(*step) {
                    let condition = format!("stage = '{}'", stage.as_str());
                    told.push((condition, not_allowed.to_string()));
                }
            }
        }
        task if tasks::needs_connection(task) => {
            let so = match plan.how.offline {
                Offline::Fail => "disabled: they cannot connect, and fail",
                _ => "disabled: they cannot connect, and wait until they may",
            };
            told.push(("status = 'disabled'".to_owned(), so.to_owned()));
        }
        _ => {}
    }
    told
}

/// What twins are judged by.
enum Judge<'a> {
    Patch {
        tags: Option<&'a Value>,
        desired: Option<&'a Value>,
    },
    Firmware {
        id: ArtifactId,
        artifacts: Vec<Artifact>,
    },
}

impl Judge<'_> {
    /// Why nothing becomes of the device; `None` when something does.
    fn why_alone(&self, row: &TwinRow) -> Option<String> {
        match self {
            Self::Patch { tags, desired } => {
                is_as_asked(&row.twin, *tags, *desired).then(|| AS_ASKED.to_owned())
            }
            Self::Firmware { id, artifacts } => {
                let target = artifacts.iter().find(|one| one.id == *id)?;
                match DeviceFirmware::of(row).next(target, artifacts) {
                    Ok(None) => Some(AS_ASKED.to_owned()),
                    Ok(Some(_)) => None,
                    Err(no_path) => Some(format!("not installable: {no_path}")),
                }
            }
        }
    }
}

fn is_as_asked(twin: &Twin, tags: Option<&Value>, desired: Option<&Value>) -> bool {
    let same =
        |now: &Object, patch: Option<&Value>| patch.is_none_or(|patch| !would_change(now, patch));
    same(&twin.tags, tags) && same(&twin.desired.value, desired)
}
