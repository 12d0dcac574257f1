//! What a rule would find now.

use leptos::prelude::*;

use super::RulePreviewView;
use crate::error::AppError;
use crate::rpc::Compact;

/// Counts the devices of the person's scope for which a condition holds now, and those that a rule would look at.
#[server(prefix = "/rpc", endpoint = "alerts/preview_rule", output = Compact)]
pub async fn preview_rule(
    /// What must hold.
    condition: String,
    /// The devices it looks at.
    #[server(default)]
    scope: String,
    /// Whether devices in maintenance are left alone.
    #[server(default)]
    mute_maintenance: bool,
) -> Result<RulePreviewView, AppError> {
    use super::read;
    use crate::pages::fleet::address::FleetAddress;
    use muster_core::alert::RuleDraft;
    use muster_service::alerts::MAX_ALERTS_PER_RULE;
    let (hub, _, permit) = read::begin()?;
    let draft = RuleDraft {
        name: "Preview".to_owned(),
        condition,
        scope,
        mute_maintenance,
        ..read::blank()
    };
    let draft = hub
        .test_alert_rule(draft)
        .map_err(|error| AppError::field(error.field(), error))?;
    let found = hub.preview_alert_rule(&permit, &draft).await?;
    Ok(RulePreviewView {
        matching: found.matching as u64,
        watched: found.watched as u64,
        list: FleetAddress::filtered(found.condition.to_string()).href(),
        sample: found.sample,
        flood: found.matching > MAX_ALERTS_PER_RULE,
    })
}
