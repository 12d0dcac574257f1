//! What every request passes before its handler: version, caller, right, rate, a free turn, in time.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use muster_core::sas::percent_decode;
use tokio::time::timeout;

use super::door::{DEADLINE, Need};
use super::{ApiState, has_version};
use crate::caller::{self, Caller};
use crate::error::{ApiError, Code};

/// See the module.
pub(super) async fn layer(
    need: Need,
    State(state): State<ApiState>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match admit(need, &state, &request) {
        Ok(caller) => caller,
        Err(error) => return error.into_response(),
    };
    request.extensions_mut().insert(caller);
    let Ok(_turn) = state.turns().try_acquire() else {
        metrics::counter!("muster_http_overload_total").increment(1);
        return ApiError::busy().into_response();
    };
    match timeout(DEADLINE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::busy().into_response(),
    }
}

fn admit(need: Need, state: &ApiState, request: &Request) -> Result<Caller, ApiError> {
    if !has_version(request) {
        return Err(ApiError::new(
            Code::InvalidProtocolVersion,
            "the address needs the parameter api-version, for example api-version=2021-04-12",
        ));
    }
    let caller = whose(state, request)?;
    if !may(&caller, need) {
        return Err(ApiError::new(
            Code::IotHubUnauthorizedAccess,
            "these credentials do not allow this operation",
        ));
    }
    let now = state.hub().now();
    let counted = state.throttle().take(caller.key(), need.class, 1, now);
    counted.map_err(|wait| {
        metrics::counter!("muster_api_throttled_total", "class" => need.class.as_str())
            .increment(1);
        ApiError::throttled(need.class, wait)
    })?;
    Ok(caller)
}

fn whose(state: &ApiState, request: &Request) -> Result<Caller, ApiError> {
    let decoded: Option<Vec<String>> = request
        .uri()
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(percent_decode)
        .collect();
    let decoded = decoded.ok_or_else(|| ApiError::argument("the address is not UTF-8"))?;
    let path: Vec<&str> = decoded.iter().map(String::as_str).collect();
    caller::resolve(state.hub(), request.headers(), &path).map_err(|refused| {
        tracing::info!(error = %refused, "a request to the service API has no caller");
        ApiError::new(
            Code::IotHubUnauthorizedAccess,
            "the credentials are missing, expired or not good for this address",
        )
    })
}

fn may(caller: &Caller, need: Need) -> bool {
    let access = caller.access();
    match access.policy_name() {
        Some(policy) => need.rights.iter().any(|right| policy.holds(*right)),
        None => access.can(need.action),
    }
}
