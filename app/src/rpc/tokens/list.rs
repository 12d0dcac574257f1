//! One's own tokens.

use leptos::prelude::*;

use super::TokenView;
use crate::error::AppError;
use crate::rpc::Compact;

/// The tokens of whoever asks, newest first: also those that ended within the last month.
#[server(prefix = "/rpc", endpoint = "tokens/list", output = Compact)]
pub async fn list_tokens() -> Result<Vec<TokenView>, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let now = hub.now();
    let tokens = hub.own_tokens(&access).await?;
    let views = tokens.into_iter().map(|token| TokenView::at(token, now));
    Ok(views.collect())
}
