//! REST for tools written against IoT Hub's service SDKs (spec §5).
//!
//! Each door stands in [`doors`] with what it needs; [`guard`] asks for it before the handler runs. One verb per file.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use muster_service::Hub;
use tokio::sync::Semaphore;

use crate::caller;
use crate::error::{ApiError, Code};
use crate::throttle::Throttle;

mod answer;
mod body;
mod configurations;
mod credentials;
mod door;
mod guard;
mod jobs;
mod methods;
mod modules;
mod page;
mod query;
mod registry;
mod statistics;
mod target;
mod transfers;
mod twins;
mod unsupported;
mod wire;

pub use door::{Door, Need};
pub(crate) use modules::module_error;

/// Requests that are answered at once, on all listeners together.
pub const MAX_REQUESTS: usize = 256;

/// Requests that wait for devices: as many calls as the hub takes.
pub const MAX_WAITING: usize = muster_service::methods::MAX_CALLS;

/// What the handlers share; cheap to clone.
#[derive(Clone, Debug)]
pub struct ApiState(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    hub: Hub,
    throttle: Throttle,
    turns: Semaphore,
    waiting: Semaphore,
}

impl ApiState {
    /// The state for a hub.
    pub fn new(hub: Hub, throttle: Throttle) -> Self {
        Self(Arc::new(Shared {
            hub,
            throttle,
            turns: Semaphore::new(MAX_REQUESTS),
            waiting: Semaphore::new(MAX_WAITING),
        }))
    }

    /// The hub.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }

    fn turns(&self) -> &Semaphore {
        &self.0.turns
    }

    fn waiting(&self) -> &Semaphore {
        &self.0.waiting
    }
}

/// Whether a request is for this API: its addresses are partly those of pages. Its clients send `api-version` with
/// each request, and no browser signs.
pub fn is_meant(request: &Request) -> bool {
    has_version(request.uri()) || caller::is_signature(request.headers())
}

fn has_version(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .any(|(name, value)| name == "api-version" && !value.is_empty())
}

/// Every door of this API.
pub fn doors() -> Vec<Door> {
    [
        registry::doors(),
        modules::doors(),
        twins::doors(),
        methods::doors(),
        query::doors(),
        statistics::doors(),
        jobs::doors(),
        transfers::doors(),
        configurations::doors(),
        unsupported::doors(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// All doors, with their own answers for addresses and verbs that do not exist.
pub fn router(state: ApiState) -> Router {
    doors()
        .into_iter()
        .fold(Router::new(), |router, door| door.hang(router, &state))
        .fallback(nowhere)
        .method_not_allowed_fallback(no_such_verb)
        .layer(from_fn_with_state(state.clone(), answer::layer))
        .with_state(state)
}

async fn nowhere() -> ApiError {
    ApiError::new(
        Code::ResourceNotFound,
        "this address is not part of the service API",
    )
}

async fn no_such_verb() -> ApiError {
    ApiError::new(
        Code::MethodNotAllowed,
        "this address does not know this verb",
    )
}
