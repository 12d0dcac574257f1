//! What every answer has: its reference, and errors written out.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::ApiState;
use crate::error::{ApiError, Code};
use crate::reference::Reference;

/// See the module.
pub(super) async fn layer(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let reference = request.extensions().get::<Reference>().cloned();
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        tell(&error, reference.as_ref());
        response = error.render(reference.as_ref(), state.hub().now());
    }
    let headers = response.headers_mut();
    let reference = reference.map(|reference| HeaderValue::from_str(reference.0.as_str()));
    if let Some(Ok(reference)) = reference {
        headers.insert("x-ms-request-id", reference);
    }
    // Answers hold keys.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn tell(error: &ApiError, reference: Option<&Reference>) {
    let reference = reference.map_or("", |reference| reference.0.as_str());
    let cause = error.cause.as_deref();
    if error.code == Code::ServerError {
        tracing::error!(
            request.id = reference,
            cause,
            "a request to the service API failed"
        );
    } else if cause.is_some() {
        tracing::warn!(
            request.id = reference,
            cause,
            "a request to the service API was put off"
        );
    }
}

/// A JSON answer. SDKs read it only when the type says so.
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json; charset=utf-8")],
        body.to_string(),
    )
        .into_response()
}

/// The same with the token that `If-Match` takes.
pub(super) fn tagged(body: &Value, etag: muster_core::device::ETag) -> Response {
    let mut response = json(StatusCode::OK, body);
    let quoted = HeaderValue::from_str(&format!("\"{etag}\"")).expect("base64 is plain ASCII");
    response.headers_mut().insert(header::ETAG, quoted);
    response
}
