//! All configurations with their figures.

use leptos::prelude::*;

use super::Configurations;
use crate::error::AppError;
use crate::rpc::Compact;

/// The configurations, the highest priority first, with what they cover in the person's scope.
#[server(prefix = "/rpc", endpoint = "configurations/list", output = Compact)]
pub async fn list_configurations() -> Result<Configurations, AppError> {
    let (hub, access, permit) = super::read::begin()?;
    let mut rows = Vec::new();
    for one in hub.configurations(&permit) {
        rows.push(super::read::row(&hub, &permit, &one).await?);
    }
    let conflicts = hub.configuration_conflicts(&permit).await?;
    Ok(Configurations {
        rows,
        conflicts: conflicts.iter().map(super::read::conflict).collect(),
        may_keep: super::read::may_keep(&access),
        now: hub.now().millis(),
    })
}
