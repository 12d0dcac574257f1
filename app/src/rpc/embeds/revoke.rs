//! Ending an embed.

use leptos::prelude::*;
use muster_core::embed::EmbedId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Revokes an embed: whoever looks at it sees one sentence from then on.
#[server(prefix = "/rpc", endpoint = "embeds/revoke", output = Compact)]
pub async fn revoke_embed(
    /// Which.
    id: EmbedId,
) -> Result<(), AppError> {
    let (hub, access) = (crate::session::hub()?, crate::session::require()?);
    hub.revoke_embed(&hub.permit(&access)?, id).await?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(crate::routes::EMBEDS);
    }
    Ok(())
}
