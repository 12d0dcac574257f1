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

/// Where they would be (spec §5.13).
pub(super) fn doors() -> Vec<Door> {
    vec![
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
