//! `POST /twins/{device}/methods`: a direct method is called, and the request waits for the device (spec §5.7).

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use muster_core::access::Right;
use muster_core::method::{DEFAULT_RESPONSE_TIMEOUT, MethodName};
use muster_core::policy::Action;
use muster_service::MethodCall;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::json;
use super::body::Json;
use super::door::{Door, Need};
use super::target::{Asked, Target};
use crate::error::{ApiError, Code};
use crate::throttle::Class;

const INVOKE: Need = Need {
    rights: &[Right::ServiceConnect],
    action: Action::InvokeMethods,
    class: Class::Method,
};

/// Where they are called.
pub(super) fn doors() -> Vec<Door> {
    vec![Door::post("/twins/{device}/methods", INVOKE, handle).calling()]
}

/// A call on the wire.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallBody {
    method_name: Option<String>,
    #[serde(default)]
    payload: Value,
    response_timeout_in_seconds: Option<i64>,
    connect_timeout_in_seconds: Option<i64>,
}

impl CallBody {
    fn read(self) -> Result<MethodCall, ApiError> {
        let name = self
            .method_name
            .ok_or_else(|| ApiError::new(Code::ArgumentNull, "methodName is missing"))?;
        let name = MethodName::new(&name).map_err(|error| ApiError::argument(error.to_string()))?;
        let default = DEFAULT_RESPONSE_TIMEOUT.as_secs().cast_signed();
        Ok(MethodCall {
            module: None,
            name,
            payload: self.payload,
            connect_timeout: seconds(self.connect_timeout_in_seconds.unwrap_or(0))?,
            response_timeout: seconds(self.response_timeout_in_seconds.unwrap_or(default))?,
        })
    }
}

/// The use case knows the bounds; nobody waits a negative time.
fn seconds(given: i64) -> Result<Duration, ApiError> {
    let seconds = u64::try_from(given);
    let seconds = seconds.map_err(|_| ApiError::argument("a timeout is not negative"))?;
    Ok(Duration::from_secs(seconds))
}

async fn handle(
    asked: Asked,
    Target(id): Target,
    Json(body): Json<CallBody>,
) -> Result<Response, ApiError> {
    let permit = asked.permit_device(&id)?;
    let answer = asked.hub.invoke_method(&permit, body.read()?).await?;
    Ok(json(
        StatusCode::OK,
        &json!({ "status": answer.status, "payload": answer.payload }),
    ))
}
