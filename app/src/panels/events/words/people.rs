//! Accounts and tokens in sentences.

use serde_json::Value;

use super::text;

/// The account an event is about: by its name where the event has it, else by its number.
pub(super) fn account(detail: &Value) -> String {
    match (
        text(detail, "name"),
        detail.get("person").and_then(Value::as_i64),
    ) {
        (Some(name), _) => format!("the account {name}"),
        (None, Some(number)) => format!("account {number}"),
        (None, None) => "an account".to_owned(),
    }
}

pub(super) fn token(detail: &Value) -> String {
    match text(detail, "token") {
        Some(name) => format!("the API token {name}"),
        None => "an API token".to_owned(),
    }
}

pub(super) fn person_updated(who: &str, detail: &Value) -> String {
    let account = account(detail);
    match detail.get("active") {
        Some(Value::Bool(true)) => format!("{who} activated {account}"),
        Some(Value::Bool(false)) => format!("{who} deactivated {account}"),
        _ => format!("{who} changed {account}"),
    }
}
