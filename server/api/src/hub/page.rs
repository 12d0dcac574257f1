//! Pages of rows: what is asked for and what comes back stands in headers (spec §5.6).

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use muster_core::cursor::MAX_PAGE;
use muster_service::QueryPageRequest;

use crate::error::ApiError;

const CONTINUATION: HeaderName = HeaderName::from_static("x-ms-continuation");
const PAGE_SIZE: HeaderName = HeaderName::from_static("x-ms-max-item-count");
const ITEM_TYPE: HeaderName = HeaderName::from_static("x-ms-item-type");

/// The page that is asked for. More than the hub gives at once becomes what it gives.
pub(super) fn asked(headers: &HeaderMap) -> Result<QueryPageRequest, ApiError> {
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

/// Says what the rows are, and where the next page begins. On the last page that is left out: to Node an empty text
/// means that there is more.
pub(super) fn describe(response: &mut Response, kind: &'static str, continuation: Option<String>) {
    let headers = response.headers_mut();
    headers.insert(ITEM_TYPE, HeaderValue::from_static(kind));
    if let Some(text) = continuation {
        let text = HeaderValue::from_str(&text).expect("cursors are plain ASCII");
        headers.insert(CONTINUATION, text);
    }
}
