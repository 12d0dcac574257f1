//! What IoT Hub has and this hub has not yet: said clearly, in the form that SDKs read.

use muster_core::access::Right;
use muster_core::policy::Action;

use super::door::{Door, Need};
use crate::error::{ApiError, Code};
use crate::throttle::Class;

const SERVICE: Need = Need {
    rights: &[Right::ServiceConnect],
    action: Action::EditTwin,
    class: Class::Registry,
};

const REGISTRY: Need = Need {
    rights: &[Right::RegistryWrite],
    action: Action::ProvisionDevices,
    class: Class::Registry,
};

const CONFIGURATIONS: Need = Need {
    rights: &[Right::RegistryRead, Right::RegistryWrite],
    ..SERVICE
};

/// Where they would be (spec §5.13).
pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::get("/configurations", CONFIGURATIONS, configurations),
        Door::get("/configurations/", CONFIGURATIONS, configurations),
        Door::get("/configurations/{id}", CONFIGURATIONS, configurations),
        Door::put("/configurations/{id}", CONFIGURATIONS, configurations),
        Door::delete("/configurations/{id}", CONFIGURATIONS, configurations),
        Door::post(
            "/configurations/testQueries",
            CONFIGURATIONS,
            configurations,
        ),
        Door::post(
            "/devices/{device}/applyConfigurationContent",
            REGISTRY,
            configurations,
        ),
        Door::get("/digitaltwins/{device}", SERVICE, digital_twins),
        Door::patch("/digitaltwins/{device}", SERVICE, digital_twins),
        Door::post(
            "/digitaltwins/{device}/commands/{command}",
            SERVICE,
            digital_twins,
        ),
        Door::post(
            "/digitaltwins/{device}/components/{component}/commands/{command}",
            SERVICE,
            digital_twins,
        ),
        Door::delete("/devices/{device}/commands", SERVICE, messages),
        Door::get("/messages/serviceBound/feedback", SERVICE, messages),
    ]
}

async fn configurations() -> ApiError {
    absent("configurations", "write desired properties to the twins")
}

async fn digital_twins() -> ApiError {
    absent("digital twins", "use the twin and its direct methods")
}

async fn messages() -> ApiError {
    absent("messages to devices", "use desired properties or methods")
}

fn absent(what: &str, instead: &str) -> ApiError {
    ApiError::new(
        Code::NotImplemented,
        format!("this hub has no {what} yet: {instead}"),
    )
}
