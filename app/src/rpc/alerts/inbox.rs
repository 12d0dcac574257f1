//! The inbox.

use leptos::prelude::*;

use super::Inbox;
use crate::error::AppError;
use crate::rpc::Compact;

/// Alerts on a page.
#[cfg(feature = "ssr")]
const PAGE: usize = 100;

/// A page of the alerts the person sees, the worst first.
#[server(prefix = "/rpc", endpoint = "alerts/inbox", output = Compact)]
pub async fn list_alerts(
    /// `needs_me`, `open`, `snoozed` or `resolved`; anything else is `open`.
    #[server(default)]
    tab: String,
    /// Of this rule only; empty for all.
    #[server(default)]
    rule: String,
    /// Where the page begins; empty for the first.
    #[server(default)]
    page: String,
) -> Result<Inbox, AppError> {
    use muster_core::alert::RuleId;
    use muster_service::alerts::{AlertFilter, AlertTab};
    let (hub, access, permit) = super::read::begin()?;
    let filter = AlertFilter {
        tab: match tab.as_str() {
            "needs_me" => AlertTab::NeedsMe,
            "snoozed" => AlertTab::Snoozed,
            "resolved" => AlertTab::Resolved,
            _ => AlertTab::Open,
        },
        rule: rule.parse().ok().map(RuleId),
        limit: PAGE,
        cursor: Some(page).filter(|page| !page.is_empty()),
    };
    let found = hub.alerts(&permit, filter).await?;
    let rows = found.page.rows.iter();
    let rules = hub.alert_rules(&permit);
    Ok(Inbox {
        rows: rows
            .map(|alert| super::read::row(&hub, &access, alert))
            .collect(),
        needs_me: found.tally.needs_me,
        open: found.tally.open,
        snoozed: found.tally.snoozed,
        previous: found.page.previous,
        next: found.page.next,
        watched: rules.iter().any(|rule| rule.draft.enabled),
    })
}
