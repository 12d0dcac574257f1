//! The configurations of one device, and applying a content to it once.

use std::collections::HashMap;

use muster_core::configuration::{Claim, Configuration, Content, overlaps, plan};
use muster_core::device::IfMatch;
use muster_core::ids::{ConfigurationId, DeviceId, Identity};
use muster_core::twin::{Mode, Object, ServiceWrite};
use muster_storage::{Standing, TwinOutcome};

use crate::access::DevicePermit;
use crate::access::kinds::{ProvisionDevices, SeeDevices};
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::query::document;

/// How often somebody else may write the twin between reading and writing it.
const MAX_ATTEMPTS: usize = 10;

/// A configuration on a device.
#[derive(Clone, PartialEq, Debug)]
pub struct OnDevice {
    /// What it is.
    pub configuration: Configuration,
    /// How it stands.
    pub standing: Standing,
    /// What it lost to others.
    pub lost: Vec<Lost>,
}

/// A path that a higher configuration decides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lost {
    /// The path, as content writes it.
    pub path: String,
    /// Who won it.
    pub to: ConfigurationId,
}

impl Hub {
    /// The configurations that cover a device, the highest priority first.
    pub async fn configurations_of(
        &self,
        permit: &DevicePermit<SeeDevices>,
    ) -> Result<Vec<OnDevice>, ServiceError> {
        let id = permit.device();
        let known = self.engine().known();
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let mut standings = self.store().standings(std::slice::from_ref(id)).await?;
        let standings = standings.remove(id).unwrap_or_default().into_iter();
        let mut all: Vec<OnDevice> = standings
            .filter_map(|standing| {
                let found = known.all.iter().find(|one| one.number == standing.number);
                Some(OnDevice {
                    configuration: found?.clone(),
                    standing,
                    lost: Vec::new(),
                })
            })
            .collect();
        all.sort_by_key(|one| std::cmp::Reverse(one.configuration.rank()));
        for place in 1..all.len() {
            let (higher, rest) = all.split_at_mut(place);
            rest[0].lost = lost(&rest[0].configuration, higher);
        }
        Ok(all)
    }

    /// The `configurations` members of documents of devices; those that nothing covers are left out.
    pub(crate) async fn configurations_by_device(
        &self,
        ids: &[DeviceId],
    ) -> Result<HashMap<DeviceId, Object>, ServiceError> {
        if self.engine().known().is_empty() {
            return Ok(HashMap::new());
        }
        let standings = self.store().standings(ids).await?.into_iter();
        Ok(standings
            .map(|(id, all)| (id, document::configurations(&all)))
            .collect())
    }

    /// The same of modules, of one device or all.
    pub(crate) async fn configurations_by_module(
        &self,
        device: Option<&DeviceId>,
    ) -> Result<HashMap<Identity, Object>, ServiceError> {
        let mut found: HashMap<Identity, Object> = HashMap::new();
        if self.engine().known().is_empty() {
            return Ok(found);
        }
        for one in self.store().module_standings(device).await? {
            let id = Identity {
                device: one.device,
                module: Some(one.module),
            };
            let more = document::configurations(&[one.standing]);
            found.entry(id).or_default().extend(more);
        }
        Ok(found)
    }

    /// Writes a content into a device's desired properties, once. What is at each path is replaced.
    pub async fn apply_content(
        &self,
        permit: &DevicePermit<ProvisionDevices>,
        content: &Content,
    ) -> Result<(), ServiceError> {
        let Some(assignments) = content.of_devices() else {
            return Err(ServiceError::Invalid(
                "this hub has no edge devices: content for their modules cannot be applied".into(),
            ));
        };
        let claim = Claim {
            rank: (0, 0),
            assignments,
        };
        let id = permit.device();
        for _ in 0..MAX_ATTEMPTS {
            let row = self.store().find_twin(id).await?;
            let twin = row.ok_or(ServiceError::NotFound)?.twin;
            let plan = plan(&[claim], &twin.desired.value);
            let Some((_, patch)) = plan.writes.into_iter().next() else {
                return Ok(());
            };
            let write = ServiceWrite {
                mode: Mode::Merge,
                tags: None,
                desired: Some(patch.into()),
            };
            let unchanged = Some(IfMatch::exactly(twin.etag));
            let (actor, now) = (permit.access().actor(), self.now());
            let outcome = self
                .store()
                .write_twin(id.clone(), write, unchanged, actor, now);
            match outcome.await? {
                TwinOutcome::Done { .. } => return Ok(()),
                TwinOutcome::NotFound => return Err(ServiceError::NotFound),
                TwinOutcome::Refused(error) => return Err(error.into()),
                TwinOutcome::Conflict { .. } => {}
            }
        }
        Err(ServiceError::Busy("writers of this twin"))
    }
}

/// What a configuration loses to higher ones, to the highest each.
fn lost(configuration: &Configuration, higher: &[OnDevice]) -> Vec<Lost> {
    let Some(ours) = configuration.draft.content.of_devices() else {
        return Vec::new();
    };
    let mut lost: Vec<Lost> = Vec::new();
    for other in higher {
        let Some(theirs) = other.configuration.draft.content.of_devices() else {
            continue;
        };
        for overlap in overlaps(ours, theirs) {
            if !lost.iter().any(|known| known.path == overlap.path) {
                lost.push(Lost {
                    path: overlap.path,
                    to: other.configuration.id.clone(),
                });
            }
        }
    }
    lost
}
