//! Keeps the hub answering: a bound on requests at once, and on how long one may take until its answer begins.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::problem_page::{self, Problem, Wanted};
use crate::state::AppState;

/// Requests whose answer has not begun, on all listeners together. Streams count until their first byte.
pub const MAX_REQUESTS: usize = 512;

/// How long a request may take until its answer begins.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The turns that requests take.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self::new(MAX_REQUESTS)
    }
}

impl Turns {
    /// So many turns.
    pub fn new(turns: usize) -> Self {
        Self(Arc::new(Semaphore::new(turns)))
    }
}

/// See the module.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let wanted = Wanted::by(&request);
    let Ok(_turn) = state.turns().0.try_acquire() else {
        metrics::counter!("muster_http_overload_total").increment(1);
        return busy(&state, wanted);
    };
    match timeout(DEADLINE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(
                deadline_s = DEADLINE.as_secs(),
                "a request took too long and was given up"
            );
            busy(&state, wanted)
        }
    }
}

/// The hub cannot do it now, and may in a moment.
pub fn busy(state: &AppState, wanted: Wanted) -> Response {
    let problem = Problem {
        status: StatusCode::SERVICE_UNAVAILABLE,
        title: "The hub is busy",
        what: "It could not answer in time. Nothing is lost; reload the page in a moment.",
        reference: None,
    };
    let mut response = problem_page::respond(state, wanted, problem);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    response
}
