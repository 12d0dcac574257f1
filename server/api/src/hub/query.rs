//! `POST /devices/query` (spec §5.6): a page of rows, and in the headers what they are and where the next page begins.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use muster_core::access::Right;
use muster_core::policy::Action;
use muster_query::Query;
use muster_service::query::AnswerKind;
use serde::Deserialize;
use serde_json::Value;

use super::answer::json;
use super::body::Json;
use super::door::{Door, Need};
use super::page;
use super::target::Asked;
use crate::error::{ApiError, Code};
use crate::throttle::Class;

/// Which rights IoT Hub asks for is not documented; either will do here (spec §1.4).
const ASK: Need = Need {
    rights: &[Right::ServiceConnect, Right::RegistryRead],
    action: Action::SeeDevices,
    class: Class::Query,
};

/// Where they are asked.
pub(super) fn doors() -> Vec<Door> {
    vec![Door::post("/devices/query", ASK, handle)]
}

#[derive(Debug, Deserialize)]
struct QueryBody {
    query: Option<String>,
}

async fn handle(
    asked: Asked,
    headers: HeaderMap,
    Json(body): Json<QueryBody>,
) -> Result<Response, ApiError> {
    let text = body
        .query
        .ok_or_else(|| ApiError::new(Code::ArgumentNull, "the body has no query"))?;
    // Tools know the second word; the reason and its place follow.
    let query =
        Query::parse(&text).map_err(|error| ApiError::argument(format!("BadRequest: {error}")))?;
    let page = page::asked(&headers)?;
    let answer = asked.hub.query(&asked.permit()?, &query, page).await?;
    let mut response = json(StatusCode::OK, &Value::Array(answer.rows));
    let kind = match answer.kind {
        AnswerKind::Twin => "Twin",
        AnswerKind::DeviceJob => "DeviceJob",
        AnswerKind::Raw => "Raw",
    };
    page::describe(&mut response, kind, answer.continuation);
    Ok(response)
}
