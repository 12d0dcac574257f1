//! Working on alerts.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Does something with alerts; answers with how many changed.
#[server(prefix = "/rpc", endpoint = "alerts/handle", output = Compact)]
pub async fn handle_alerts(
    /// Their numbers, separated by commas.
    ids: String,
    /// `acknowledge`, `take`, `snooze`, `comment` or `resolve`.
    verb: String,
    /// The remark of `comment`.
    #[server(default)]
    comment: String,
    /// For how many minutes to `snooze`; 60 when nothing is said.
    #[server(default)]
    minutes: String,
    /// The query of the page that sent it, to come back to without script.
    #[server(default)]
    back: String,
) -> Result<u64, AppError> {
    use muster_service::access::kinds::HandleAlerts;
    use muster_service::alerts::Handling;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<HandleAlerts>(&access)?;
    let ids = super::read::numbers(&ids)?;
    let minutes: i64 = match minutes.as_str() {
        "" => 60,
        text => {
            let bad = |_| AppError::field("minutes", "this is a number of minutes");
            text.parse::<u16>().map(i64::from).map_err(bad)?
        }
    };
    let handling = match verb.as_str() {
        "acknowledge" => Handling::Acknowledge,
        "take" => Handling::Take,
        "snooze" => Handling::Snooze(minutes * 60_000),
        "comment" => Handling::Comment(comment),
        "resolve" => Handling::Resolve,
        _ => return Err(AppError::field("verb", "this is not done with alerts")),
    };
    let done = hub.handle_alerts(&permit, &ids, handling).await?;
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
