//! Errors as the service SDKs read them (spec §5.14).

use std::error::Error as _;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use muster_core::configuration::BadConfiguration;
use muster_core::time::Timestamp;
use muster_service::bulk::BulkError;
use muster_service::{MethodError, ServiceError};
use serde_json::{Value, json};

use crate::hub::module_error;
use crate::reference::Reference;
use crate::throttle::{Class, RetryAfter};

mod code;

pub use code::{Code, Envelope};

/// How long to wait before asking again when the hub cannot answer now, in seconds.
const BUSY_RETRY_S: u64 = 2;

/// An error on its way out. As a response it is still blank: [`crate::hub`] writes it out with the reference of its
/// request.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// Which.
    pub code: Code,
    /// What happened and what to do about it.
    pub text: String,
    /// When to try again, in seconds.
    pub retry_after_s: Option<u64>,
    /// The cause, for the log alone.
    pub cause: Option<String>,
}

impl ApiError {
    /// An error with its explanation.
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            retry_after_s: None,
            cause: None,
        }
    }

    /// A value that cannot be used.
    pub fn argument(text: impl Into<String>) -> Self {
        Self::new(Code::ArgumentInvalid, text)
    }

    /// More than the caller may do in this time.
    pub fn throttled(class: Class, RetryAfter(seconds): RetryAfter) -> Self {
        let text = format!("too many {}; try again in {seconds} s", class.as_str());
        Self {
            retry_after_s: Some(seconds),
            ..Self::new(Code::ThrottlingException, text)
        }
    }

    /// The hub cannot do it now.
    pub fn busy() -> Self {
        Self {
            retry_after_s: Some(BUSY_RETRY_S),
            ..Self::new(
                Code::ServiceUnavailable,
                "the hub is busy; try again in a moment",
            )
        }
    }

    /// `ErrorCode:{name};{text}`: what SDKs split.
    pub fn message(&self) -> String {
        format!("ErrorCode:{};{}", self.code.name(), self.text)
    }

    /// The answer, for the reader with this reference.
    pub fn render(&self, reference: Option<&Reference>, now: Timestamp) -> Response {
        let tracking = reference.map_or("", |reference| reference.0.as_str());
        let body = self.body(tracking, now).to_string();
        let mut response = (
            self.code.status(),
            [
                (header::CONTENT_TYPE, "application/json; charset=utf-8"),
                (
                    header::HeaderName::from_static("iothub-errorcode"),
                    self.code.name(),
                ),
            ],
            Body::from(body),
        )
            .into_response();
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn body(&self, tracking: &str, now: Timestamp) -> Value {
        let object = || {
            json!({
                "errorCode": self.code.number(),
                "trackingId": tracking,
                "message": self.text,
                "info": null,
                "timestampUtc": now.to_string(),
            })
        };
        match self.code.envelope() {
            Envelope::Object => object(),
            Envelope::Message => {
                let (year, month, day, hour, minute, second, _) = now.civil();
                json!({
                    "Message": self.message(),
                    "ExceptionMessage": format!(
                        "Tracking ID:{tracking}-TimeStamp:{month:02}/{day:02}/{year:04} {hour:02}:{minute:02}:{second:02}"
                    ),
                })
            }
            Envelope::Nested => json!({ "Message": object().to_string(), "ExceptionMessage": "" }),
        }
    }
}

/// Blank: the layer of [`crate::hub`] writes it out.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        let text = error.to_string();
        match error {
            ServiceError::NotFound => {
                Self::new(Code::DeviceNotFound, "the device is not registered")
            }
            ServiceError::Forbidden(_) => Self::new(Code::IotHubUnauthorizedAccess, text),
            ServiceError::Conflict { .. } => Self::new(Code::PreconditionFailed, text),
            ServiceError::AlreadyExists => Self::new(
                Code::DeviceAlreadyExists,
                "the device is registered already",
            ),
            ServiceError::Twin(_) | ServiceError::DeviceId(_) | ServiceError::Invalid(_) => {
                Self::argument(text)
            }
            ServiceError::Configuration(bad) => Self::new(code_of_bad(&bad), text),
            ServiceError::Method(error) => Self::new(code_of(&error), text),
            ServiceError::Busy(_) => Self {
                retry_after_s: Some(BUSY_RETRY_S),
                ..Self::new(Code::ThrottlingException, text)
            },
            error if error.is_transient() => Self {
                cause: Some(causes(&error)),
                ..Self::busy()
            },
            ServiceError::Storage(_) => Self {
                cause: Some(causes(&error)),
                ..Self::new(Code::ServerError, "the hub failed; its log has the cause")
            },
            _ => Self::new(Code::InvalidOperation, text),
        }
    }
}

