//! What a configuration would do, before it is kept.

use muster_core::configuration::{Claim, Draft, plan};
use muster_core::ids::{ConfigurationId, DeviceId};
use muster_core::policy::Action;
use muster_core::twin::Object;
use serde_json::Value;

use super::{Target, check};
use crate::access::Permit;
use crate::access::kinds::SeeDevices;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most devices whose twins are looked at; of more it is said how many were.
pub const MAX_LOOKED_AT: usize = 5_000;

/// Most devices that are shown with what would change.
pub const MAX_SAMPLE: usize = 5;

/// Twins that are read at once.
const BATCH: usize = 500;

/// What would happen to the devices of the person's scope.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Preview {
    /// Devices that it would cover.
    pub matching: usize,
    /// Those whose twins were looked at, the first by id; at most [`MAX_LOOKED_AT`]. The figures below are of these.
    pub looked_at: usize,
    /// Devices whose desired properties would change.
    pub changing: usize,
    /// Devices on which it would win nothing.
    pub losing: usize,
    /// Some of those that would change; at most [`MAX_SAMPLE`].
    pub sample: Vec<Sample>,
}

/// A device that would change.
#[derive(Clone, PartialEq, Debug)]
pub struct Sample {
    /// Which.
    pub device: DeviceId,
    /// The merge patch of its desired properties.
    pub patch: Value,
}

impl Hub {
    /// Works out what a configuration would do: a new one, or one that takes the place of `id`.
    pub async fn preview_configuration(
        &self,
        permit: &Permit<SeeDevices>,
        id: Option<&ConfigurationId>,
        draft: &Draft,
    ) -> Result<Preview, ServiceError> {
        check::draft(draft)?;
        let (Target::Devices(condition), Some(assignments)) = (
            Target::read(&draft.content, &draft.target)?,
            draft.content.of_devices(),
        ) else {
            return Ok(Preview::default());
        };
        let access = permit.access();
        let mut preview = Preview {
            matching: self.query_count(access, &condition).await?,
            ..Preview::default()
        };
        let known = self.engine().known();
        let before = known.all.iter().find(|one| Some(&one.id) == id);
        // A new one is made later than all others.
        let number = before.map_or(i64::MAX, |one| one.number);
        let ours = Claim {
            rank: (draft.priority, number),
            assignments,
        };
        let others: Vec<_> = known.of_devices().filter(|(of, _)| *of != number).collect();
        let scope = access.scope(Action::SeeDevices);
        let narrowed = condition.narrowed(|path| self.index().holds(path));
        let mut last: Option<String> = None;
        while preview.looked_at < MAX_LOOKED_AT {
            let now = self.now();
            let ids = self
                .index()
                .next_ids(last.as_deref(), &narrowed, &scope, now, BATCH);
            let Some(next) = ids.last() else { break };
            last = Some(next.to_string());
            let kept = self.covering(&[(0, &condition)], &ids).await?;
            let ids = ids.into_iter().zip(kept).filter(|(_, by)| !by.is_empty());
            let ids: Vec<DeviceId> = ids.map(|(id, _)| id).collect();
            let covering = self.covering(&others, &ids).await?;
            let mut rows = self.store().find_twins(&ids).await?;
            rows.sort_unstable_by(|a, b| a.device.id.cmp(&b.device.id));
            for row in rows {
                let place = ids.iter().position(|id| *id == row.device.id);
                let by = place.map_or(&[][..], |place| covering[place].as_slice());
                let claims = known.all.iter().filter(|one| by.contains(&one.number));
                let mut claims: Vec<Claim<'_>> = claims
                    .filter_map(|one| {
                        Some(Claim {
                            rank: one.rank(),
                            assignments: one.draft.content.of_devices()?,
                        })
                    })
                    .collect();
                claims.push(ours);
                let plan = plan(&claims, &row.twin.desired.value);
                preview.looked_at += 1;
                preview.losing += usize::from(!plan.winners.contains(&ours.rank));
                let patch = plan.writes.into_iter().map(|(_, patch)| patch);
                let patch = patch.reduce(joined);
                preview.changing += usize::from(patch.is_some());
                if let Some(patch) = patch.filter(|_| preview.sample.len() < MAX_SAMPLE) {
                    preview.sample.push(Sample {
                        device: row.device.id,
                        patch: patch.into(),
                    });
                }
            }
        }
        Ok(preview)
    }
}

/// Two patches that name no property both, as one.
fn joined(mut one: Object, other: Object) -> Object {
    for (key, value) in other {
        match (one.get_mut(&key), value) {
            (Some(Value::Object(inner)), Value::Object(more)) => {
                *inner = joined(std::mem::take(inner), more);
            }
            (_, value) => _ = one.insert(key, value),
        }
    }
    one
}
