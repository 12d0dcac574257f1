//! `/operations/{id}/file`: what an export of the registry wrote.

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use muster_api::manage::operations::file::{MEDIA, body, part};
use muster_app::session::Visitor;
use muster_core::ids::OperationId;
use muster_service::ServiceError;
use serde::Deserialize;

use crate::failure::story;
use crate::middleware::capacity::busy;
use crate::middleware::visitor::password_is_due;
use crate::problem_page::Wanted;
use crate::state::AppState;

/// The address.
pub const ROUTE: &str = "/operations/{id}/file";

/// What the query string says.
#[derive(Deserialize, Debug)]
pub struct Asked {
    part: Option<String>,
}

/// Streams the file.
pub async fn get(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(access) = visitor.access else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if password_is_due(&access) {
        return (StatusCode::FORBIDDEN, "choose a new password first\n").into_response();
    }
    let Ok(id) = id.parse().map(OperationId) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let part = part(asked.part.as_deref());
    let found = match state.hub().fetch_transfer(&access, id, part).await {
        Ok(found) => found,
        Err(ServiceError::Forbidden(_)) => return StatusCode::FORBIDDEN.into_response(),
        Err(ServiceError::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(ServiceError::Invalid(why)) => {
            return (StatusCode::GONE, format!("{why}\n")).into_response();
        }
        Err(problem) => {
            tracing::warn!(error = story(&problem), "an export could not be fetched");
            return busy(&state, Wanted::Page);
        }
    };
    let disposition = format!("attachment; filename=\"{}\"", found.name);
    let headers = [
        (header::CONTENT_TYPE, MEDIA.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_LENGTH, found.bytes.to_string()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body(found)).into_response()
}
