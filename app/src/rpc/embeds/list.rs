//! One's own embeds.

use leptos::prelude::*;

use super::EmbedView;
use crate::error::AppError;
use crate::rpc::Compact;

/// The embeds of whoever asks, newest first, also those that ended within the last month; administrators see everybody's.
#[server(prefix = "/rpc", endpoint = "embeds/list", output = Compact)]
pub async fn list_embeds() -> Result<Vec<EmbedView>, AppError> {
    let (hub, access) = (crate::session::hub()?, crate::session::require()?);
    let embeds = hub.embeds(&hub.permit(&access)?).await?;
    let names = super::wire::author_names(&hub, &access).await?;
    let views = embeds
        .iter()
        .map(|embed| super::wire::view(&hub, &access, embed, &names));
    Ok(views.collect())
}
