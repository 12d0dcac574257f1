//! Configurations, their figures and conflicts, and what a new one would do.

pub(super) mod conflicts;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod of_device;
pub(super) mod preview;
pub(super) mod show;
pub(super) mod update;

use std::collections::BTreeMap;

use muster_core::configuration::{
    Configuration, Content, Draft, MAX_LABELS, MAX_METRICS, MAX_QUERY,
};
use muster_core::ids::ConfigurationId;
use muster_service::ServiceError;
use muster_service::access::kinds::SeeDevices;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::parameter::{Kind, Parameter};
use super::problem::Problem;
use super::{schema, wire};

const TAG: &str = "Configurations";

/// Which configuration.
static CONFIGURATION: Parameter = Parameter::path(
    "configuration",
    Kind::Text(128),
    "The configuration's id.",
    "ring2",
);

/// The configuration that the path names. An id that breaks the rule names none.
fn named(call: &Call) -> Result<ConfigurationId, Problem> {
    let text = call.text(&CONFIGURATION).unwrap_or_default();
    ConfigurationId::new(text).map_err(|_| Problem::not_found())
}

/// A configuration as bodies give it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    #[serde(default)]
    labels: BTreeMap<String, String>,
    content: Value,
    #[serde(default)]
    target_condition: String,
    #[serde(default)]
    priority: i32,
    #[serde(default)]
    metrics: BTreeMap<String, String>,
}

impl Body {
    fn draft(self) -> Result<Draft, Problem> {
        let content = Content::parse(&self.content).map_err(ServiceError::from)?;
        Ok(Draft {
            schema_version: "1.0".to_owned(),
            labels: self.labels,
            content,
            target: self.target_condition,
            priority: self.priority,
            metrics: self.metrics,
        })
    }
}

/// The members of bodies.
fn members() -> Vec<(&'static str, Value)> {
    let texts = |most: usize| json!({ "type": "object", "additionalProperties": schema::any_text(), "maxProperties": most });
    vec![
        ("labels", texts(MAX_LABELS)),
        ("content", schema::free_object()),
        ("targetCondition", schema::text(MAX_QUERY)),
        (
            "priority",
            json!({ "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX }),
        ),
        ("metrics", texts(MAX_METRICS)),
    ]
}

fn body() -> Value {
    schema::closed(&members(), &["content"])
}

fn answer() -> Value {
    schema::named("Configuration")
}

/// The schema of a configuration.
pub(super) fn configuration() -> Value {
    let mut all = vec![
        ("id", schema::any_text()),
        ("etag", schema::any_text()),
        ("createdTime", schema::time()),
        ("updatedTime", schema::time()),
        ("evaluatedTime", schema::or_null(schema::time())),
        ("targeted", schema::count()),
        ("applied", schema::count()),
        ("drifted", schema::count()),
        (
            "metricResults",
            schema::object(&[
                (
                    "results",
                    json!({ "type": "object", "additionalProperties": schema::or_null(schema::count()) }),
                ),
                ("asOf", schema::time()),
            ]),
        ),
    ];
    all.extend(members());
    schema::object(&all)
}

/// A configuration with its figures in the scope of whoever asks.
async fn shown(call: &Call, one: &Configuration) -> Result<Value, Problem> {
    let permit = call.permit::<SeeDevices>()?;
    let counts = call.hub.configuration_counts(&permit, one).await?;
    let metrics = call.hub.configuration_metrics(&permit, one).await?;
    let results: Map<String, Value> = metrics
        .results
        .into_iter()
        .map(|(name, result)| (name, result.ok().into()))
        .collect();
    let draft = &one.draft;
    Ok(json!({
        "id": one.id,
        "etag": one.etag.to_string(),
        "createdTime": one.created_at.to_string(),
        "updatedTime": one.updated_at.to_string(),
        "evaluatedTime": wire::time(one.evaluated_at),
        "labels": draft.labels,
        "content": draft.content.to_json(),
        "targetCondition": draft.target,
        "priority": draft.priority,
        "metrics": draft.metrics,
        "targeted": counts.targeted,
        "applied": counts.applied,
        "drifted": counts.drifted,
        "metricResults": { "results": results, "asOf": metrics.as_of.to_string() },
    }))
}
