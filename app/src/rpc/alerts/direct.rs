//! Directing the work on alerts.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Gives alerts to somebody, or passes them on; answers with how many changed.
#[server(prefix = "/rpc", endpoint = "alerts/direct", output = Compact)]
pub async fn direct_alerts(
    /// Their numbers, separated by commas.
    ids: String,
    /// `assign` or `escalate`.
    verb: String,
    /// The number of whom to `assign` to; empty for nobody.
    #[server(default)]
    to: String,
    /// The query of the page that sent it, to come back to without script.
    #[server(default)]
    back: String,
) -> Result<u64, AppError> {
    use muster_core::ids::PersonId;
    use muster_service::access::kinds::DirectAlerts;
    use muster_service::alerts::Direction;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<DirectAlerts>(&access)?;
    let ids = super::read::numbers(&ids)?;
    let direction = match (verb.as_str(), to.as_str()) {
        ("escalate", _) => Direction::Escalate,
        ("assign", "") => Direction::Assign(None),
        ("assign", to) => {
            let bad = |_| AppError::field("to", "choose a person");
            Direction::Assign(Some(PersonId(to.parse().map_err(bad)?)))
        }
        _ => return Err(AppError::field("verb", "this is not done with alerts")),
    };
    let done = hub.direct_alerts(&permit, &ids, direction).await?;
    if crate::session::is_plain_form() {
        let query = if back.starts_with('?') {
            back.as_str()
        } else {
            ""
        };
        leptos_axum::redirect(&[crate::routes::ALERTS, query].concat());
    }
    Ok(done as u64)
}
