//! Calls of direct methods.

use std::time::Duration;

use muster_core::ids::OperationId;
use muster_core::method::MethodName;
use muster_storage::Candidate;
use serde_json::Value;

use super::{Attempt, Trouble};
use crate::access::Access;
use crate::access::kinds::InvokeMethods;
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::methods::{MethodCall, MethodError};

pub(super) fn call(
    name: &MethodName,
    payload: &Value,
    connect_s: u16,
    response_s: u16,
) -> MethodCall {
    MethodCall {
        module: None,
        name: name.clone(),
        payload: payload.clone(),
        connect_timeout: Duration::from_secs(connect_s.into()),
        response_timeout: Duration::from_secs(response_s.into()),
    }
}

pub(super) async fn invoke(
    hub: &Hub,
    operation: OperationId,
    candidate: Candidate,
    call: MethodCall,
) -> Attempt {
    let access = Access::operation(operation);
    let answer = match hub.permit_device::<InvokeMethods>(&access, &candidate.device) {
        Ok(permit) => hub.invoke_method(&permit, call).await,
        Err(error) => Err(error),
    };
    let mut attempt = Attempt {
        candidate,
        outcome: Ok(()),
        status: None,
        result: None,
    };
    match answer {
        Ok(answer) => {
            let status = i64::from(answer.status);
            attempt.status = Some(status);
            attempt.result = Some(answer.payload).filter(|payload| !payload.is_null());
            if !(200..300).contains(&status) {
                attempt.outcome = Err(trouble(format!("the device answered {status}"), true));
            }
        }
        Err(ServiceError::Method(error @ MethodError::NotOnline(_))) => {
            attempt.outcome = Err(Trouble {
                offline: true,
                ..trouble(error.to_string(), true)
            });
        }
        Err(error) => {
            let retryable = matches!(error, ServiceError::Method(_)) || error.is_transient();
            attempt.outcome = Err(trouble(error.to_string(), retryable));
        }
    }
    attempt
}

fn trouble(why: String, retryable: bool) -> Trouble {
    Trouble {
        why,
        retryable,
        offline: false,
        of_hub: false,
    }
}
