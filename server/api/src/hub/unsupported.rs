//! What IoT Hub has and this hub has not yet: said clearly, in the form that SDKs read.

use muster_core::access::Right;
use muster_core::policy::Action;

use super::door::{Door, Need};
use crate::error::{ApiError, Code};
use crate::throttle::Class;

const JOBS: Need = Need {
    rights: &[Right::ServiceConnect],
    action: Action::EditTwin,
    class: Class::Registry,
};

const CONFIGURATIONS: Need = Need {
    rights: &[Right::RegistryRead, Right::RegistryWrite],
    ..JOBS
};

/// Where they would be.
pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::get("/jobs/v2/query", JOBS, jobs),
        Door::get("/jobs/v2/{job}", JOBS, jobs),
        Door::put("/jobs/v2/{job}", JOBS, jobs),
        Door::post("/jobs/v2/{job}/cancel", JOBS, jobs),
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
    ]
}

async fn jobs() -> ApiError {
    ApiError::new(
        Code::NotImplemented,
        "this hub has no jobs yet: write twins and call methods one by one",
    )
}

async fn configurations() -> ApiError {
    ApiError::new(
        Code::NotImplemented,
        "this hub has no configurations yet: write desired properties to the twins",
    )
}
