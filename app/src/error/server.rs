//! The server's half: causes go to the log, statuses to the answer.

use http::StatusCode;
use http::header::ACCEPT;
use http::request::Parts;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use muster_service::ServiceError;

use super::AppError;
use crate::session;

impl From<ServiceError> for AppError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::NotFound => Self::NotFound,
            ServiceError::Forbidden(action) => Self::Forbidden {
                action: action.in_words().to_owned(),
            },
            ServiceError::Conflict { current } => Self::Conflict {
                current: current.to_string(),
            },
            ServiceError::Busy(what) => Self::TooMany {
                what: what.to_owned(),
            },
            ServiceError::AlreadyExists
            | ServiceError::Twin(_)
            | ServiceError::Lifecycle(_)
            | ServiceError::DeviceId(_)
            | ServiceError::Credential(_)
            | ServiceError::View(_)
            | ServiceError::Firmware(_)
            | ServiceError::Configuration(_)
            | ServiceError::Approval(_)
            | ServiceError::ApprovalPolicy(_)
            | ServiceError::Invalid(_)
            | ServiceError::Method(_)
            | ServiceError::TooManyModules
            | ServiceError::LastAdministrator => Self::invalid(error),
            ServiceError::Stopping => Self::Unavailable,
            ServiceError::Storage(_) if error.is_transient() => {
                tracing::warn!(error = chain(&error), "a use case failed for the moment");
                Self::Unavailable
            }
            ServiceError::Storage(_) => internal(&error),
        }
    }
}

/// Logs what failed under a reference and gives out the reference alone.
pub fn internal(error: &dyn std::error::Error) -> AppError {
    let ref_id = session::new_reference();
    tracing::error!(ref_id = %ref_id, error = chain(error), "a use case failed");
    AppError::Internal { ref_id }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Gives the page that is being rendered the status of what it shows instead of its content.
pub fn page_status(status: u16) {
    if let (Some(response), Ok(status)) = (
        use_context::<ResponseOptions>(),
        StatusCode::from_u16(status),
    ) {
        response.set_status(status);
    }
}

/// Gives the answer of a server function the status of its error. A plain form post keeps its redirect, and a page
/// that calls in process decides for itself.
pub(super) fn answer_status(error: &AppError) {
    let is_call = use_context::<Parts>().is_some_and(|request| {
        let wants_page = request
            .headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        request.uri.path().starts_with(crate::rpc::PREFIX) && !wants_page
    });
    if is_call {
        page_status(error.status());
    }
}
