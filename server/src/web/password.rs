//! `POST /account/password`: changing one's own password.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Form};
use muster_app::routes;
use muster_app::session::Visitor;
use muster_service::people::PasswordError;
use serde::Deserialize;
use tower_sessions::Session;

use crate::failure::story;
use crate::middleware::capacity::busy;
use crate::problem_page::Wanted;
use crate::session::{self, Ended};
use crate::state::AppState;
use crate::web::back_with;
use crate::web::setup::credential_code;

/// The form of the account page.
#[derive(Deserialize)]
pub struct Fields {
    #[serde(default)]
    current: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    repeat: String,
}

/// No password.
impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fields(…)")
    }
}

/// Changes it; all other sessions of the person end, and this one gets a new id.
pub async fn post(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    Form(fields): Form<Fields>,
) -> Response {
    let Some(access) = visitor.access else {
        return Redirect::to(routes::SIGN_IN).into_response();
    };
    if fields.new != fields.repeat {
        return back_with(routes::ACCOUNT, "mismatch").into_response();
    }
    let this = session.id().map(|id| session::stored_id(&id));
    let changed = state
        .hub()
        .change_own_password(&access, &fields.current, &fields.new, this)
        .await;
    if let Err(problem) = changed {
        let code = match problem {
            PasswordError::Wrong => "wrong",
            PasswordError::Same => "same",
            PasswordError::Rule(problem) => credential_code(problem),
            PasswordError::Service(problem) => {
                tracing::warn!(error = story(&problem), "a password could not be changed");
                return busy(&state, Wanted::Page);
            }
        };
        return back_with(routes::ACCOUNT, code).into_response();
    }
    if let Err(problem) = session.cycle_id().await {
        tracing::warn!(error = story(&problem), "a session could not get a new id");
    }
    if let Some(person) = access.person() {
        state.endings().tell(Ended::Person(person.id));
    }
    Redirect::to(&format!("{}?done=password", routes::ACCOUNT)).into_response()
}
