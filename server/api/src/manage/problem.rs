//! Refusals and failures as `application/problem+json` (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use muster_core::approval::Refused;
use muster_core::device::ETag;
use muster_core::ids::RefId;
use muster_service::ServiceError;
use serde_json::{Value, json};

/// Seconds after which it makes sense to ask again.
const RETRY_AFTER_S: u32 = 2;

/// Why a request was not done.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// What programs look at; never changes its meaning.
    pub code: &'static str,
    /// What happened and what to do, for people.
    pub detail: String,
    /// The token that the thing has now, when another was demanded.
    current: Option<ETag>,
    /// When to ask again, in seconds.
    retry_after: Option<u32>,
    /// For 401: how to prove oneself.
    challenge: Option<&'static str>,
    /// The cause with its causes, for the log alone.
    cause: Option<String>,
}

impl Problem {
    /// A problem.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            current: None,
            retry_after: None,
            challenge: None,
            cause: None,
        }
    }

    /// What the listener itself refuses, before or around the routes.
    pub fn of_listener(status: StatusCode, detail: &str) -> Self {
        let code = match status {
            StatusCode::SERVICE_UNAVAILABLE => "unavailable",
            _ => "failed",
        };
        Self::new(status, code, detail)
    }

    /// The request cannot be read.
    pub(crate) fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", detail)
    }

    /// The request can be read, and a rule refuses what it asks.
    pub(crate) fn refused(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", detail)
    }

    /// It does not exist, or not for whoever asks.
    pub(crate) fn not_found() -> Self {
        Self::from(ServiceError::NotFound)
    }

    /// Nobody has shown who they are. `challenge` is the `WWW-Authenticate` header.
    pub(crate) fn unauthorized(challenge: &'static str, detail: &str) -> Self {
        Self {
            challenge: Some(challenge),
            ..Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
        }
    }

    /// Too much at once.
    pub(crate) fn slow_down(retry_after: u32, detail: impl Into<String>) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "slow_down", detail)
        }
    }

    /// The body of the answer.
    pub(crate) fn body(&self, reference: &RefId) -> Value {
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Refused"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "reference": reference,
        });
        if let Some(current) = self.current {
            body["etag"] = current.to_string().into();
        }
        body
    }

    /// The answer. The reference leads to the line in the log.
    pub fn respond(self, reference: &RefId) -> Response {
        let request = reference.as_str();
        match &self.cause {
            Some(cause) if self.status == StatusCode::SERVICE_UNAVAILABLE => {
                tracing::warn!(
                    request.id = request,
                    error = cause,
                    "a request failed for the moment"
                );
            }
            Some(cause) => {
                tracing::error!(request.id = request, error = cause, "a request failed");
            }
            None => {}
        }
        let mut response = Response::new(Body::from(self.body(reference).to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = self.challenge {
            let challenge = HeaderValue::from_static(challenge);
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let told = |status, code| Self::new(status, code, sentence(&error.to_string()));
        match &error {
            ServiceError::NotFound => told(StatusCode::NOT_FOUND, "not_found"),
            ServiceError::Forbidden(_) => told(StatusCode::FORBIDDEN, "forbidden"),
            ServiceError::Conflict { current } => Self {
                current: Some(*current),
                ..told(StatusCode::PRECONDITION_FAILED, "changed_meanwhile")
            },
            ServiceError::AlreadyExists => told(StatusCode::CONFLICT, "already_exists"),
            ServiceError::Lifecycle(_) => told(StatusCode::CONFLICT, "not_in_this_stage"),
            ServiceError::TooManyModules => told(StatusCode::CONFLICT, "too_many"),
            ServiceError::Approval(Refused::Own | Refused::NotYours | Refused::NotAPerson) => {
                told(StatusCode::FORBIDDEN, "not_yours_to_decide")
            }
            ServiceError::Approval(Refused::OutOfSight) => {
                told(StatusCode::FORBIDDEN, "outside_your_scope")
            }
            ServiceError::Approval(Refused::NoComment | Refused::CommentTooLong) => {
                told(StatusCode::UNPROCESSABLE_ENTITY, "refused")
            }
            ServiceError::Approval(_) => told(StatusCode::CONFLICT, "not_now"),
            ServiceError::LastAdministrator => told(StatusCode::CONFLICT, "last_administrator"),
            ServiceError::Firmware(error) => told(
                match error.code() {
                    "exists" | "in_use" => StatusCode::CONFLICT,
                    "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                },
                error.code(),
            ),
            ServiceError::Twin(_)
            | ServiceError::DeviceId(_)
            | ServiceError::Credential(_)
            | ServiceError::View(_)
            | ServiceError::Configuration(_)
            | ServiceError::ApprovalPolicy(_)
            | ServiceError::Method(_)
            | ServiceError::Invalid(_) => told(StatusCode::UNPROCESSABLE_ENTITY, "refused"),
            ServiceError::Busy(_) => Self {
                retry_after: Some(RETRY_AFTER_S),
                ..told(StatusCode::TOO_MANY_REQUESTS, "slow_down")
            },
            ServiceError::Stopping | ServiceError::Storage(_) if error.is_transient() => Self {
                retry_after: Some(RETRY_AFTER_S),
                cause: Some(story(&error)),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "The hub cannot do this right now. Nothing changed. Try again in a moment.",
                )
            },
            ServiceError::Stopping | ServiceError::Storage(_) => Self::failed(story(&error)),
        }
    }
}

impl Problem {
    /// Something failed inside: the cause goes to the log, the reference to whoever asked.
    pub(crate) fn failed(cause: String) -> Self {
        Self {
            cause: Some(cause),
            ..Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "failed",
                "Something failed inside the hub. Quote the reference to an administrator; the log has the cause.",
            )
        }
    }
}

/// An error with its causes, each once.
fn story(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

/// A whole sentence.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let begun: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(chars)
        .collect();
    if begun.ends_with(['.', '?', '…']) {
        begun
    } else {
        begun + "."
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn errors_of_the_service_keep_their_meaning() {
        let check = |error: ServiceError, status: u16, code: &str| {
            let problem = Problem::from(error);
            assert_eq!((problem.status.as_u16(), problem.code), (status, code));
        };
        check(ServiceError::NotFound, 404, "not_found");
        check(ServiceError::AlreadyExists, 409, "already_exists");
        check(ServiceError::LastAdministrator, 409, "last_administrator");
        check(ServiceError::Invalid("x".into()), 422, "refused");
        check(ServiceError::Busy("jobs"), 429, "slow_down");
        let current = ETag(7);
        let problem = Problem::from(ServiceError::Conflict { current });
        let reference = RefId::from_entropy(1);
        let body = problem.body(&reference);
        assert_eq!(body["etag"], current.to_string());
        assert_eq!(body["status"], 412);
        assert_eq!(body["reference"], reference.as_str());
        assert_eq!(body["title"], "Precondition Failed");
        let busy = Problem::from(ServiceError::Busy("jobs")).respond(&reference);
        assert_eq!(busy.headers().get("retry-after").unwrap(), "2");
    }
}
