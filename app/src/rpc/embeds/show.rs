//! One embed.

use leptos::prelude::*;
use muster_core::embed::EmbedId;

use super::EmbedView;
use crate::error::AppError;
use crate::rpc::Compact;

/// An embed of whoever asks; administrators see everybody's.
#[server(prefix = "/rpc", endpoint = "embeds/show", output = Compact)]
pub async fn show_embed(
    /// Which.
    id: EmbedId,
) -> Result<EmbedView, AppError> {
    let (hub, access) = (crate::session::hub()?, crate::session::require()?);
    let embed = hub.embed(&hub.permit(&access)?, id).await?;
    let embed = embed.ok_or(AppError::NotFound)?;
    let names = super::wire::author_names(&hub, &access).await?;
    Ok(super::wire::view(&hub, &access, &embed, &names))
}
