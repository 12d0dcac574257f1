//! Keeps the hub answering: a bound on requests at once, and on how long one may take until its answer begins.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use muster_app::routes;
use muster_core::method::{MAX_CONNECT_TIMEOUT, RESPONSE_TIMEOUTS};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::problem_page::{self, Problem, Wanted};
use crate::state::AppState;

/// Requests whose answer has not begun, on all listeners together. Streams count until their first byte.
pub const MAX_REQUESTS: usize = 512;

/// How long a request may take until its answer begins.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Requests that wait for a device to answer a method, on all listeners together. They have turns of their own, so that
/// slow devices do not stop the dashboard.
pub const MAX_WAITING: usize = 1024;

/// How long such a request may take: both times of a call, and a moment for the hub.
pub const WAITING_DEADLINE: Duration = Duration::from_secs(
    MAX_CONNECT_TIMEOUT.as_secs() + RESPONSE_TIMEOUTS.1.as_secs() + DEADLINE.as_secs(),
);

/// Requests that bring a firmware file. The hub takes fewer at once; the others are told so.
pub const MAX_UPLOADS: usize = 8;

/// How long such a request may take: two gigabytes over a slow line.
pub const UPLOAD_DEADLINE: Duration = Duration::from_secs(4 * 3600);

/// The turns that requests take: the usual ones, those that wait for devices, and those that bring files.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>, Arc<Semaphore>, Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self::new(MAX_REQUESTS, MAX_WAITING)
    }
}

impl Turns {
    /// So many turns of each kind.
    pub fn new(turns: usize, waiting: usize) -> Self {
        Self(
            Arc::new(Semaphore::new(turns)),
            Arc::new(Semaphore::new(waiting)),
            Arc::new(Semaphore::new(MAX_UPLOADS)),
        )
    }
}

/// See the module.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let wanted = Wanted::by(&request);
    let (turns, deadline) = if waits_for_a_device(request.uri().path()) {
        (&state.turns().1, WAITING_DEADLINE)
    } else if brings_a_file(&request) {
        (&state.turns().2, UPLOAD_DEADLINE)
    } else {
        (&state.turns().0, DEADLINE)
    };
    let Ok(_turn) = turns.try_acquire() else {
        metrics::counter!("muster_http_overload_total").increment(1);
        return busy(&state, wanted);
    };
    match timeout(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(
                deadline_s = deadline.as_secs(),
                "a request took too long and was given up"
            );
            busy(&state, wanted)
        }
    }
}

/// Whether the request calls a method of a device, from the dashboard or by the service REST.
fn waits_for_a_device(path: &str) -> bool {
    path == "/rpc/devices/invoke_method"
        || (path.starts_with("/twins/") && path.ends_with("/methods"))
}

/// Whether the request brings a firmware file, from the page or by the management REST.
fn brings_a_file(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::POST
        && (path == routes::FIRMWARE_UPLOAD
            || path.strip_prefix(muster_api::manage::PREFIX) == Some("/firmware"))
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
