//! `GET /live?topics=…`: the stream of news of a page, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use muster_app::live::{encode, service_topics, topic};
use muster_app::pages::fleet::query_string;
use muster_app::session::Visitor;
use muster_core::ids::PersonId;
use muster_service::ServiceError;
use muster_service::live::LiveStream;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tower_sessions::Session;

use crate::failure::story;
use crate::middleware::visitor::password_is_due;
use crate::session::{Ended, stored_id};
use crate::state::AppState;

/// How often a quiet stream says that it is alive, and asks whether its session still is.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// News between the hub and a slow browser; beyond it the browser is waited for, and may be told to read again.
const QUEUE: usize = 16;

/// Opens the stream. It ends with the session, with the rights of the person, and when the hub shuts down.
pub async fn get(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let pairs = query_string::pairs(query.as_deref().unwrap_or_default());
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let (Some(access), Some(id)) = (visitor.access, session.id()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if password_is_due(&access) {
        return (StatusCode::FORBIDDEN, "choose a new password first\n").into_response();
    }
    let Some(topics) = value("topics").and_then(topic::split) else {
        return (StatusCode::BAD_REQUEST, "topics are missing or not known\n").into_response();
    };
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok());
    let after = last.or(value("after")).and_then(|id| id.parse().ok());
    // Heard before the stream is opened: an end in between is not missed.
    let endings = state.endings().listen();
    let stream = match state
        .hub()
        .subscribe_live(&access, service_topics(topics), after)
    {
        Ok(stream) => stream,
        Err(ServiceError::Busy(_)) => {
            return (
                StatusCode::TOO_MANY_REQUESTS,
                [(header::RETRY_AFTER, "10")],
                "too many open pages\n",
            )
                .into_response();
        }
        Err(problem) => return (StatusCode::BAD_REQUEST, format!("{problem}\n")).into_response(),
    };
    let (send, receive) = mpsc::channel(QUEUE);
    let feed = Feed {
        state,
        session: stored_id(&id),
        is_mine: Mine {
            session: id,
            person: access.person().map(|person| person.id),
        },
        endings,
        send,
    };
    tokio::spawn(feed.run(stream));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(ReceiverStream::new(receive))).into_response()
}

struct Mine {
    session: tower_sessions::session::Id,
    person: Option<PersonId>,
}

impl Mine {
    fn ended(&self, ended: Ended) -> bool {
        match ended {
            Ended::Session(session) => session == self.session,
            Ended::Person(person) => Some(person) == self.person,
        }
    }
}

struct Feed {
    state: AppState,
    session: i128,
    is_mine: Mine,
    endings: broadcast::Receiver<Ended>,
    send: mpsc::Sender<Result<Bytes, Infallible>>,
}

impl Feed {
    async fn run(mut self, mut stream: LiveStream) {
        metrics::gauge!("muster_live_streams").increment(1.0);
        let streams = self.state.streams().clone();
        let mut alive = tokio::time::interval(KEEP_ALIVE);
        // The first tick is immediate: headers and a comment leave at once, and the browser knows it is connected.
        loop {
            // Held across other news: dropping it half-way could lose an item.
            let next = stream.next();
            tokio::pin!(next);
            let item = loop {
                tokio::select! {
                    item = &mut next => break item,
                    () = streams.cancelled() => break None,
                    () = self.send.closed() => break None,
                    ended = self.endings.recv() => match ended {
                        Ok(ended) if self.is_mine.ended(ended) => break None,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) if self.session_lives().await => {}
                        Err(_) => break None,
                    },
                    _ = alive.tick() => {
                        if !self.session_lives().await || self.send.send(Ok(Bytes::from_static(b": alive\n\n"))).await.is_err() {
                            break None;
                        }
                    }
                }
            };
            let Some((id, item)) = item else { break };
            let item = encode(item, self.state.hub().now());
            let text = format!(
                "id: {id}\nevent: {}\ndata: {}\n\n",
                item.kind(),
                item.data()
            );
            if self.send.send(Ok(text.into())).await.is_err() {
                break;
            }
        }
        metrics::gauge!("muster_live_streams").decrement(1.0);
    }

    /// Whether the session was not ended meanwhile. A database that does not answer ends nothing.
    async fn session_lives(&self) -> bool {
        match self.state.hub().load_session(self.session).await {
            Ok(found) => found.is_some(),
            Err(problem) => {
                tracing::debug!(
                    error = story(&problem),
                    "a stream could not ask for its session"
                );
                true
            }
        }
    }
}
