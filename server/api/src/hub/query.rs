//! `POST /devices/query` (spec §5.6): a page of rows, and in the headers what they are and where the next page begins.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use muster_core::access::Right;
use muster_core::cursor::MAX_PAGE;
use muster_core::policy::Action;
use muster_query::Query;
use muster_service::query::{AnswerKind, QueryPageRequest};
use serde::Deserialize;
use serde_json::Value;

use super::answer::json;
use super::body::Json;
use super::door::{Door, Need};
use super::target::Asked;
use crate::error::{ApiError, Code};
use crate::throttle::Class;

/// Which rights IoT Hub asks for is not documented; either will do here (spec §1.4).
const ASK: Need = Need {
    rights: &[Right::ServiceConnect, Right::RegistryRead],
    action: Action::SeeDevices,
    class: Class::Query,
};

const CONTINUATION: HeaderName = HeaderName::from_static("x-ms-continuation");
const PAGE_SIZE: HeaderName = HeaderName::from_static("x-ms-max-item-count");
const ITEM_TYPE: HeaderName = HeaderName::from_static("x-ms-item-type");

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
    let page = page(&headers)?;
    let answer = asked.hub.query(&asked.permit()?, &query, page).await?;
    let mut response = json(StatusCode::OK, &Value::Array(answer.rows));
    let kind = match answer.kind {
        AnswerKind::Twin => "Twin",
        AnswerKind::DeviceJob => "DeviceJob",
        AnswerKind::Raw => "Raw",
    };
    let headers = response.headers_mut();
    headers.insert(ITEM_TYPE, HeaderValue::from_static(kind));
    // Left out on the last page: to Node an empty one means that there is more.
    if let Some(text) = answer.continuation {
        let text = HeaderValue::from_str(&text).expect("cursors are plain ASCII");
        headers.insert(CONTINUATION, text);
    }
    Ok(response)
}

/// The page that is asked for. More than the hub gives at once becomes what it gives.
fn page(headers: &HeaderMap) -> Result<QueryPageRequest, ApiError> {
    let text = |name: &HeaderName| {
        let value = headers.get(name).filter(|value| !value.is_empty());
        value
            .map(|value| value.to_str())
            .transpose()
            .map_err(|_| ApiError::argument(format!("{name} is not plain text")))
    };
    let default = QueryPageRequest::default();
    let limit = match text(&PAGE_SIZE)? {
        None => default.limit,
        Some(size) => match size.parse::<usize>() {
            Ok(size) if size > 0 => size.min(MAX_PAGE),
            _ => {
                return Err(ApiError::argument(format!(
                    "{PAGE_SIZE} is a whole number from 1"
                )));
            }
        },
    };
    Ok(QueryPageRequest {
        limit,
        continuation: text(&CONTINUATION)?.map(str::to_owned),
    })
}
