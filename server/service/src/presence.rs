//! Presence over time: a sample of the census once in a while, for each scope in use.
//!
//! A chart of a scope that is new begins when the scope was first used: what was not sampled is a gap, never a guess.

use std::collections::BTreeSet;
use std::time::Duration;

use muster_core::contact::Contact;
use muster_core::policy::{Action, allows};
use muster_core::time::Timestamp;
use muster_query::{Condition, Scope};
use muster_storage::PresenceSample;

use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Time between two samples.
pub const SAMPLE_EVERY: Duration = Duration::from_secs(30);

/// Most different scopes that are sampled; further ones have no history.
pub(crate) const MAX_SCOPES: usize = 200;

impl Hub {
    /// The samples of the person's scope in a range, oldest first.
    pub async fn presence_history(
        &self,
        access: &Access,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<PresenceSample>, ServiceError> {
        let name = scope_name(&access.scope(Action::SeeDevices));
        Ok(self.store().presence_samples(&name, from, to).await?)
    }
}

/// Samples until the hub stops.
pub(crate) async fn sample(hub: Hub) {
    let mut tick = tokio::time::interval(SAMPLE_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            () = hub.stopping().cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = sample_once(&hub).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not sample the presence of the fleet"
            );
        }
    }
}

async fn sample_once(hub: &Hub) -> Result<(), ServiceError> {
    let now = hub.now();
    let mut done = BTreeSet::new();
    let mut samples = Vec::new();
    for scope in scopes_in_use(hub).await? {
        let name = scope_name(&scope);
        if samples.len() >= MAX_SCOPES || !done.insert(name.clone()) {
            continue;
        }
        let census = hub.index().census(&Condition::all(), &scope, now);
        let count = |contact| u32::try_from(census.contact(contact)).unwrap_or(u32::MAX);
        samples.push(PresenceSample {
            scope: name,
            at: now,
            connected: u32::try_from(census.connected).unwrap_or(u32::MAX),
            reporting: count(Contact::Reporting),
            asleep: count(Contact::Asleep),
            overdue: count(Contact::Overdue),
            silent: count(Contact::Silent),
            never_seen: count(Contact::NeverSeen),
        });
        tokio::task::yield_now().await;
    }
    Ok(hub.store().add_presence_samples(samples).await?)
}

/// The whole fleet, and what each active person sees.
pub(crate) async fn scopes_in_use(hub: &Hub) -> Result<Vec<Scope>, ServiceError> {
    let mut scopes = vec![Scope::everything()];
    for person in hub.store().people().await? {
        if person.active
            && person
                .roles
                .iter()
                .any(|g| allows(g.role, Action::SeeDevices))
        {
            scopes.push(Access::of(person, None).scope(Action::SeeDevices));
        }
    }
    Ok(scopes)
}

/// The name a scope is stored under: empty for the whole fleet, else its conditions in canonical text and order.
pub(crate) fn scope_name(scope: &Scope) -> String {
    if scope.is_everything() {
        return String::new();
    }
    let mut parts: Vec<String> = scope
        .conditions()
        .iter()
        .map(|c| format!("({c})"))
        .collect();
    parts.sort();
    parts.join(" OR ")
}
