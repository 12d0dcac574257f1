//! One operation of the description.

use axum::http::StatusCode;
use muster_core::token::action_name;
use serde_json::{Map, Value, json};

use crate::manage::once;
use crate::manage::parameter::{Parameter, Place};
use crate::manage::route::{Need, Route};

/// The operation of a route.
pub(super) fn of(route: &Route) -> Value {
    let mut operation = json!({
        "operationId": route.id,
        "tags": [route.tag],
        "summary": route.summary,
        "description": description(route),
        "parameters": parameters(route),
        "responses": responses(route),
    });
    if let Some(schema) = route.body {
        let kind = if route.takes_file() {
            "application/octet-stream"
        } else {
            "application/json"
        };
        operation["requestBody"] = json!({
            "required": true,
            "content": { kind: { "schema": schema() } },
        });
    }
    operation
}

/// What to know, and what the token must allow.
pub(super) fn description(route: &Route) -> String {
    let need = match route.need {
        Need::Token => "Any valid token.".to_owned(),
        Need::Action(action) => format!("Needs a token that allows `{}`.", action_name(action)),
    };
    if route.notes.is_empty() {
        need
    } else {
        format!("{} {need}", route.notes)
    }
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut all: Vec<Value> = route.parameters.iter().map(|p| parameter(p)).collect();
    if route.is_repeatable() {
        all.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "A text of your own for this one request. Repeated within 24 hours with the same key, it is \
                            not done again: the first answer comes back, with the header Idempotent-Replayed.",
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": once::MAX_KEY,
                "pattern": "^[!-~]+$",
            },
        }));
    }
    all
}

fn parameter(parameter: &Parameter) -> Value {
    let mut described = json!({
        "name": parameter.name,
        "in": parameter.place.as_str(),
        "required": parameter.place == Place::Path,
        "description": parameter.what,
        "schema": parameter.kind.schema(),
    });
    if !parameter.example.is_empty() {
        let example = serde_json::from_str(parameter.example);
        let number = described["schema"]["type"] == "integer";
        described["example"] = match example {
            Ok(value) if number => value,
            _ => parameter.example.into(),
        };
    }
    described
}

fn responses(route: &Route) -> Map<String, Value> {
    let mut responses = Map::new();
    let mut fine = json!({ "description": route.answer.what });
    if let Some(schema) = route.answer.schema {
        let media = route.answer.media.iter();
        let content = media.map(|media| ((*media).to_owned(), json!({ "schema": schema() })));
        fine["content"] = Value::Object(content.collect());
    }
    let mut headers = Map::new();
    if route.answer.etag {
        headers.insert("ETag".into(), header("The token for If-Match."));
    }
    if route.answer.status == StatusCode::CREATED {
        headers.insert("Location".into(), header("Where it is."));
    }
    if !headers.is_empty() {
        fine["headers"] = Value::Object(headers);
    }
    responses.insert(route.answer.status.as_str().to_owned(), fine);
    for status in route.refusals() {
        responses.insert(status.as_str().to_owned(), refusal(status));
    }
    responses
}

fn header(what: &str) -> Value {
    json!({ "description": what, "schema": { "type": "string" } })
}

fn refusal(status: StatusCode) -> Value {
    // Told by the listener before there is a request, so without a body.
    if status == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE {
        return json!({ "description": "The address and the headers together are too long." });
    }
    let what = match status {
        StatusCode::BAD_REQUEST => "The request cannot be read.",
        StatusCode::UNAUTHORIZED => "The token is missing or opens nothing.",
        StatusCode::FORBIDDEN => "The token does not allow it.",
        StatusCode::NOT_FOUND => "It does not exist, or is outside your scope.",
        StatusCode::CONFLICT => {
            "What is there does not allow it, or the Idempotency-Key was used before."
        }
        StatusCode::PRECONDITION_FAILED => {
            "It was changed since you read it; `etag` is its token now."
        }
        StatusCode::PAYLOAD_TOO_LARGE => "The body is too large.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "The body is not JSON.",
        StatusCode::UNPROCESSABLE_ENTITY => "A rule refuses what is asked.",
        StatusCode::TOO_MANY_REQUESTS => "Too much at once.",
        StatusCode::SERVICE_UNAVAILABLE => "The hub cannot do it right now.",
        _ => "Something failed inside the hub; the log has the cause under the reference.",
    };
    let mut refusal = json!({
        "description": what,
        "content": {
            "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } },
        },
    });
    let named = match status {
        StatusCode::UNAUTHORIZED => Some(("WWW-Authenticate", "How to prove yourself.")),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            Some(("Retry-After", "Seconds to wait."))
        }
        _ => None,
    };
    if let Some((name, what)) = named {
        refusal["headers"] = json!({ name: header(what) });
    }
    refusal
}
