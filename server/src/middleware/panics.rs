//! A panic in a handler becomes an answer with a reference; the log line with the same reference has the place.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt as _;

use crate::middleware::request_id::Reference;
use crate::problem_page::{self, Problem};
use crate::state::AppState;

/// See the module.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let reference = request.extensions().get::<Reference>().cloned();
    let wanted = problem_page::Wanted::by(&request);
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let reference = reference.map(|reference| reference.0);
            let shown = reference
                .as_ref()
                .map_or("", |reference| reference.as_str());
            tracing::error!(
                request.id = shown,
                panic.text = text(&*panic),
                "a request panicked"
            );
            metrics::counter!("muster_http_panics_total").increment(1);
            let problem = Problem {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                title: "Something failed inside the hub",
                what: "The request was not completed. Try again; if it fails again, tell an administrator the reference \
                       below. The log has the cause under it.",
                reference,
            };
            problem_page::respond(&state, wanted, problem)
        }
    }
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text")
}
