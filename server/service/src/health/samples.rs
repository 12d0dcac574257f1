//! The fleet over a year: a sample every five minutes for each scope in use, and of long past hours the worst moment.
//!
//! People see the samples of exactly their scope, counted as they would count themselves. A scope that is new has no
//! samples yet: what was not sampled is a gap, never a guess.

use std::collections::BTreeSet;
use std::time::Duration;

use muster_core::contact::Contact;
use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_index::Scalar;
use muster_query::{Condition, Scope};
use muster_storage::FleetSample;

use super::{firmware, in_service};
use crate::access::kinds::ManageHub;
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::presence::{MAX_SCOPES, scope_name, scopes_in_use};

/// Time between two samples, in milliseconds; a divisor of an hour.
const EVERY_MS: i64 = 5 * 60_000;

const HOUR_MS: i64 = 3_600_000;

/// How long every sample is kept; afterwards one of each hour.
const KEEP_ALL_MS: i64 = 8 * 24 * HOUR_MS;

/// How long samples are kept: a year.
const KEEP_MS: i64 = 366 * 24 * HOUR_MS;

/// Versions of firmware in a sample; the most used.
const VERSIONS: usize = 8;

impl Hub {
    /// The samples of the person's scope of `from` to before `to`, oldest first: one per five minutes of the last eight
    /// days, one per hour of the year before.
    pub async fn fleet_history(
        &self,
        access: &Access,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<FleetSample>, ServiceError> {
        let name = scope_name(&access.scope(Action::SeeDevices));
        Ok(self.store().fleet_samples(&name, from, to).await?)
    }

    /// Adds samples of the time before this hub; those that are there stay.
    pub async fn add_fleet_history(
        &self,
        _permit: &Permit<ManageHub>,
        samples: Vec<FleetSample>,
    ) -> Result<(), ServiceError> {
        Ok(self.store().add_fleet_samples(samples).await?)
    }
}

/// Samples until the hub stops.
pub(crate) async fn run(hub: Hub) {
    let mut thinned = Timestamp::from_millis(0);
    loop {
        let now = hub.now();
        // On the round five minutes, so that restarts leave no more samples than time does.
        let wait = EVERY_MS - now.millis().rem_euclid(EVERY_MS);
        let wait = Duration::from_millis(wait.unsigned_abs());
        tokio::select! {
            () = hub.stopping().cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        let worked = async {
            sample(&hub).await?;
            let upto = whole_hour(hub.now().plus_ms(-KEEP_ALL_MS));
            if upto > thinned {
                let older = hub.now().plus_ms(-KEEP_MS);
                hub.store().tidy_fleet_samples(thinned, upto, older).await?;
                thinned = upto;
            }
            Ok::<(), ServiceError>(())
        };
        if let Err(error) = worked.await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not sample the fleet"
            );
        }
    }
}

fn whole_hour(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis() - at.millis().rem_euclid(HOUR_MS))
}

async fn sample(hub: &Hub) -> Result<(), ServiceError> {
    hub.make_columns(&[firmware()]).await?;
    let now = hub.now();
    let at = Timestamp::from_millis(now.millis() - now.millis().rem_euclid(EVERY_MS));
    let mut done = BTreeSet::new();
    let mut samples = Vec::new();
    for scope in scopes_in_use(hub).await? {
        let name = scope_name(&scope);
        if samples.len() >= MAX_SCOPES || !done.insert(name.clone()) {
            continue;
        }
        let hub = hub.clone();
        let counting = tokio::task::spawn_blocking(move || counted(&hub, &scope, name, at)).await;
        samples.push(counting.map_err(|_| ServiceError::Busy("counts"))?);
    }
    Ok(hub.store().add_fleet_samples(samples).await?)
}

fn counted(hub: &Hub, scope: &Scope, name: String, at: Timestamp) -> FleetSample {
    let (index, now) = (hub.index(), hub.now());
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let census = index.census(&Condition::all(), scope, now);
    let versions = index.group(&in_service(), &firmware(), scope, now, VERSIONS);
    let firmware = versions.into_iter().filter_map(|(value, devices)| {
        let version = match value? {
            Scalar::Bool(value) => value.to_string(),
            Scalar::Number(value) => value.to_string(),
            Scalar::String(text) => text,
        };
        Some((version, number(devices)))
    });
    FleetSample {
        scope: name,
        at,
        connected: number(census.connected),
        drift: number(census.drift),
        contact: Contact::ALL.map(|contact| number(census.contact(contact))),
        firmware: firmware.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolled_up_hours_are_whole() {
        const { assert!(HOUR_MS % EVERY_MS == 0 && KEEP_ALL_MS % HOUR_MS == 0) };
        let check = |ms, want| assert_eq!(whole_hour(Timestamp::from_millis(ms)).millis(), want);
        check(HOUR_MS, HOUR_MS);
        check(2 * HOUR_MS - 1, HOUR_MS);
        check(-1, -HOUR_MS);
    }
}
