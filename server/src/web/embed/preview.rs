//! `GET /embeds/preview`: a panel as an embed would show it to whoever asks, for frames of the dashboard itself.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use muster_app::embed::{Frame, PREVIEW, panel, sentence};
use muster_app::session::Visitor;
use muster_core::embed::{PanelParts, Theme};
use muster_service::ServiceError;
use muster_service::access::kinds::KeepEmbeds;
use serde::Deserialize;

use super::{UNTITLED, busy, policy};
use crate::state::AppState;

/// The panel as the form writes it.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    name: String,
    #[serde(default)]
    filter: String,
    #[serde(default)]
    theme: String,
    #[serde(flatten)]
    panel: PanelParts,
}

/// Draws it once; it does not read itself anew. Only the dashboard may frame it.
pub async fn get(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let hub = state.hub();
    let Some(access) = visitor.access else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let shown = match hub.permit::<KeepEmbeds>(&access) {
        Ok(permit) => {
            hub.preview_embed(&permit, &asked.panel, &asked.filter)
                .await
        }
        Err(error) => Err(error),
    };
    let title = match asked.name.trim() {
        "" => UNTITLED,
        name => name,
    };
    let frame = Frame {
        title,
        theme: asked.theme.parse().unwrap_or(Theme::Auto),
        parents: &[],
        every_s: PREVIEW,
        pkg: &state.site().pkg,
    };
    let (status, html) = match shown {
        Ok((_, shown)) => (StatusCode::OK, panel(frame, &shown)),
        Err(ServiceError::NotFound) => (
            StatusCode::NOT_FOUND,
            sentence(
                frame,
                "No such device is among those that the filter keeps and you see.",
            ),
        ),
        Err(ServiceError::Invalid(why)) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            sentence(frame, &muster_app::format::sentence(&why)),
        ),
        Err(error @ ServiceError::Forbidden(_)) => {
            (StatusCode::FORBIDDEN, sentence(frame, &error.to_string()))
        }
        Err(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            sentence(frame, &busy(&error)),
        ),
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CONTENT_SECURITY_POLICY, policy("'self'")),
    ];
    (status, headers, html).into_response()
}
