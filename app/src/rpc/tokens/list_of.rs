//! Somebody's tokens.

use leptos::prelude::*;
use muster_core::ids::PersonId;

use super::TokenView;
use crate::error::AppError;
use crate::rpc::Compact;

/// The tokens of one account, newest first: also those that ended within the last month.
#[server(prefix = "/rpc", endpoint = "tokens/list_of", output = Compact)]
pub async fn list_tokens_of(
    /// Whose.
    person: PersonId,
) -> Result<Vec<TokenView>, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let now = hub.now();
    let permit = hub.permit(&access)?;
    let tokens = hub.tokens_of(&permit, person).await?;
    let views = tokens.into_iter().map(|token| TokenView::at(token, now));
    Ok(views.collect())
}
