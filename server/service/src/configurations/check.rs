//! What can be said about a configuration before it is kept.

use std::collections::BTreeMap;

use muster_core::configuration::{BadConfiguration, Content, Draft};
use muster_query::Query;
use muster_query::query::Source;

use super::Target;
use crate::access::Permit;
use crate::access::kinds::SeeDevices;
use crate::hub::Hub;

/// What is wrong with a target condition and with metrics.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verdict {
    /// Why the target condition cannot be used.
    pub target: Option<String>,
    /// Why metrics cannot be used, by name.
    pub metrics: BTreeMap<String, String>,
}

impl Hub {
    /// Tries a target condition and metrics.
    pub fn test_configuration(
        &self,
        _permit: &Permit<SeeDevices>,
        content: &Content,
        target: &str,
        metrics: &BTreeMap<String, String>,
    ) -> Verdict {
        let target = Target::read(content, target).err();
        let wrong = metrics.iter().filter_map(|(name, text)| {
            let problem = metric(text).err()?;
            Some((name.clone(), problem))
        });
        Verdict {
            target: target.map(|error| error.to_string()),
            metrics: wrong.collect(),
        }
    }
}

/// Checks everything.
pub(super) fn draft(draft: &Draft) -> Result<(), BadConfiguration> {
    draft.check()?;
    Target::read(&draft.content, &draft.target)?;
    for (name, text) in &draft.metrics {
        metric(text).map_err(|problem| BadConfiguration::Metric {
            name: name.clone(),
            problem,
        })?;
    }
    Ok(())
}

/// Reads the query of a metric.
pub(super) fn metric(text: &str) -> Result<Query, String> {
    let query = Query::parse(text).map_err(|error| error.to_string())?;
    if query.source == Source::Jobs {
        return Err("a metric counts devices or modules, not jobs".to_owned());
    }
    Ok(query)
}
