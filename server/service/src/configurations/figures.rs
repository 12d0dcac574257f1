//! How many devices a configuration covers, and its metrics.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use muster_core::configuration::{Configuration, Status};
use muster_core::cursor::MAX_PAGE;
use muster_core::ids::ConfigurationId;
use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_query::query::Source;
use muster_query::{Condition, Query};

use super::check::metric;
use crate::access::Permit;
use crate::access::kinds::SeeDevices;
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::presence::scope_name;
use crate::query::QueryPageRequest;

/// How long the results of metrics are kept, in milliseconds: pages that many look at ask once.
pub const METRICS_KEPT_MS: i64 = 10_000;

/// Most results that are kept.
const MAX_KEPT: usize = 1_000;

/// Most pages of rows that a metric counts one by one: what it groups, or modules.
const MAX_PAGES: usize = 100;

/// How many devices (or modules) of the person's scope a configuration covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// All that it covers.
    pub targeted: usize,
    /// Those where it wins and was written.
    pub applied: usize,
    /// Those of them whose reported properties differ from desired ones; of modules this is not known.
    pub drifted: usize,
}

/// The result of a metric: how many rows, or why that is not known.
pub type MetricResult = Result<usize, String>;

/// The results of a configuration's own metrics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Metrics {
    /// By name.
    pub results: BTreeMap<String, MetricResult>,
    /// When they were counted.
    pub as_of: Timestamp,
}

/// Results for a while: by configuration, its version, and the scope they were counted in.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<HashMap<(i64, u64, String), Metrics>>);

impl Hub {
    /// How many devices of the person's scope it covers, exactly now.
    pub async fn configuration_counts(
        &self,
        permit: &Permit<SeeDevices>,
        configuration: &Configuration,
    ) -> Result<Counts, ServiceError> {
        let access = permit.access();
        if configuration.draft.content.of_modules().is_some() {
            let scope = access.scope(Action::SeeDevices);
            let all = self.store().module_standings(None).await?;
            let seen = all.iter().filter(|one| {
                let ours = one.standing.number == configuration.number;
                ours && self.index().in_scope(&one.device, &scope, self.now())
            });
            let mut counts = Counts::default();
            for one in seen {
                counts.targeted += 1;
                counts.applied += usize::from(one.standing.status == Status::Applied);
            }
            return Ok(counts);
        }
        let count = async |condition: Condition| self.query_count(access, &condition).await;
        Ok(Counts {
            targeted: count(conditions::targeted(&configuration.id)).await?,
            applied: count(conditions::applied(&configuration.id)).await?,
            drifted: count(conditions::drifted(&configuration.id)).await?,
        })
    }

    /// Its own metrics over the devices of the person's scope, at most [`METRICS_KEPT_MS`] old.
    pub async fn configuration_metrics(
        &self,
        permit: &Permit<SeeDevices>,
        configuration: &Configuration,
    ) -> Result<Metrics, ServiceError> {
        let scope = scope_name(&permit.access().scope(Action::SeeDevices));
        let key = (configuration.number, configuration.etag.0, scope);
        let now = self.now();
        if let Some(kept) = self.engine().kept().find(&key, now) {
            return Ok(kept);
        }
        let mut results = BTreeMap::new();
        for (name, text) in &configuration.draft.metrics {
            let result = match metric(text) {
                Ok(query) => self.rows(permit, &query).await,
                Err(problem) => Err(ServiceError::Invalid(problem)),
            };
            let result = match result {
                Err(ServiceError::Invalid(problem)) => Err(problem),
                other => Ok(other?),
            };
            results.insert(name.clone(), result);
        }
        let metrics = Metrics {
            results,
            as_of: now,
        };
        self.engine().kept().keep(key, metrics.clone());
        Ok(metrics)
    }

    /// How many rows a query has.
    async fn rows(
        &self,
        permit: &Permit<SeeDevices>,
        query: &Query,
    ) -> Result<usize, ServiceError> {
        let plain = query.source == Source::Devices && !query.is_grouped() && !query.distinct;
        if plain {
            let count = self.query_count(permit.access(), &query.condition).await?;
            return Ok(query.top.map_or(count, |top| count.min(top)));
        }
        let (mut count, mut continuation) = (0, None);
        for _ in 0..MAX_PAGES {
            let page = QueryPageRequest {
                limit: MAX_PAGE,
                continuation,
            };
            let answer = self.query(permit, query, page).await?;
            count += answer.rows.len();
            continuation = answer.continuation;
            if continuation.is_none() {
                return Ok(count);
            }
        }
        let most = MAX_PAGES * MAX_PAGE;
        Err(ServiceError::Invalid(format!(
            "it has more than {most} rows"
        )))
    }
}

/// Conditions that lead to the devices behind the counts.
pub mod conditions {
    use super::{Condition, ConfigurationId};

    /// All devices that a configuration covers.
    pub fn targeted(id: &ConfigurationId) -> Condition {
        read(format!("IS_DEFINED({})", status(id)))
    }

    /// Those where it was written.
    pub fn applied(id: &ConfigurationId) -> Condition {
        read(format!("{} = 'Applied'", status(id)))
    }

    /// Those of them that drift.
    pub fn drifted(id: &ConfigurationId) -> Condition {
        read(format!("{} = 'Applied' AND drift = true", status(id)))
    }

    fn status(id: &ConfigurationId) -> String {
        format!("configurations.[[{id}]].status")
    }

    fn read(text: String) -> Condition {
        Condition::parse(&text).expect("ids of configurations hold nothing that ends a key")
    }
}

impl Kept {
    fn find(&self, key: &(i64, u64, String), now: Timestamp) -> Option<Metrics> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(key)?;
        (now.since(found.as_of) < METRICS_KEPT_MS).then(|| found.clone())
    }

    fn keep(&self, key: (i64, u64, String), metrics: Metrics) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.retain(|_, other| metrics.as_of.since(other.as_of) < METRICS_KEPT_MS);
        }
        if kept.len() < MAX_KEPT {
            kept.insert(key, metrics);
        }
    }
}
