//! `Idempotency-Key`: a POST that a client repeats because it lost the answer is done once. The first answer is kept for
//! 24 hours and given again.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use muster_core::hash;
use muster_service::{Hub, Repeated};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::{self, Call};
use super::problem::Problem;
use super::route::{Outcome, Reply, Route};

/// The header that carries the key.
pub const KEY: &str = "idempotency-key";

/// The header of an answer that was given before.
pub const REPLAYED: &str = "idempotent-replayed";

/// Longest key, in characters.
pub const MAX_KEY: usize = 128;

/// The key of the request, where the route takes one.
pub(super) fn key(route: &Route, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(KEY).filter(|_| route.is_repeatable()) else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default();
    let plain = key.bytes().all(|byte| byte.is_ascii_graphic());
    if key.is_empty() || key.len() > MAX_KEY || !plain {
        return Err(Problem::unreadable(format!(
            "Idempotency-Key has 1 to {MAX_KEY} letters, digits and signs, without spaces."
        )));
    }
    Ok(Some(key.to_owned()))
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    body: Option<Value>,
    etag: Option<String>,
    location: Option<String>,
}

/// Does the request, or gives the answer that it had.
pub(super) async fn answer(
    route: &'static Route,
    call: Call,
    key: String,
    target: &str,
    body: &Bytes,
) -> Result<Response, Problem> {
    // With the token: another token of the same person may be allowed less than the answer tells.
    let by = call.access.token().unwrap_or_default();
    let asked = [by, "\n", route.method.as_str(), " ", target, "\n"].concat();
    let asked = [asked.as_bytes(), body].concat();
    let begun = call
        .hub
        .begin_once(&call.access, &key, hash::sha256(&asked))
        .await?;
    let conflict = |code, detail: &str| Err(Problem::new(StatusCode::CONFLICT, code, detail));
    match begun {
        Repeated::First => {
            // To its end even when the client leaves: otherwise the key would say "under way" for a day.
            let done = tokio::spawn(first(route, call, key)).await;
            Ok(call::response(route, done.map_err(interrupted)??))
        }
        Repeated::Answered(kept) => {
            let kept: Kept = serde_json::from_slice(&kept).map_err(|_| {
                Problem::refused("The kept answer cannot be read; use another Idempotency-Key.")
            })?;
            let reply = Reply {
                body: kept.body,
                etag: kept.etag,
                location: kept.location,
                ..Reply::nothing()
            };
            let mut response = call::response(route, reply);
            let name = HeaderName::from_static(REPLAYED);
            let value = HeaderValue::from_static("true");
            response.headers_mut().insert(name, value);
            Ok(response)
        }
        Repeated::UnderWay => conflict(
            "under_way",
            "A request with this Idempotency-Key is under way, or was cut off by the end of the hub; look at what is \
             there before you use another key.",
        ),
        Repeated::OtherRequest => conflict(
            "key_used",
            "This Idempotency-Key came with another request before; use a new one for each request.",
        ),
        Repeated::TooMany => Err(Problem::slow_down(
            3600,
            "Too many requests with an Idempotency-Key in 24 hours.",
        )),
    }
}

async fn first(route: &'static Route, call: Call, key: String) -> Outcome {
    let (hub, access) = (call.hub.clone(), call.access.clone());
    let outcome = call::run(route, call).await;
    // A refusal changed nothing: the same key may be tried again.
    let kept = outcome.as_ref().ok().map(|reply| {
        let kept = Kept {
            body: reply.body.clone(),
            etag: reply.etag.clone(),
            location: reply.location.clone(),
        };
        serde_json::to_vec(&kept).expect("an answer is plain data")
    });
    note(&hub, &access, &key, kept).await;
    outcome
}

async fn note(hub: &Hub, access: &muster_service::Access, key: &str, kept: Option<Vec<u8>>) {
    if let Err(error) = hub.finish_once(access, key, kept).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "could not keep an answer for repeating it"
        );
    }
}

/// The work panicked.
fn interrupted(error: tokio::task::JoinError) -> Problem {
    Problem::failed(error.to_string())
}
