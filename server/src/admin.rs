//! The endpoint for operators and their tools: `/livez`, `/readyz`, `/metrics`. On this machine unless told otherwise.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use muster_service::Hub;
use serde_json::json;
use tokio::time::timeout;

use crate::metrics_page;

/// How long the writer may take to answer.
pub const WRITER_DEADLINE: Duration = Duration::from_secs(1);

/// Whether the hub is shutting down.
#[derive(Clone, Debug, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// From now on the hub is not ready.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Clone)]
struct Admin {
    hub: Hub,
    draining: Draining,
}

/// The routes of the endpoint.
pub fn router(hub: Hub, draining: Draining) -> Router {
    Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(readyz))
        .route(
            "/metrics",
            get(|| async {
                (
                    [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
                    metrics_page::render(),
                )
            }),
        )
        .with_state(Admin { hub, draining })
}

/// Ready when the writer answers in time and no drain has begun. The schema was checked when the hub was opened.
async fn readyz(State(admin): State<Admin>) -> impl IntoResponse {
    if admin.draining.has_begun() {
        return not_ready("the hub is shutting down");
    }
    match timeout(WRITER_DEADLINE, admin.hub.ready()).await {
        Ok(Ok(took)) => (
            StatusCode::OK,
            Json(json!({ "ready": true, "writer_ms": took.as_secs_f64() * 1000.0 })),
        ),
        Ok(Err(problem)) => not_ready(&crate::failure::story(&problem)),
        Err(_) => not_ready("the writer did not answer within a second"),
    }
}

fn not_ready(why: &str) -> (StatusCode, Json<serde_json::Value>) {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        Json(json!({ "ready": false, "why": why })),
    )
}
