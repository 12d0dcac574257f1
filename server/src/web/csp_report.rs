//! `POST /csp-report`: browsers say what the content security policy kept them from doing.

use axum::body::Bytes;
use axum::http::StatusCode;
use serde_json::Value;

/// Longest text of a report that is logged.
const MAX_TEXT: usize = 200;

/// Logs the directive and what was blocked; addresses without their query.
pub async fn post(body: Bytes) -> StatusCode {
    let report: Value = serde_json::from_slice(&body).unwrap_or_default();
    let report = &report["csp-report"];
    let text = |name: &str| {
        let text = report[name].as_str().unwrap_or_default();
        let text = text.split(['?', '#']).next().unwrap_or_default();
        text.chars()
            .filter(|c| !c.is_control())
            .take(MAX_TEXT)
            .collect::<String>()
    };
    metrics::counter!("muster_csp_reports_total").increment(1);
    tracing::warn!(
        directive = text("violated-directive"),
        blocked = text("blocked-uri"),
        page = text("document-uri"),
        "the content security policy blocked something"
    );
    StatusCode::NO_CONTENT
}
