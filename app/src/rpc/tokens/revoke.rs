//! Ending one of one's own tokens.

use leptos::prelude::*;
use muster_core::token::TokenId;

use super::TokenView;
use crate::error::AppError;
use crate::rpc::Compact;

/// Revokes a token of whoever asks. What uses it is refused from then on.
#[server(prefix = "/rpc", endpoint = "tokens/revoke", output = Compact)]
pub async fn revoke_token(
    /// Which.
    id: TokenId,
) -> Result<TokenView, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let token = hub.revoke_own_token(&access, id).await?;
    Ok(TokenView::at(token, hub.now()))
}
