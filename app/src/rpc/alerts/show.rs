//! One alert.

use leptos::prelude::*;
use muster_core::alert::AlertId;

use super::AlertView;
use crate::error::AppError;
use crate::rpc::Compact;

/// An alert with what stands below it and what happened to it.
#[server(prefix = "/rpc", endpoint = "alerts/show", output = Compact)]
pub async fn show_alert(
    /// Which.
    id: AlertId,
) -> Result<AlertView, AppError> {
    use super::read;
    use crate::pages::fleet::address::FleetAddress;
    let (hub, access, permit) = read::begin()?;
    let (alert, below) = hub.alert(&permit, id).await?;
    let rule = hub.alert_rule(&permit, alert.rule).ok();
    let draft = rule.map(|rule| rule.draft);
    let mut list = None;
    if let Some(draft) = &draft {
        let found = hub.preview_alert_rule(&permit, draft).await?;
        list = Some(FleetAddress::filtered(found.condition.to_string()).href());
    }
    Ok(AlertView {
        row: read::row(&hub, &access, &alert),
        began_ms: alert.began_at.millis(),
        times: draft.as_ref().map(read::times).unwrap_or_default(),
        condition: draft.map(|draft| draft.condition).unwrap_or_default(),
        below: below
            .iter()
            .map(|one| read::row(&hub, &access, one))
            .collect(),
        list,
        trail: read::trail(&alert.trail),
        people: read::people(&hub, &access).await?,
    })
}
