//! A configuration as clients send it.

use std::collections::BTreeMap;

use muster_core::configuration::{Content, Draft};
use muster_core::ids::ConfigurationId;
use muster_service::ServiceError;
use muster_service::configurations::ConfigurationEdit;
use serde::Deserialize;
use serde_json::Value;

use crate::error::ApiError;

/// What clients send without a version is of this one.
const SCHEMA_VERSION: &str = "1.0";

/// Everything else is ignored: they send back what they read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfigurationBody {
    id: Option<String>,
    schema_version: Option<String>,
    labels: Option<BTreeMap<String, Option<String>>>,
    content: Option<Value>,
    target_condition: Option<String>,
    priority: Option<i32>,
    metrics: Option<MetricsBody>,
}

#[derive(Debug, Deserialize)]
struct MetricsBody {
    queries: Option<BTreeMap<String, String>>,
}

impl ConfigurationBody {
    /// Refuses a body that names another configuration than the address.
    pub(super) fn check(&self, id: &ConfigurationId) -> Result<(), ApiError> {
        match &self.id {
            Some(named) if named != id.as_str() => Err(ApiError::argument(format!(
                "the address names {id}, the body {named:?}"
            ))),
            _ => Ok(()),
        }
    }

    /// A new configuration.
    pub(super) fn draft(self) -> Result<Draft, ApiError> {
        let content = self.content.clone().unwrap_or_default();
        let content = Content::parse(&content).map_err(ServiceError::from)?;
        let schema_version = self.schema_version.clone();
        let edit = self.edit();
        Ok(Draft {
            schema_version: schema_version.unwrap_or_else(|| SCHEMA_VERSION.to_owned()),
            labels: edit.labels,
            content,
            target: edit.target,
            priority: edit.priority,
            metrics: edit.metrics,
        })
    }

    /// What becomes of one that is there. Its content stays, whatever is sent (spec §5.10).
    pub(super) fn edit(self) -> ConfigurationEdit {
        let labels = self.labels.unwrap_or_default().into_iter();
        let queries = self.metrics.and_then(|metrics| metrics.queries);
        ConfigurationEdit {
            labels: labels
                .map(|(name, text)| (name, text.unwrap_or_default()))
                .collect(),
            content: None,
            target: self.target_condition.unwrap_or_default(),
            priority: self.priority.unwrap_or_default(),
            metrics: queries.unwrap_or_default(),
        }
    }
}
