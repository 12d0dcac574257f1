//! `POST /configurations/testQueries`: says what is wrong with a target condition and with metrics.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use muster_core::configuration::{Assignments, Content};
use serde::Deserialize;

use crate::error::ApiError;
use crate::hub::answer::json;
use crate::hub::body::Json;
use crate::hub::target::Asked;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueriesBody {
    target_condition: Option<String>,
    custom_metric_queries: Option<BTreeMap<String, String>>,
}

pub(super) async fn handle(
    asked: Asked,
    Json(body): Json<QueriesBody>,
) -> Result<Response, ApiError> {
    let target = body.target_condition.unwrap_or_default();
    let metrics = body.custom_metric_queries.unwrap_or_default();
    let of_modules = target
        .trim_start()
        .to_ascii_lowercase()
        .starts_with("from ");
    let content = match of_modules {
        true => Content::Module(Assignments::default()),
        false => Content::Device(Assignments::default()),
    };
    let permit = asked.permit()?;
    let verdict = asked
        .hub
        .test_configuration(&permit, &content, &target, &metrics);
    // All devices is a target, but no condition that could be tried (spec §5.10).
    let all =
        (target.trim() == "*").then(|| "* keeps every device; there is nothing to try".into());
    let body = serde_json::json!({
        "targetConditionError": verdict.target.or(all),
        "customMetricQueryErrors": verdict.metrics,
    });
    Ok(json(StatusCode::OK, &body))
}
