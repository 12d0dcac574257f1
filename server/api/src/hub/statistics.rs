//! How many devices there are, and how many are connected (spec §5.12). Exact, at this moment.

use axum::http::StatusCode;
use axum::response::Response;
use muster_core::access::Right;
use muster_core::policy::Action;
use muster_query::Condition;
use serde_json::json;

use super::answer::json;
use super::door::{Door, Need};
use super::target::Asked;
use crate::error::ApiError;
use crate::throttle::Class;

const DEVICES: Need = Need {
    rights: &[Right::RegistryRead],
    action: Action::SeeDevices,
    class: Class::Registry,
};

/// Which right IoT Hub asks for is not documented; either will do here (spec §1.4).
const SERVICE: Need = Need {
    rights: &[Right::RegistryRead, Right::ServiceConnect],
    ..DEVICES
};

/// Where they are read.
pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::get("/statistics/devices", DEVICES, devices),
        Door::get("/statistics/service", SERVICE, service),
    ]
}

async fn devices(asked: Asked) -> Result<Response, ApiError> {
    let total = count(&asked, &Condition::all())?;
    let disabled = count(&asked, &condition("status = 'disabled'"))?;
    let body = json!({
        "totalDeviceCount": total,
        "enabledDeviceCount": total - disabled.min(total),
        "disabledDeviceCount": disabled,
    });
    Ok(json(StatusCode::OK, &body))
}

async fn service(asked: Asked) -> Result<Response, ApiError> {
    let connected = count(&asked, &condition("connectionState = 'Connected'"))?;
    Ok(json(
        StatusCode::OK,
        &json!({ "connectedDeviceCount": connected }),
    ))
}

fn count(asked: &Asked, condition: &Condition) -> Result<usize, ApiError> {
    Ok(asked
        .hub
        .fleet_count(asked.caller.access(), condition, "")?)
}

fn condition(text: &str) -> Condition {
    Condition::parse(text).expect("it stands in this file")
}
