//! `POST /sign-out` and `POST /sign-out-everywhere`.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use muster_app::routes;
use muster_app::session::Visitor;
use tower_sessions::Session;

use crate::failure::story;
use crate::middleware::capacity::busy;
use crate::problem_page::Wanted;
use crate::session::Ended;
use crate::state::AppState;

/// Ends this session.
pub async fn here(
    state: State<AppState>,
    visitor: Extension<Visitor>,
    session: Session,
) -> Response {
    end(state.0, visitor.0, session, false).await
}

/// Ends all sessions of the person, in whatever browser.
pub async fn everywhere(
    state: State<AppState>,
    visitor: Extension<Visitor>,
    session: Session,
) -> Response {
    end(state.0, visitor.0, session, true).await
}

async fn end(state: AppState, visitor: Visitor, session: Session, everywhere: bool) -> Response {
    let Some(access) = visitor.access else {
        return Redirect::to(routes::SIGN_IN).into_response();
    };
    let hub = state.hub();
    let person = access.person().map(|person| person.id);
    if let (true, Some(person)) = (everywhere, person) {
        if let Err(problem) = hub.end_sessions(person, None).await {
            tracing::warn!(error = story(&problem), "sessions could not be ended");
            return busy(&state, Wanted::Page);
        }
        state.endings().tell(Ended::Person(person));
    }
    let id = session.id();
    if let Err(problem) = session.flush().await {
        tracing::warn!(error = story(&problem), "a session could not be ended");
        return busy(&state, Wanted::Page);
    }
    if let Some(id) = id {
        state.endings().tell(Ended::Session(id));
    }
    if let Err(problem) = hub.signed_out(&access, everywhere).await {
        tracing::warn!(error = story(&problem), "a sign-out could not be recorded");
    }
    Redirect::to(routes::SIGN_IN).into_response()
}
