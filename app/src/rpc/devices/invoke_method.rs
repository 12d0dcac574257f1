//! Calling a direct method.

use leptos::prelude::*;

use super::Called;
use crate::error::AppError;
use crate::rpc::Compact;

/// Calls a method and waits for what comes of it: at most ten minutes.
#[server(prefix = "/rpc", endpoint = "devices/invoke_method", output = Compact)]
pub async fn invoke_method(
    /// On which.
    id: String,
    /// What is called.
    method: String,
    /// What the device is given, as JSON; empty for nothing.
    #[server(default)]
    payload: String,
    /// Seconds to wait for the device to come online.
    #[server(default)]
    wait_s: u32,
    /// Seconds to wait for the answer, at least as long as for the device; 0 for the usual.
    #[server(default)]
    answer_s: u32,
) -> Result<Called, AppError> {
    use muster_service::access::kinds::InvokeMethods;
    let (hub, _, permit) = super::begin::<InvokeMethods>(&id)?;
    let call = call::read(&method, &payload, wait_s, answer_s)?;
    let begun = std::time::Instant::now();
    let outcome = call::outcome(hub.invoke_method(&permit, call).await)?;
    Ok(Called {
        method,
        took_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
        outcome,
    })
}

#[cfg(feature = "ssr")]
mod call {
    use std::time::Duration;

    use muster_core::method::{
        BadTimeout, DEFAULT_RESPONSE_TIMEOUT, MethodAnswer, MethodName, check_timeouts,
    };
    use muster_service::{MethodCall, MethodError, ServiceError};

    use crate::error::AppError;
    use crate::panels::payload;
    use crate::rpc::devices::CallOutcome;

    pub(super) fn read(
        method: &str,
        payload: &str,
        wait_s: u32,
        answer_s: u32,
    ) -> Result<MethodCall, AppError> {
        let name = MethodName::new(method).map_err(|error| AppError::field("method", error))?;
        let payload = payload::read(payload).map_err(|error| AppError::field("payload", error))?;
        let connect_timeout = Duration::from_secs(wait_s.into());
        let response_timeout = match answer_s {
            0 => DEFAULT_RESPONSE_TIMEOUT,
            seconds => Duration::from_secs(seconds.into()),
        }
        .max(connect_timeout);
        check_timeouts(connect_timeout, response_timeout).map_err(|error| match error {
            BadTimeout::Connect | BadTimeout::Order => AppError::field("wait_s", error),
            BadTimeout::Response => AppError::field("answer_s", error),
        })?;
        Ok(MethodCall {
            module: None,
            name,
            payload,
            connect_timeout,
            response_timeout,
        })
    }

    pub(super) fn outcome(
        answer: Result<MethodAnswer, ServiceError>,
    ) -> Result<CallOutcome, AppError> {
        Ok(match answer {
            Ok(MethodAnswer { status, payload }) => CallOutcome::Answered { status, payload },
            Err(ServiceError::Method(error)) => match error {
                MethodError::NotOnline(waited) => CallOutcome::NotOnline {
                    waited_s: waited.as_secs(),
                },
                MethodError::NoAnswer(waited) => CallOutcome::NoAnswer {
                    waited_s: waited.as_secs(),
                },
                MethodError::ConnectionLost => CallOutcome::ConnectionLost,
                MethodError::BadAnswer(what) => CallOutcome::Unreadable { what },
                error @ MethodError::TooLarge(_) => return Err(AppError::field("payload", error)),
            },
            Err(error) => return Err(error.into()),
        })
    }
}
