//! One log line and two metrics per request. Paths only: queries may hold search texts, and secrets in paths are masked.

use std::borrow::Cow;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

use crate::middleware::request_id::Reference;
use crate::web::embed;

/// Longest path in a log line, in bytes; the rest is cut off.
const MAX_PATH: usize = 200;

/// See the module.
pub async fn layer(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = shown_path(request.uri().path()).into_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|matched| matched.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".to_owned());
    let reference = request.extensions().get::<Reference>().cloned();
    let response = next.run(request).await;

    let (status, took) = (response.status().as_u16(), started.elapsed());
    metrics::counter!("muster_http_requests_total", "route" => route.clone(), "status" => status.to_string()).increment(1);
    metrics::histogram!("muster_http_request_seconds", "route" => route).record(took.as_secs_f64());
    let reference = reference
        .as_ref()
        .map_or("", |reference| reference.0.as_str());
    let duration_ms = took.as_millis() as u64;
    if status >= 500 {
        tracing::warn!(request.id = reference, %method, path, status, duration_ms, "request failed");
    } else if path.starts_with("/pkg/") || (path.starts_with(embed::PREFIX) && status < 400) {
        tracing::debug!(request.id = reference, %method, path, status, duration_ms, "request");
    } else {
        tracing::info!(request.id = reference, %method, path, status, duration_ms, "request");
    }
    response
}

/// A path as the log may show it: bounded, without the tokens of the set-up link and of embeds.
fn shown_path(path: &str) -> Cow<'_, str> {
    if path.starts_with(embed::PREFIX) {
        return Cow::Borrowed("/embed/…");
    }
    if path.starts_with("/setup/") {
        return Cow::Borrowed("/setup/…");
    }
    match path.char_indices().find(|(at, _)| *at >= MAX_PATH) {
        Some((at, _)) => Cow::Owned(format!("{}…", &path[..at])),
        None => Cow::Borrowed(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_bounded_and_tokens_masked() {
        let check = |path: &str, want: &str| assert_eq!(shown_path(path), want);
        check("/devices/pump-1", "/devices/pump-1");
        check("/setup/abcdef", "/setup/…");
        check("/embed/mse_abcdef", "/embed/…");
        check("/embed/a.b.c/d", "/embed/…");
        check(
            &format!("/{}", "x".repeat(300)),
            &format!("/{}…", "x".repeat(199)),
        );
    }
}
