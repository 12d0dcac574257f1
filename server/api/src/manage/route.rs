//! One entry of the table of routes: what the router does with it, what the description says, who is let in.

use std::fmt;
use std::pin::Pin;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use serde_json::Value;

use super::call::Call;
use super::parameter::Parameter;
use super::problem::Problem;

/// What a route asks of whoever knocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Some valid token.
    Token,
    /// A token that allows the action.
    Action(Action),
}

/// A JSON schema, made when it is asked for.
pub type Schema = fn() -> Value;

/// What a route answers when all goes well.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// What it means.
    pub what: &'static str,
    /// Its body; `None` for none.
    pub schema: Option<Schema>,
    /// Whether it carries an `ETag`.
    pub etag: bool,
    /// The types that its body may have.
    pub media: &'static [&'static str],
}

impl Answer {
    /// `200` with a body.
    pub(crate) const fn ok(what: &'static str, schema: Schema) -> Self {
        Self {
            status: StatusCode::OK,
            what,
            schema: Some(schema),
            etag: false,
            media: &["application/json"],
        }
    }

    /// `201` with a body.
    pub(crate) const fn created(what: &'static str, schema: Schema) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..Self::ok(what, schema)
        }
    }

    /// `204`.
    pub(crate) const fn nothing(what: &'static str) -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            what,
            schema: None,
            etag: false,
            media: &[],
        }
    }

    /// `200` with a file of one of these types.
    pub(crate) const fn file(
        what: &'static str,
        schema: Schema,
        media: &'static [&'static str],
    ) -> Self {
        Self {
            media,
            ..Self::ok(what, schema)
        }
    }

    /// With an `ETag`.
    pub(crate) const fn tagged(self) -> Self {
        Self { etag: true, ..self }
    }
}

/// What is sent back.
#[derive(Debug)]
pub struct Reply {
    /// The body; `None` for none.
    pub body: Option<Value>,
    /// A file instead, with its type; never of a POST, whose answers are kept.
    pub file: Option<(&'static str, Body)>,
    /// The token of what the body shows.
    pub etag: Option<String>,
    /// Where to find what was made.
    pub location: Option<String>,
}

impl Reply {
    pub(crate) fn of(body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::nothing()
        }
    }

    pub(crate) fn file(kind: &'static str, body: Body) -> Self {
        Self {
            file: Some((kind, body)),
            ..Self::nothing()
        }
    }

    pub(crate) fn nothing() -> Self {
        Self {
            body: None,
            file: None,
            etag: None,
            location: None,
        }
    }

    pub(crate) fn tagged(self, etag: impl fmt::Display) -> Self {
        Self {
            etag: Some(etag.to_string()),
            ..self
        }
    }

    pub(crate) fn at(self, location: String) -> Self {
        Self {
            location: Some(location),
            ..self
        }
    }
}

/// The end of a call.
pub type Outcome = Result<Reply, Problem>;

/// The work of a route.
pub type Run = fn(Call) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A route. Everything about it stands here: the router, the description and the test of rights read the same entry.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path below [`super::PREFIX`], with `{name}` for parameters.
    pub path: &'static str,
    /// Its name in generated clients.
    pub id: &'static str,
    /// What it is about: the heading it stands under.
    pub tag: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// What else to know.
    pub notes: &'static str,
    /// What it needs.
    pub need: Need,
    /// Parameters in path, query and headers.
    pub parameters: &'static [&'static Parameter],
    /// The body it takes.
    pub body: Option<Schema>,
    /// The answer when all goes well.
    pub answer: Answer,
    /// Refusals beyond those that follow from the rest ([`Route::refusals`]).
    pub also: &'static [StatusCode],
    pub(crate) run: Run,
}

impl Route {
    /// Every status but the one of success.
    pub fn refusals(&self) -> Vec<StatusCode> {
        let mut all = vec![
            StatusCode::BAD_REQUEST,
            StatusCode::UNAUTHORIZED,
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            StatusCode::INTERNAL_SERVER_ERROR,
            StatusCode::SERVICE_UNAVAILABLE,
        ];
        if matches!(self.need, Need::Action(_)) {
            all.push(StatusCode::FORBIDDEN);
        }
        if self.path.contains('{') {
            all.push(StatusCode::NOT_FOUND);
        }
        if self.body.is_some() {
            all.extend([
                StatusCode::PAYLOAD_TOO_LARGE,
                StatusCode::UNPROCESSABLE_ENTITY,
            ]);
        }
        if self.body.is_some() && !self.takes_file() {
            all.push(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        if self.method == Method::POST {
            // The same idempotency key with another request, or while the first is under way.
            all.push(StatusCode::CONFLICT);
        }
        all.extend(self.also);
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether its body is a file, of any type, instead of JSON.
    pub fn takes_file(&self) -> bool {
        self.body
            .is_some_and(|schema| schema()["format"] == "binary")
    }

    /// Whether it answers a repeated request with the first answer. Files are not compared with those of before.
    pub fn is_repeatable(&self) -> bool {
        self.method == Method::POST && !self.takes_file()
    }
}
