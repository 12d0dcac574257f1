//! Embeds and share links.

mod create;
mod list;
mod revoke;
mod show;
mod wire;

pub use create::{CreateEmbed, create_embed};
pub use list::{ListEmbeds, list_embeds};
pub use revoke::{RevokeEmbed, revoke_embed};
pub use show::{ShowEmbed, show_embed};
pub use wire::{CreatedEmbed, EmbedState, EmbedView};
