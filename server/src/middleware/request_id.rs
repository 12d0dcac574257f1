//! Gives each request a reference: the log, the answer (`x-request-id`) and error pages carry the same one.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
pub use muster_api::Reference;

use crate::state::AppState;

/// The header that carries it back. What a client sends under this name is ignored: it could forge log lines.
pub const HEADER: &str = "x-request-id";

/// See the module.
pub async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let reference = state.entropy().ref_id();
    let header = HeaderValue::from_str(reference.as_str()).expect("references are plain ASCII");
    request.extensions_mut().insert(Reference(reference));
    let mut response = next.run(request).await;
    response.headers_mut().insert(HEADER, header);
    response
}
