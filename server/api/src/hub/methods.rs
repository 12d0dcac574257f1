//! `POST /twins/{device}/methods`, and the same of a module: a direct method is called, and the request waits for the device (spec §5.7).

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use muster_core::access::Right;
use muster_core::ids::{DeviceId, ModuleId};
use muster_core::method::{DEFAULT_RESPONSE_TIMEOUT, MethodName};
use muster_core::policy::Action;
use muster_service::MethodCall;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::json;
use super::body::Json;
use super::door::{Door, Need};
use super::target::{Asked, ModuleTarget, Target};
use crate::error::{ApiError, Code};
use crate::throttle::Class;

const INVOKE: Need = Need {
    rights: &[Right::ServiceConnect],
    action: Action::InvokeMethods,
    class: Class::Method,
};

/// Where they are called.
pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::post("/twins/{device}/methods", INVOKE, device).calling(),
        Door::post("/twins/{device}/modules/{module}/methods", INVOKE, module).calling(),
    ]
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
    fn read(self, module: Option<ModuleId>) -> Result<MethodCall, ApiError> {
        let name = self
            .method_name
            .ok_or_else(|| ApiError::new(Code::ArgumentNull, "methodName is missing"))?;
        let name = MethodName::new(&name).map_err(|error| ApiError::argument(error.to_string()))?;
        let default = DEFAULT_RESPONSE_TIMEOUT.as_secs().cast_signed();
        Ok(MethodCall {
            module,
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

async fn device(
    asked: Asked,
    Target(id): Target,
    Json(body): Json<CallBody>,
) -> Result<Response, ApiError> {
    invoke(&asked, &id, None, body).await
}

async fn module(
    asked: Asked,
    ModuleTarget(device, id): ModuleTarget,
    Json(body): Json<CallBody>,
) -> Result<Response, ApiError> {
    invoke(&asked, &device, Some(id), body).await
}

async fn invoke(
    asked: &Asked,
    device: &DeviceId,
    module: Option<ModuleId>,
    body: CallBody,
) -> Result<Response, ApiError> {
    let permit = asked.permit_device(device)?;
    let answer = asked.hub.invoke_method(&permit, body.read(module)?).await?;
    Ok(json(
        StatusCode::OK,
        &json!({ "status": answer.status, "payload": answer.payload }),
    ))
}
