//! All rules.

use leptos::prelude::*;

use super::Rules;
use crate::error::AppError;
use crate::rpc::Compact;

/// The rules by name, with how many alerts of each the person sees.
#[server(prefix = "/rpc", endpoint = "alerts/rules", output = Compact)]
pub async fn list_rules() -> Result<Rules, AppError> {
    use super::{RuleRow, read};
    let (hub, _, permit) = read::begin()?;
    let open = hub.alerts_by_rule(&permit).await?;
    let rows = hub.alert_rules(&permit).into_iter().map(|rule| RuleRow {
        id: rule.id,
        severity: rule.draft.severity,
        times: read::times(&rule.draft),
        enabled: rule.draft.enabled,
        open: open.get(&rule.id).copied().unwrap_or(0),
        name: rule.draft.name,
        condition: rule.draft.condition,
    });
    Ok(Rules {
        rows: rows.collect(),
    })
}
