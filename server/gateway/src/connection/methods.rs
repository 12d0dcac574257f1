//! Direct methods on the wire: what a device is sent, and what its answer means (spec §2.10).

use muster_core::method::{MAX_METHOD_PAYLOAD, MethodAnswer};
use muster_service::{MethodError, ServiceError};
use serde_json::Value;

/// Reads an answer; `status` is the number in its topic, if it is one.
pub(super) fn answer(status: Option<i32>, payload: &[u8]) -> Result<MethodAnswer, ServiceError> {
    let bad = |what: String| ServiceError::from(MethodError::BadAnswer(what));
    let status = status.ok_or_else(|| bad("its status is not a number".into()))?;
    if payload.len() > MAX_METHOD_PAYLOAD {
        return Err(bad(format!(
            "with more than {MAX_METHOD_PAYLOAD} bytes ({})",
            payload.len()
        )));
    }
    let payload = match payload {
        [] => Value::Null,
        json => serde_json::from_slice(json)
            .map_err(|error| bad(format!("its payload is not JSON: {error}")))?,
    };
    Ok(MethodAnswer { status, payload })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_json_or_nothing() {
        let check = |status, payload: &[u8], want: Option<(i32, Value)>| {
            let found = answer(status, payload).ok();
            assert_eq!(found.map(|a| (a.status, a.payload)), want);
        };
        check(Some(200), b"", Some((200, Value::Null)));
        check(Some(-1), b"null", Some((-1, Value::Null)));
        check(Some(418), br#"{"a":[1]}"#, Some((418, json!({"a":[1]}))));
        check(Some(200), b"\"x\"", Some((200, json!("x"))));
        check(None, b"{}", None);
        check(Some(200), b"{", None);
        check(Some(200), b"\xff", None);
        let sized = |size: usize| [vec![b' '; size - 1], vec![b'1']].concat();
        check(Some(200), &sized(MAX_METHOD_PAYLOAD), Some((200, json!(1))));
        check(Some(200), &sized(MAX_METHOD_PAYLOAD + 1), None);
    }
}