impl From<BulkError> for ApiError {
    fn from(error: BulkError) -> Self {
        match error {
            BulkError::Missing(_) => Self::new(Code::ArgumentNull, error.to_string()),
            BulkError::Service(error) | BulkError::Configuration(error) => error.into(),
            BulkError::Module(error) => module_error(error),
        }
    }
}

fn code_of_bad(bad: &BadConfiguration) -> Code {
    match bad {
        BadConfiguration::Content(_) => Code::InvalidConfigurationContent,
        BadConfiguration::Target(_) => Code::InvalidConfigurationTargetCondition,
        BadConfiguration::Metric { .. } | BadConfiguration::Other(_) => Code::ArgumentInvalid,
        BadConfiguration::TooMany => Code::InvalidOperation,
    }
}

fn code_of(error: &MethodError) -> Code {
    match error {
        MethodError::NotOnline(_) => Code::DeviceNotOnline,
        MethodError::ConnectionLost => Code::DeviceConnectionClosedRemotely,
        MethodError::NoAnswer(_) => Code::GatewayTimeout,
        MethodError::TooLarge(_) => Code::MessageTooLarge,
        MethodError::BadAnswer(_) => Code::BadDeviceResponse,
    }
}

fn causes(error: &ServiceError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl From<StatusCode> for ApiError {
    /// For what fails around the handlers.
    fn from(status: StatusCode) -> Self {
        match status {
            StatusCode::SERVICE_UNAVAILABLE => Self::busy(),
            _ => Self::new(Code::ServerError, "the hub failed; its log has the cause"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_core::ids::RefId;

    const NOW: Timestamp = Timestamp::from_secs(1_772_600_767);

    fn reference() -> Reference {
        Reference(RefId::from_entropy(0))
    }

    #[test]
    fn calls_without_an_answer_have_codes_of_their_own() {
        let check = |error: MethodError, want: Code| {
            assert_eq!(ApiError::from(ServiceError::from(error)).code, want);
        };
        let time = std::time::Duration::from_secs(5);
        check(MethodError::NotOnline(time), Code::DeviceNotOnline);
        check(
            MethodError::ConnectionLost,
            Code::DeviceConnectionClosedRemotely,
        );
        check(MethodError::NoAnswer(time), Code::GatewayTimeout);
        check(MethodError::TooLarge(1), Code::MessageTooLarge);
        check(
            MethodError::BadAnswer("it is no JSON".into()),
            Code::BadDeviceResponse,
        );
    }

    #[test]
    fn three_envelopes() {
        let check = |code: Code, want: Value| {
            let error = ApiError::new(code, "so it is");
            assert_eq!(error.body("22222222", NOW), want);
        };
        check(
            Code::DeviceNotFound,
            json!({
                "Message": "ErrorCode:DeviceNotFound;so it is",
                "ExceptionMessage": "Tracking ID:22222222-TimeStamp:03/04/2026 05:06:07",
            }),
        );
        let object = json!({
            "errorCode": 409301, "trackingId": "22222222", "message": "so it is", "info": null,
            "timestampUtc": "2026-03-04T05:06:07.0000000Z",
        });
        check(Code::ModuleAlreadyExistsOnDevice, object);
        let nested = ApiError::new(Code::DeviceNotOnline, "so it is").body("22222222", NOW);
        let inner: Value = serde_json::from_str(nested["Message"].as_str().unwrap_or_default())
            .unwrap_or_default();
        assert_eq!(inner["errorCode"], 404_103);
        assert_eq!(inner["message"], "so it is");
    }

    #[test]
    fn every_answer_names_its_code_and_type() {
        for code in Code::ALL.iter().copied() {
            let response = ApiError::new(code, "x").render(Some(&reference()), NOW);
            assert_eq!(response.status(), code.status());
            let header = |name: &str| {
                let value = response.headers().get(name);
                value
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned)
            };
            assert_eq!(header("iothub-errorcode").as_deref(), Some(code.name()));
            assert_eq!(
                header("content-type").as_deref(),
                Some("application/json; charset=utf-8")
            );
            // The number begins with the status.
            assert_eq!(
                code.number() / 1000,
                u32::from(code.status().as_u16()),
                "{}",
                code.name()
            );
        }
    }
}
