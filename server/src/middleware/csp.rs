//! The content security policy, with a nonce per request for the one inline script of hydration.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;

use crate::state::AppState;

/// The nonce of a request, as a request extension; pages read it through the Leptos context.
#[derive(Clone, Debug)]
pub struct CspNonce(pub Arc<str>);

/// See the module.
pub async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let nonce = base64::engine::general_purpose::STANDARD.encode(state.entropy().bytes::<16>());
    let policy = HeaderValue::from_str(&policy(&nonce)).expect("the policy is plain ASCII");
    request.extensions_mut().insert(CspNonce(nonce.into()));
    let mut response = next.run(request).await;
    // A panel that is tried out says itself who may frame it.
    response
        .headers_mut()
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(policy);
    response
}

fn policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'none'; report-uri /csp-report"
    )
}
