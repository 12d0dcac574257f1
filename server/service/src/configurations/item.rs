//! A configuration as tools of IoT Hub write it: in requests, and in the lines of files (spec §5.9, §5.10).

use std::collections::BTreeMap;

use muster_core::configuration::{Configuration, Content, Draft};
use muster_core::device::IfMatch;
use muster_core::ids::ConfigurationId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ConfigurationEdit;
use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

/// What comes without a version is of this one.
const SCHEMA_VERSION: &str = "1.0";

/// A configuration that is handed in. Members that are not listed are ignored: tools send back what they read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationItem {
    id: Option<String>,
    schema_version: Option<String>,
    labels: Option<BTreeMap<String, Option<String>>>,
    content: Option<Value>,
    target_condition: Option<String>,
    priority: Option<i32>,
    metrics: Option<MetricsItem>,
    // Of lines in files only.
    import_mode: Option<String>,
    #[serde(alias = "eTag")]
    etag: Option<String>,
}

#[derive(Debug, Deserialize)]
struct MetricsItem {
    queries: Option<BTreeMap<String, String>>,
}

impl ConfigurationItem {
    /// The name that it gives, unchecked.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// A new configuration.
    pub fn draft(self) -> Result<Draft, ServiceError> {
        let content = Content::parse(&self.content.clone().unwrap_or_default())?;
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
    pub fn edit(self) -> ConfigurationEdit {
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

    /// Does what a line of a file says: makes the configuration, or makes it what the line says, content and all.
    pub(crate) async fn apply(self, hub: &Hub, access: &Access) -> Result<(), ServiceError> {
        let invalid = |text: &str| ServiceError::Invalid(text.to_owned());
        let mode = self.import_mode.as_deref().unwrap_or("createOrUpdate");
        let matched = match mode.to_ascii_lowercase().as_str() {
            "createorupdate" => false,
            "createorupdateifmatchetag" => true,
            _ => return Err(invalid("there is no such importMode for configurations")),
        };
        let if_match = match (matched, &self.etag) {
            (false, _) => IfMatch::Any,
            (true, Some(etag)) => IfMatch::parse(etag),
            (true, None) => return Err(invalid("this importMode needs etag")),
        };
        let id = self.id.as_deref().ok_or_else(|| invalid("id is missing"))?;
        let id = ConfigurationId::new(id).map_err(|error| invalid(&error.to_string()))?;
        let draft = self.draft()?;
        let permit = hub.permit(access)?;
        let made = hub.create_configuration(&permit, id.clone(), draft.clone());
        match made.await {
            Err(ServiceError::AlreadyExists) => {}
            done => return done.map(drop),
        }
        let edit = ConfigurationEdit {
            labels: draft.labels,
            content: Some(draft.content),
            target: draft.target,
            priority: draft.priority,
            metrics: draft.metrics,
        };
        let changed = hub.update_configuration(&permit, id, if_match, edit);
        changed.await.map(drop)
    }
}

/// A configuration as a line of a file holds it. Its figures stay here: they are of this hub's devices.
pub(crate) fn written(configuration: &Configuration) -> Value {
    let draft = &configuration.draft;
    json!({
        "id": configuration.id,
        "importMode": "createOrUpdate",
        "schemaVersion": draft.schema_version,
        "labels": draft.labels,
        "content": draft.content.to_json(),
        "targetCondition": draft.target,
        "priority": draft.priority,
        "createdTimeUtc": configuration.created_at.to_string(),
        "lastUpdatedTimeUtc": configuration.updated_at.to_string(),
        "metrics": { "queries": draft.metrics },
        "etag": configuration.etag.to_string(),
    })
}
