//! How many alerts need somebody.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// The number beside "Alerts" in the navigation.
#[server(prefix = "/rpc", endpoint = "alerts/tally", output = Compact)]
pub async fn alert_tally() -> Result<u64, AppError> {
    let (hub, _, permit) = super::read::begin()?;
    Ok(hub.alert_tally(&permit).await?.needs_me)
}
