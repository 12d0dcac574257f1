//! `POST /sign-in`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Form};
use muster_app::routes;
use muster_service::people::SignInError;
use serde::Deserialize;
use tower_sessions::Session;

use crate::failure::story;
use crate::listen::Peer;
use crate::middleware::capacity::busy;
use crate::problem_page::Wanted;
use crate::session;
use crate::state::AppState;
use crate::web::local;

/// The form of the sign-in page.
#[derive(Deserialize)]
pub struct Fields {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// Neither name nor password.
impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fields(…)")
    }
}

/// Signs in and leads on; otherwise back to the form with the reason. Unknown names get the answer of wrong passwords.
pub async fn post(
    State(state): State<AppState>,
    Extension(peer): Extension<Peer>,
    session: Session,
    Form(fields): Form<Fields>,
) -> Response {
    let hub = state.hub();
    let address = peer.0.ip().to_canonical().to_string();
    let next = local(&fields.next);
    let refused = |problem: &str| {
        let next = next
            .map(|next| format!("&next={}", routes::encode(next)))
            .unwrap_or_default();
        Redirect::to(&format!("{}?problem={problem}{next}", routes::SIGN_IN)).into_response()
    };
    let person = match hub.sign_in(&fields.name, &fields.password, &address).await {
        Ok(person) => person,
        Err(SignInError::Wrong) => return refused("wrong"),
        Err(SignInError::SlowDown) => return refused("slow_down"),
        Err(SignInError::Service(problem)) => {
            tracing::warn!(error = story(&problem), "a sign-in could not be checked");
            return busy(&state, Wanted::Page);
        }
    };
    if let Err(problem) = session::begin(&session, person.id, hub.now()).await {
        tracing::warn!(error = story(&problem), "a session could not be made");
        return busy(&state, Wanted::Page);
    }
    let place = if person.must_change_password {
        routes::ACCOUNT
    } else {
        next.unwrap_or(routes::ROOT)
    };
    Redirect::to(place).into_response()
}
