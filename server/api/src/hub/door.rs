//! A door: an address and a verb, with what is needed to come in.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use muster_core::access::Right;
use muster_core::method::{MAX_CONNECT_TIMEOUT, RESPONSE_TIMEOUTS};
use muster_core::policy::Action;

use super::{ApiState, guard};
use crate::throttle::Class;

/// Largest body of a request about one device: a twin, or a method's payload, fits with room to spare.
pub(super) const MAX_BODY: usize = 256 * 1024;

/// How long a request may take until its answer begins.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// How long one may take that waits for a device: as long as the hub lets calls wait, and its own time.
pub(super) const CALL_DEADLINE: Duration = Duration::from_secs(
    MAX_CONNECT_TIMEOUT.as_secs() + RESPONSE_TIMEOUTS.1.as_secs() + DEADLINE.as_secs(),
);

/// How long the requests of a door are waited for, and which turns they take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Patience {
    /// The hub answers by itself.
    Short,
    /// A device answers.
    Calls,
}

/// What a caller needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Need {
    /// A policy holds at least one of these (spec §1.4).
    pub rights: &'static [Right],
    /// A person may do this.
    pub action: Action,
    /// As what the request is counted.
    pub class: Class,
}

/// See the module.
#[derive(Debug)]
pub struct Door {
    /// The verb.
    pub method: Method,
    /// The address.
    pub path: &'static str,
    /// What a caller needs.
    pub need: Need,
    /// Largest body, in bytes.
    body: usize,
    patience: Patience,
    handler: MethodRouter<ApiState>,
}

impl Door {
    pub(super) fn get<H: Handler<T, ApiState>, T: 'static>(
        path: &'static str,
        need: Need,
        handler: H,
    ) -> Self {
        Self::new(Method::GET, MethodFilter::GET, path, need, handler)
    }

    pub(super) fn post<H: Handler<T, ApiState>, T: 'static>(
        path: &'static str,
        need: Need,
        handler: H,
    ) -> Self {
        Self::new(Method::POST, MethodFilter::POST, path, need, handler)
    }

    pub(super) fn put<H: Handler<T, ApiState>, T: 'static>(
        path: &'static str,
        need: Need,
        handler: H,
    ) -> Self {
        Self::new(Method::PUT, MethodFilter::PUT, path, need, handler)
    }

    pub(super) fn patch<H: Handler<T, ApiState>, T: 'static>(
        path: &'static str,
        need: Need,
        handler: H,
    ) -> Self {
        Self::new(Method::PATCH, MethodFilter::PATCH, path, need, handler)
    }

    pub(super) fn delete<H: Handler<T, ApiState>, T: 'static>(
        path: &'static str,
        need: Need,
        handler: H,
    ) -> Self {
        Self::new(Method::DELETE, MethodFilter::DELETE, path, need, handler)
    }

    fn new<H: Handler<T, ApiState>, T: 'static>(
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        need: Need,
        handler: H,
    ) -> Self {
        Self {
            method,
            path,
            need,
            body: MAX_BODY,
            patience: Patience::Short,
            handler: on(filter, handler),
        }
    }

    /// The same with another bound on its body.
    #[must_use]
    pub(super) fn with_body(self, bytes: usize) -> Self {
        Self {
            body: bytes,
            ..self
        }
    }

    /// The same, waiting for a device.
    #[must_use]
    pub(super) fn calling(self) -> Self {
        Self {
            patience: Patience::Calls,
            ..self
        }
    }

    /// Hangs the door, with its guard, into a router.
    pub(super) fn hang(self, router: Router<ApiState>, state: &ApiState) -> Router<ApiState> {
        let (need, patience) = (self.need, self.patience);
        let guard = from_fn_with_state(state.clone(), move |state, request, next| {
            guard::layer(need, patience, state, request, next)
        });
        let handler = self
            .handler
            .route_layer(DefaultBodyLimit::max(self.body))
            .route_layer(guard);
        router.route(self.path, handler)
    }
}
