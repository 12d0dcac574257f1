//! Jobs over many devices (spec §5.8): bulk operations, as IoT Hub's tools ask for them.

use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::http::request::Parts;
use muster_core::access::Right;
use muster_core::job::check_job_id;
use muster_core::policy::Action;

use super::ApiState;
use super::door::{Door, Need};
use crate::error::ApiError;
use crate::throttle::Class;

mod body;
mod cancel;
mod create;
mod get;
mod list;
mod shown;

const READ: Need = Need {
    rights: &[Right::ServiceConnect],
    action: Action::SeeDevices,
    class: Class::Job,
};

const CREATE: Need = Need {
    action: Action::RunOperations,
    ..READ
};

const CANCEL: Need = Need {
    action: Action::SteerOperations,
    ..READ
};

/// Where they are made, read and called off. `query` wins over a job of that name.
pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::get("/jobs/v2/query", READ, list::handle),
        Door::get("/jobs/v2/{job}", READ, get::handle),
        Door::put("/jobs/v2/{job}", CREATE, create::handle),
        Door::post("/jobs/v2/{job}/cancel", CANCEL, cancel::handle),
    ]
}

/// `{job}` of the address, by its rule.
#[derive(Debug)]
struct JobName(String);

impl FromRequestParts<ApiState> for JobName {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Path(name) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::argument("the address is not UTF-8"))?;
        check_job_id(&name).map_err(|error| ApiError::argument(error.to_string()))?;
        Ok(Self(name))
    }
}
