//! `POST /setup/{token}`: the first administrator, through the one-time link of the console.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use muster_app::routes;
use muster_core::person::BadCredential;
use muster_service::ServiceError;
use serde::Deserialize;
use tower_sessions::Session;

use crate::failure::story;
use crate::middleware::capacity::busy;
use crate::problem_page::Wanted;
use crate::session;
use crate::state::AppState;
use crate::web::back_with;

/// The form of the set-up page.
#[derive(Deserialize)]
pub struct Fields {
    #[serde(default)]
    name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    repeat: String,
}

/// Neither name nor password.
impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fields(…)")
    }
}

/// Makes the account and signs it in; otherwise back to the form with the reason.
pub async fn post(
    State(state): State<AppState>,
    Path(token): Path<String>,
    session: Session,
    Form(fields): Form<Fields>,
) -> Response {
    let hub = state.hub();
    let page = routes::setup(&token);
    if fields.password != fields.repeat {
        return back_with(&page, "mismatch").into_response();
    }
    let made = hub
        .complete_setup(&token, &fields.name, &fields.display_name, &fields.password)
        .await;
    let person = match made {
        Ok(person) => person,
        Err(problem) => {
            let code = match problem {
                ServiceError::NotFound => "used_link",
                ServiceError::Credential(problem) => credential_code(problem),
                ServiceError::AlreadyExists => "taken",
                ServiceError::Invalid(_) => "bad_name",
                problem => {
                    tracing::warn!(error = story(&problem), "the set-up could not be completed");
                    return busy(&state, Wanted::Page);
                }
            };
            return back_with(&page, code).into_response();
        }
    };
    match session::begin(&session, person.id, hub.now()).await {
        Ok(()) => Redirect::to(routes::ROOT).into_response(),
        // The account exists; signing in works.
        Err(_) => Redirect::to(routes::SIGN_IN).into_response(),
    }
}

/// How pages name what is wrong with a name or password.
pub(super) fn credential_code(problem: BadCredential) -> &'static str {
    match problem {
        BadCredential::Name => "bad_name",
        BadCredential::TooShort => "too_short",
        BadCredential::TooLong => "too_long",
    }
}
