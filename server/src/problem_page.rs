//! Error answers that do not depend on anything that may have failed: a small page, or the same as JSON for calls.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use muster_api::ApiError;
use muster_app::error::AppError;
use muster_app::rpc::PREFIX;
use muster_core::ids::RefId;

use crate::state::AppState;

/// What went wrong, for the reader.
#[derive(Debug)]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// What happened.
    pub title: &'static str,
    /// To what, and what to do.
    pub what: &'static str,
    /// What to quote.
    pub reference: Option<RefId>,
}

/// In which form the client wants to read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// A page.
    Page,
    /// The error of a server function.
    Call,
    /// An error of the service API.
    Service,
    /// An error of the management REST.
    Management,
    /// A line of text.
    Text,
}

impl Wanted {
    /// Pages for people, also where a form was sent without script; errors for server functions; text for the rest.
    pub fn by(request: &Request) -> Self {
        if muster_api::hub::is_meant(request) {
            return Self::Service;
        }
        if request.uri().path().starts_with(muster_api::manage::PREFIX) {
            return Self::Management;
        }
        let accepts = request
            .headers()
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok());
        if accepts.is_some_and(|accepts| accepts.contains("text/html")) {
            Self::Page
        } else if request.uri().path().starts_with(PREFIX) {
            Self::Call
        } else {
            Self::Text
        }
    }
}

/// The answer. Never cached.
pub fn respond(state: &AppState, wanted: Wanted, problem: Problem) -> Response {
    let Problem {
        status,
        title,
        what,
        reference,
    } = problem;
    let mut response = match wanted {
        Wanted::Page => (
            status,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            page(state, title, what, reference),
        )
            .into_response(),
        Wanted::Call => call(status, reference),
        Wanted::Service => {
            let reference = reference.map(muster_api::Reference);
            ApiError::from(status).render(reference.as_ref(), state.hub().now())
        }
        Wanted::Management => {
            let reference = reference.unwrap_or_else(|| state.entropy().ref_id());
            muster_api::manage::problem::Problem::of_listener(status, what).respond(&reference)
        }
        Wanted::Text => {
            let reference = reference
                .map(|reference| format!(" (reference {reference})"))
                .unwrap_or_default();
            (status, format!("{title}. {what}{reference}\n")).into_response()
        }
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn call(status: StatusCode, reference: Option<RefId>) -> Response {
    let error = match (status, reference) {
        (StatusCode::UNAUTHORIZED, _) => AppError::SignedOut,
        (StatusCode::FORBIDDEN, _) => AppError::Forbidden {
            action: "do this".to_owned(),
        },
        (StatusCode::NOT_FOUND, _) => AppError::NotFound,
        (StatusCode::INTERNAL_SERVER_ERROR, Some(ref_id)) => AppError::Internal { ref_id },
        _ => AppError::Unavailable,
    };
    let json = serde_json::to_string(&error).expect("an AppError is plain data");
    let mut response = (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        Body::from(json),
    )
        .into_response();
    // What the generated client looks for before it reads an error.
    response
        .headers_mut()
        .insert("serverfnerror", HeaderValue::from_static("true"));
    response
}

/// The look of the app's own fault pages (`app/src/pages/fault.rs`). Only constants, the status and a reference of plain
/// letters go into it: nothing to escape.
fn page(state: &AppState, title: &str, what: &str, reference: Option<RefId>) -> String {
    let pkg = &state.site().pkg;
    let reference = reference
        .map(|reference| format!("<p class=\"meta\">Reference {reference}</p>"))
        .unwrap_or_default();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · Muster</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"><script src=\"/theme.js\"></script>\
         <link rel=\"stylesheet\" href=\"/{pkg}/muster.css\"></head>\
         <body><main id=\"main\" class=\"page\"><div class=\"fault\"><h1>{title}</h1><p>{what}</p>\
         <div class=\"row\"><a class=\"btn btn--primary\" href=\"/\">Go home</a></div>{reference}</div></main></body></html>"
    )
}
