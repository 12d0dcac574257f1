//! `GET /api`: the description of the management REST as a page. Open to everybody: it holds nothing of the hub.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::state::AppState;

/// The page, with the stylesheet of the built site.
pub async fn get(State(state): State<AppState>) -> Response {
    let page = muster_api::openapi::page::page(&state.site().pkg);
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}
