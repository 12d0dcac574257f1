//! `GET /embed/{token}`: a panel inside a page of others, or opened by itself.
//!
//! A router of its own: no session, no cookie, no page of the dashboard. Each answer names the pages that may frame it
//! (`frame-ancestors`), is kept nowhere, and never tells its address to others. What was drawn is shown to all who look
//! within a second, so that a panel on a thousand desks costs as much as on one.

mod drawings;
pub mod preview;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use muster_app::embed::{Frame, REFRESH_S, panel, sentence};
use muster_core::embed::signed::BadSigned;
use muster_core::embed::{Origin, Theme};
use muster_core::policy::Role;
use muster_service::ServiceError;
use muster_service::embeds::{Closed, OpenEmbed, Why};

use crate::failure::story;
use crate::state::AppState;
use drawings::{Drawings, Full};

/// Where embeds are; the token follows.
pub const PREFIX: &str = "/embed/";

/// The title where none may be told.
const UNTITLED: &str = "Panel";

/// Whether a request is for an embed.
pub fn is_meant<B>(request: &Request<B>) -> bool {
    request.uri().path().starts_with(PREFIX)
}

/// The router.
pub fn router(state: AppState) -> Router {
    let shared = Shared {
        state,
        drawings: Drawings::default(),
    };
    Router::new()
        .route("/embed/{token}", get(show))
        .fallback(async || StatusCode::NOT_FOUND)
        .with_state(shared)
}

#[derive(Clone, Debug)]
struct Shared {
    state: AppState,
    drawings: Drawings,
}

async fn show(
    State(shared): State<Shared>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let hub = shared.state.hub();
    let open = match hub.open_embed(&token).await {
        Ok(open) => open,
        Err(closed) => return refused(&shared.state, &closed),
    };
    let parents = &open.embed().parents;
    let drawn = match shared.drawings.turn(open.key(), hub.now()).await {
        Ok(mut turn) => match turn.fresh() {
            Some(drawn) => Ok(drawn),
            None => draw(&shared.state, &open)
                .await
                .map(|drawn| turn.keep(drawn)),
        },
        Err(Full) => {
            metrics::counter!("muster_embed_refused_total").increment(1);
            let words = "Too many look at this panel at once. It comes back by itself in a moment.";
            let html = said(&shared.state, &open, words);
            let mut response = respond(StatusCode::TOO_MANY_REQUESTS, parents, html);
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            return response;
        }
    };
    match drawn {
        Ok(drawn) => {
            let opened = text(&headers, "sec-fetch-dest") != Some("empty");
            hub.note_embed_use(&open, opened, framed_by(&headers).as_ref());
            respond(StatusCode::OK, parents, drawn)
        }
        Err(error) => {
            let (status, words) = match error {
                ServiceError::NotFound => (
                    StatusCode::NOT_FOUND,
                    "What this panel shows is no longer there, or lies outside its filter."
                        .to_owned(),
                ),
                ServiceError::Invalid(why) => (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    format!("This panel cannot be shown: {why}."),
                ),
                other => (StatusCode::SERVICE_UNAVAILABLE, busy(&other)),
            };
            respond(status, parents, said(&shared.state, &open, &words))
        }
    }
}

async fn draw(state: &AppState, open: &OpenEmbed) -> Result<String, ServiceError> {
    let shown = state.hub().show_embed(open).await?;
    Ok(panel(frame(state, open), &shown))
}

fn frame<'a>(state: &'a AppState, open: &'a OpenEmbed) -> Frame<'a> {
    let embed = open.embed();
    Frame {
        title: &embed.name,
        theme: embed.theme,
        parents: &embed.parents,
        every_s: REFRESH_S,
        pkg: &state.site().pkg,
    }
}

fn said(state: &AppState, open: &OpenEmbed, words: &str) -> String {
    sentence(frame(state, open), words)
}

fn busy(error: &ServiceError) -> String {
    tracing::warn!(error = story(error), "a panel could not be read");
    "The hub could not read this panel now. It comes back by itself in a moment.".to_owned()
}

/// One sentence, and who can help; nothing of what the panel showed, not even its title.
fn refused(state: &AppState, closed: &Closed) -> Response {
    let help = match closed.author {
        Some(Role::Manager) => "Ask a manager for a new one.",
        Some(Role::Supervisor) => "Ask a supervisor for a new one.",
        Some(Role::Admin | Role::Operator) | None => "Ask an administrator for a new one.",
    };
    let (status, words) = match &closed.why {
        Why::Unknown => (
            StatusCode::NOT_FOUND,
            "There is no panel at this address.".to_owned(),
        ),
        Why::Revoked => (StatusCode::GONE, format!("This panel was revoked. {help}")),
        Why::Expired => (StatusCode::GONE, format!("This panel has ended. {help}")),
        Why::Author => (
            StatusCode::GONE,
            format!("This panel is no longer shared. {help}"),
        ),
        Why::Signed(BadSigned::Expired) => (
            StatusCode::FORBIDDEN,
            "Your time with this panel is over. Reload the page around it.".to_owned(),
        ),
        Why::Signed(why) => (
            StatusCode::FORBIDDEN,
            format!("The page around this panel signed it wrongly: {why}."),
        ),
        Why::Filter(why) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("The page around this panel narrows it in a way that cannot be read: {why}."),
        ),
        Why::Service(error) => (StatusCode::SERVICE_UNAVAILABLE, busy(error)),
    };
    let frame = Frame {
        title: UNTITLED,
        theme: Theme::Auto,
        parents: closed.parents(),
        every_s: REFRESH_S,
        pkg: &state.site().pkg,
    };
    respond(status, closed.parents(), sentence(frame, &words))
}

/// The answer with its headers. Without parents nobody may frame it.
fn respond(status: StatusCode, parents: &[Origin], html: impl Into<Body>) -> Response {
    let ancestors = match parents {
        [] => "'none'".to_owned(),
        some => some
            .iter()
            .map(Origin::as_str)
            .collect::<Vec<_>>()
            .join(" "),
    };
    let body: Body = html.into();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(&ancestors));
    response
}

/// What every answer says. Pages that isolate themselves may frame it: who may at all, the policy says.
const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    ),
];

/// The content security policy of a panel: nothing inline, nothing from elsewhere.
fn policy(ancestors: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; object-src 'none'; \
         frame-ancestors {ancestors}"
    );
    HeaderValue::from_str(&policy).expect("origins are plain ASCII")
}

/// The page that frames the panel, as the browser says: it comes from there. Other requests of the panel's own page
/// name nobody.
fn framed_by(headers: &HeaderMap) -> Option<Origin> {
    let inside = text(headers, "sec-fetch-dest") == Some("iframe");
    let from = text(headers, "referer").filter(|_| inside)?;
    Origin::of_address(from)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
