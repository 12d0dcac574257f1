//! A configuration as clients read it, with its figures.

use muster_core::configuration::Configuration;
use muster_service::configurations::{conditions, target_query};
use serde_json::{Map, Value, json};

use super::refused;
use crate::error::ApiError;
use crate::hub::target::Asked;

/// The resource. Figures are there once all devices have been looked at.
pub(super) async fn shown(asked: &Asked, one: &Configuration) -> Result<Value, ApiError> {
    let permit = asked.permit()?;
    let draft = &one.draft;
    let mut system = json!({});
    let mut results = Map::new();
    if one.evaluated_at.is_some() {
        let counts = asked.hub.configuration_counts(&permit, one).await;
        let counts = counts.map_err(refused)?;
        system = json!({ "targetedCount": counts.targeted, "appliedCount": counts.applied });
        let metrics = asked.hub.configuration_metrics(&permit, one).await;
        for (name, result) in metrics.map_err(refused)?.results {
            if let Ok(count) = result {
                results.insert(name, count.into());
            }
        }
    }
    let applied = conditions::applied(&one.id);
    let (row, source) = match draft.content.of_modules() {
        Some(_) => ("moduleId", "devices.modules"),
        None => ("deviceId", "devices"),
    };
    Ok(json!({
        "id": one.id,
        "schemaVersion": draft.schema_version,
        "labels": draft.labels,
        "content": draft.content.to_json(),
        "targetCondition": draft.target,
        "priority": draft.priority,
        "createdTimeUtc": one.created_at.to_string(),
        "lastUpdatedTimeUtc": one.updated_at.to_string(),
        "systemMetrics": {
            "results": system,
            "queries": {
                "targetedCount": target_query(&draft.content, &draft.target),
                "appliedCount": format!("select {row} from {source} where {applied}"),
            },
        },
        "metrics": { "results": results, "queries": draft.metrics },
        "etag": one.etag.to_string(),
    }))
}
