//! What every request passes before its handler: version, caller, right, rate, a free turn, in time.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use muster_core::sas::percent_decode;
use tokio::time::timeout;

use super::door::{CALL_DEADLINE, DEADLINE, Need, Patience};
use super::{ApiState, has_version};
use crate::caller::{self, Caller, NoCaller};
use crate::error::{ApiError, Code};

/// See the module.
pub(super) async fn layer(
    need: Need,
    patience: Patience,
    State(state): State<ApiState>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match admit(need, &state, request.uri(), request.headers()).await {
        Ok(caller) => caller,
        Err(error) => return error.into_response(),
    };
    request.extensions_mut().insert(caller);
    let (turns, deadline) = match patience {
        Patience::Short => (state.turns(), DEADLINE),
        Patience::Calls => (state.waiting(), CALL_DEADLINE),
    };
    let Ok(_turn) = turns.try_acquire() else {
        metrics::counter!("muster_http_overload_total").increment(1);
        return ApiError::busy().into_response();
    };
    match timeout(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::busy().into_response(),
    }
}

async fn admit(
    need: Need,
    state: &ApiState,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Caller, ApiError> {
    if !has_version(uri) {
        return Err(ApiError::new(
            Code::InvalidProtocolVersion,
            "the address needs the parameter api-version, for example api-version=2021-04-12",
        ));
    }
    let caller = whose(state, uri, headers).await?;
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

async fn whose(state: &ApiState, uri: &Uri, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let decoded: Option<Vec<String>> = uri
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(percent_decode)
        .collect();
    let decoded = decoded.ok_or_else(|| ApiError::argument("the address is not UTF-8"))?;
    let path: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let found = caller::resolve(state.hub(), headers, &path).await;
    found.map_err(|refused| {
        if let NoCaller::Unavailable(error) = refused {
            return error.into();
        }
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
