//! Ending somebody's token.

use leptos::prelude::*;
use muster_core::ids::PersonId;
use muster_core::token::TokenId;

use super::TokenView;
use crate::error::AppError;
use crate::rpc::Compact;

/// Revokes a token of an account. What uses it is refused from then on.
#[server(prefix = "/rpc", endpoint = "tokens/revoke_of", output = Compact)]
pub async fn revoke_token_of(
    /// Whose.
    person: PersonId,
    /// Which.
    id: TokenId,
) -> Result<TokenView, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit(&access)?;
    let token = hub.revoke_token_of(&permit, person, id).await?;
    Ok(TokenView::at(token, hub.now()))
}
