//! Configurations that say different things about the same property, and the devices that both cover.

use muster_core::configuration::{Configuration, Overlap, overlaps};
use muster_core::ids::ConfigurationId;
use muster_query::Condition;

use super::figures::conditions;
use crate::access::Permit;
use crate::access::kinds::SeeDevices;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most conflicts that are told: of a hundred configurations, each may contradict each other one.
pub const MAX_CONFLICTS: usize = 200;

/// Two configurations that both decide about some path.
#[derive(Clone, PartialEq, Debug)]
pub struct Conflict {
    /// Which wins where both cover a device.
    pub winner: ConfigurationId,
    /// Which loses there.
    pub loser: ConfigurationId,
    /// What about.
    pub paths: Vec<Overlap>,
    /// How many devices of the person's scope both cover now.
    pub devices: usize,
    /// Which devices these are.
    pub condition: Condition,
}

impl Hub {
    /// The conflicts between configurations of devices, the highest winner first, at most [`MAX_CONFLICTS`]; those that no
    /// device has are among them, because one may come.
    pub async fn configuration_conflicts(
        &self,
        permit: &Permit<SeeDevices>,
    ) -> Result<Vec<Conflict>, ServiceError> {
        let all = self.configurations(permit);
        let mut conflicts = Vec::new();
        for (place, winner) in all.iter().enumerate() {
            for loser in &all[place + 1..] {
                let paths = contested(winner, loser);
                if paths.is_empty() {
                    continue;
                }
                if conflicts.len() == MAX_CONFLICTS {
                    return Ok(conflicts);
                }
                let condition =
                    conditions::targeted(&winner.id).and(conditions::targeted(&loser.id));
                conflicts.push(Conflict {
                    winner: winner.id.clone(),
                    loser: loser.id.clone(),
                    paths,
                    devices: self.query_count(permit.access(), &condition).await?,
                    condition,
                });
            }
        }
        Ok(conflicts)
    }
}

fn contested(winner: &Configuration, loser: &Configuration) -> Vec<Overlap> {
    let of_devices = |one: &Configuration| one.draft.content.of_devices().cloned();
    match (of_devices(loser), of_devices(winner)) {
        (Some(lower), Some(higher)) => overlaps(&lower, &higher),
        _ => Vec::new(),
    }
}
