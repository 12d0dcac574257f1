//! One configuration in full.

use leptos::prelude::*;

use super::ConfigurationView;
use crate::error::AppError;
use crate::rpc::Compact;

/// A configuration with content, metrics and conflicts.
#[server(prefix = "/rpc", endpoint = "configurations/show", output = Compact)]
pub async fn show_configuration(
    /// Which.
    id: String,
) -> Result<ConfigurationView, AppError> {
    let (hub, access, permit) = super::read::begin()?;
    let one = hub.configuration(&permit, &super::read::id(&id)?)?;
    super::read::view(&hub, &access, &permit, &one).await
}
