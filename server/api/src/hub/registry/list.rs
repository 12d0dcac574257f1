//! `GET /devices?top=`: the first identities, without pages. Whoever wants all of them asks a query.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use muster_service::identities::MAX_IDENTITIES;
use serde_json::Value;

use super::identity;
use crate::error::ApiError;
use crate::hub::answer::json;
use crate::hub::target::Asked;

pub(super) async fn handle(asked: Asked, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let top = top(query.as_deref().unwrap_or_default())?;
    let devices = asked.hub.identities(&asked.permit()?, top).await?;
    let connections = asked.hub.connections();
    let shown: Vec<Value> = devices
        .iter()
        .map(|device| identity::shown(device, connections.view(&device.id)))
        .collect();
    Ok(json(StatusCode::OK, &Value::Array(shown)))
}

/// How many are asked for. Python writes `top=None` when its caller names no number.
fn top(query: &str) -> Result<usize, ApiError> {
    let given = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("top="))
        .filter(|text| !text.is_empty() && *text != "None");
    let Some(text) = given else {
        return Ok(MAX_IDENTITIES);
    };
    match text.parse() {
        Ok(top) if (1..=MAX_IDENTITIES).contains(&top) => Ok(top),
        _ => Err(ApiError::argument(format!(
            "top is a whole number from 1 to {MAX_IDENTITIES}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_is_bounded() {
        let check = |query: &str, want: Option<usize>| {
            assert_eq!(top(query).ok(), want, "{query}");
        };
        check("api-version=2021-04-12", Some(1000));
        check("api-version=2021-04-12&top=2", Some(2));
        check("top=None", Some(1000));
        check("top=1000", Some(1000));
        check("top=0", None);
        check("top=1001", None);
        check("top=-1", None);
        check("top=all", None);
    }
}
