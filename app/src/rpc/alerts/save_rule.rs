//! Making and changing a rule.

use leptos::prelude::*;

use super::RuleInput;
use crate::error::AppError;
use crate::rpc::Compact;

/// Makes a rule, or with a number changes that one. Answers with where the rules are.
#[server(prefix = "/rpc", endpoint = "alerts/save_rule", output = Compact)]
pub async fn save_rule(
    /// Its number; empty makes a new one.
    #[server(default)]
    id: String,
    /// The token it was read with.
    #[server(default)]
    etag: String,
    /// What it says.
    #[server(default)]
    rule: RuleInput,
) -> Result<String, AppError> {
    use muster_core::alert::RuleId;
    use muster_core::device::IfMatch;
    use muster_service::ServiceError;
    use muster_service::access::kinds::KeepAlertRules;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<KeepAlertRules>(&access)?;
    let draft = hub
        .test_alert_rule(rule.draft()?)
        .map_err(|error| AppError::field(error.field(), error))?;
    let saved = if id.is_empty() {
        hub.create_alert_rule(&permit, draft).await
    } else {
        let id = id.parse().map(RuleId).map_err(|_| AppError::NotFound)?;
        let unchanged = IfMatch::parse(&etag);
        hub.update_alert_rule(&permit, id, unchanged, draft).await
    };
    saved.map_err(|error| match error {
        ServiceError::AlreadyExists => {
            AppError::field("name", "another rule has this name; choose another")
        }
        other => other.into(),
    })?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(crate::routes::ALERT_RULES);
    }
    Ok(crate::routes::ALERT_RULES.to_owned())
}
