//! API tokens: one's own, and for administrators those of others.

mod create;
mod list;
mod list_of;
mod revoke;
mod revoke_of;
mod wire;

pub use create::{CreateToken, create_token};
pub use list::{ListTokens, list_tokens};
pub use list_of::{ListTokensOf, list_tokens_of};
pub use revoke::{RevokeToken, revoke_token};
pub use revoke_of::{RevokeTokenOf, revoke_token_of};
pub use wire::{CreatedToken, TokenState, TokenView};
