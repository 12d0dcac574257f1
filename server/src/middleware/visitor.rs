//! Who makes the request: loads session and access once, for handlers and pages alike; and the check of what a door
//! needs.

use axum::extract::{MatchedPath, OriginalUri, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use muster_app::routes;
use muster_app::rpc::{self, Need};
use muster_app::session::Visitor;
use muster_service::Access;
use tower_sessions::Session;

use crate::failure::story;
use crate::middleware::capacity::busy;
use crate::problem_page::{self, Problem, Wanted};
use crate::session;
use crate::state::AppState;

/// Loads the visitor into the request. What is made for them is not kept by browsers and proxies.
pub async fn layer(
    State(state): State<AppState>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(visitor) = load(&state, &session).await else {
        return busy(&state, Wanted::by(&request));
    };
    let caching = match visitor.access {
        Some(_) => HeaderValue::from_static("no-store"),
        None => HeaderValue::from_static("no-cache"),
    };
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(caching);
    response
}

/// `None` when the database could not be asked: nobody is signed out for that.
async fn load(state: &AppState, session: &Session) -> Option<Visitor> {
    let who = match session::who(session, state.hub().now()).await {
        Ok(who) => who,
        Err(problem) => {
            tracing::warn!(error = story(&problem), "a session could not be read");
            return None;
        }
    };
    let Some(person) = who else {
        return Some(Visitor { access: None });
    };
    match state.hub().access_of(person).await {
        Ok(Some(access)) => Some(Visitor {
            access: Some(access),
        }),
        // Deactivated or removed: the session ends with the account.
        Ok(None) => {
            if let Err(problem) = session.flush().await {
                tracing::warn!(error = story(&problem), "a session could not be ended");
            }
            Some(Visitor { access: None })
        }
        Err(problem) => {
            tracing::warn!(error = story(&problem), "an account could not be read");
            None
        }
    }
}

/// The access of the request.
pub fn access(request: &Request) -> Option<&Access> {
    request.extensions().get::<Visitor>()?.access.as_ref()
}

/// Whether nothing but a new password is open to this person.
pub fn password_is_due(access: &Access) -> bool {
    let person = access.person();
    person.is_some_and(|person| person.must_change_password)
}

/// Lets in who has what the door needs. Whoever is not signed in is led to the sign-in page, or told so.
pub async fn require(
    need: Need,
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    match refusal(need, access(&request)) {
        None => next.run(request).await,
        Some(Refusal::SignedOut) => signed_out(&state, &request),
        Some(Refusal::Forbidden) => {
            let problem = Problem {
                status: StatusCode::FORBIDDEN,
                title: "Your role does not allow this",
                what: "Nothing was changed. An administrator can give you a role that allows it.",
                reference: None,
            };
            problem_page::respond(&state, Wanted::by(&request), problem)
        }
    }
}

/// For pages and server functions. Functions are refused here as well as in their bodies: before their arguments are
/// even looked at. Pages lead visitors who are not signed in to the sign-in page, and back afterwards; what a role may
/// see a page decides itself, through the hub.
pub async fn listed(state: State<AppState>, request: Request, next: Next) -> Response {
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map(MatchedPath::as_str)
        .unwrap_or_default();
    let need = if path.starts_with(rpc::PREFIX) {
        need_of_call(path)
    } else if path == routes::ROOT {
        Need::SignedIn
    } else if need_of_page(path) == Some(Need::Anyone) {
        Need::Anyone
    } else {
        Need::SignedIn
    };
    require(need, state, request, next).await
}

/// What a server function needs. One without an entry needs an account, and asks for the rest itself.
fn need_of_call(path: &str) -> Need {
    let endpoint = rpc::ENDPOINTS
        .iter()
        .find(|(endpoint, _)| *endpoint == path);
    endpoint.map_or(Need::SignedIn, |(_, need)| *need)
}

/// What a page needs, by its path as the router writes it. A page without an entry needs an account.
pub fn need_of_page(path: &str) -> Option<Need> {
    let page = routes::PAGES
        .iter()
        .find(|(page, _)| axum_path(page) == path);
    page.map(|(_, need)| *need)
}

/// `/devices/:id` as the router writes it: `/devices/{id}`.
pub fn axum_path(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix(':') {
        Some(name) => format!("{{{name}}}"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

enum Refusal {
    SignedOut,
    Forbidden,
}

fn refusal(need: Need, access: Option<&Access>) -> Option<Refusal> {
    match (need, access) {
        (Need::Anyone, _) => None,
        (_, None) => Some(Refusal::SignedOut),
        (Need::SignedIn, Some(_)) => None,
        (Need::Action(action), Some(access)) => (!access.can(action)).then_some(Refusal::Forbidden),
    }
}

fn signed_out(state: &AppState, request: &Request) -> Response {
    let wanted = Wanted::by(request);
    if wanted == Wanted::Page {
        let uri = request
            .extensions()
            .get::<OriginalUri>()
            .map_or(request.uri(), |original| &original.0);
        let back = uri.path_and_query().map_or("/", |path| path.as_str());
        let back = if request.method() == axum::http::Method::GET {
            back
        } else {
            "/"
        };
        return Redirect::to(&routes::sign_in_for(back)).into_response();
    }
    let problem = Problem {
        status: StatusCode::UNAUTHORIZED,
        title: "You are signed out",
        what: "Sign in and try again.",
        reference: None,
    };
    problem_page::respond(state, wanted, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_by_the_routers_path() {
        assert_eq!(axum_path("/devices/:id"), "/devices/{id}");
        assert_eq!(axum_path("/"), "/");
        assert_eq!(need_of_page("/setup/{token}"), Some(Need::Anyone));
        assert_eq!(need_of_page("/nowhere"), None);
    }
}
