//! Deleting a rule.

use leptos::prelude::*;
use muster_core::alert::RuleId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Deletes a rule; its alerts end.
#[server(prefix = "/rpc", endpoint = "alerts/delete_rule", output = Compact)]
pub async fn delete_rule(
    /// Its number.
    id: RuleId,
    /// The token it was read with.
    etag: String,
) -> Result<(), AppError> {
    use muster_core::device::IfMatch;
    use muster_service::access::kinds::KeepAlertRules;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<KeepAlertRules>(&access)?;
    let unchanged = Some(IfMatch::parse(&etag));
    hub.delete_alert_rule(&permit, id, unchanged).await?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(crate::routes::ALERT_RULES);
    }
    Ok(())
}
