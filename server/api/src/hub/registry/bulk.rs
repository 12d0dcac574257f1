//! `POST /devices`: up to a hundred identities in one request, each on its own (spec §5.4).

use std::collections::HashSet;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures::future::join_all;
use muster_service::bulk::BulkItem;
use serde_json::{Value, json};

use crate::error::{ApiError, Code};
use crate::hub::ApiState;
use crate::hub::answer::json;
use crate::hub::body::Json;
use crate::hub::target::Asked;
use crate::throttle::Class;

/// Most items of a request.
pub(super) const MAX_ITEMS: usize = 100;

/// Largest body: a hundred devices, each with tags and desired properties as large as they may be.
pub(super) const MAX_BODY: usize = 8 * 1024 * 1024;

pub(super) async fn handle(
    State(state): State<ApiState>,
    asked: Asked,
    Json(items): Json<Vec<BulkItem>>,
) -> Result<Response, ApiError> {
    check(&items)?;
    // The request itself is counted as one already.
    let more = items.len().saturating_sub(1);
    state
        .throttle()
        .take(asked.caller.key(), Class::Registry, more, asked.hub.now())
        .map_err(|wait| ApiError::throttled(Class::Registry, wait))?;
    // Modules after the devices, which may be new. Otherwise at the same time, so that the writer takes them in one batch.
    let (modules, devices): (Vec<_>, Vec<_>) = items.iter().partition(|item| item.is_module());
    let mut errors = Vec::new();
    for items in [devices, modules] {
        let results = join_all(
            items
                .iter()
                .map(|item| item.apply(&asked.hub, asked.caller.access())),
        )
        .await;
        let failed = items.iter().zip(results);
        errors.extend(
            failed.filter_map(|(item, result)| Some(item_error(item, &result.err()?.into()))),
        );
    }
    Ok(result(errors))
}

fn check(items: &[BulkItem]) -> Result<(), ApiError> {
    if items.is_empty() {
        return Err(ApiError::new(
            Code::ArgumentNull,
            "the list of devices is empty",
        ));
    }
    if items.len() > MAX_ITEMS {
        return Err(ApiError::new(
            Code::TooManyDevices,
            format!("a request has at most {MAX_ITEMS} devices"),
        ));
    }
    let mut names = HashSet::new();
    match items.iter().find(|item| !names.insert(item.name())) {
        None => Ok(()),
        Some(twice) => Err(ApiError::new(
            Code::DeviceDefinedMultipleTimes,
            format!("{} is in the list twice", twice.id()),
        )),
    }
}

fn item_error(item: &BulkItem, error: &ApiError) -> Value {
    if let Some(cause) = &error.cause {
        tracing::error!(
            device.id = item.id(),
            cause,
            "an item of a bulk request failed"
        );
    }
    let (device, module) = item.name();
    let mut shown = json!({
        "deviceId": device,
        "errorCode": error.code.name(),
        "errorStatus": error.message(),
    });
    if let Some(module) = module {
        shown["moduleId"] = module.into();
    }
    shown
}

/// 200 when all went well, else 400 with the same shape.
fn result(errors: Vec<Value>) -> Response {
    let successful = errors.is_empty();
    let body = json!({ "isSuccessful": successful, "errors": errors, "warnings": [] });
    if successful {
        return json(StatusCode::OK, &body);
    }
    let mut response = json(StatusCode::BAD_REQUEST, &body);
    response.headers_mut().insert(
        HeaderName::from_static("iothub-errorcode"),
        HeaderValue::from_static(Code::BulkRegistryOperationFailure.name()),
    );
    response
}
