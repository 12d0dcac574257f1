//! Bodies and conditions of requests.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{StatusCode, header, request::Parts};
use axum::response::IntoResponse as _;
use muster_core::device::IfMatch;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, Code};

/// A body of JSON, whatever its `Content-Type` says.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        let read = serde_json::from_slice(&bytes).map_err(|error| {
            let text = format!("the body is not the JSON that is asked for here: {error}");
            ApiError::new(Code::IotHubFormatError, text)
        })?;
        Ok(Self(read))
    }
}

fn unread(rejection: BytesRejection) -> ApiError {
    let response = rejection.into_response();
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::new(
            Code::MessageTooLarge,
            "the body is larger than is taken here",
        )
    } else {
        ApiError::argument("the body ended before it was complete")
    }
}

/// The `If-Match` header, when there is one.
#[derive(Debug)]
pub(super) struct Condition(pub(super) Option<IfMatch>);

impl<S: Send + Sync> FromRequestParts<S> for Condition {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self(None));
        };
        let text = value
            .to_str()
            .map_err(|_| ApiError::argument("If-Match is not plain text"))?;
        Ok(Self(Some(IfMatch::parse(text))))
    }
}

impl Condition {
    /// For what is not done without.
    pub(super) fn required(self) -> Result<IfMatch, ApiError> {
        self.0.ok_or_else(|| {
            ApiError::new(
                Code::PreconditionFailed,
                "the etag is missing: send If-Match with it, or with \"*\" for any",
            )
        })
    }
}
