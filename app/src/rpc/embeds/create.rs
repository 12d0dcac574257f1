//! Making an embed.
#![expect(
    clippy::too_many_arguments,
    reason = "each is a field of the form, which works without WASM"
)]

use leptos::prelude::*;

use super::CreatedEmbed;
use crate::error::AppError;
use crate::rpc::Compact;

/// Makes an embed or, where no page may frame it, a share link. Its token or secret is in this answer and nowhere else.
#[server(prefix = "/rpc", endpoint = "embeds/create", output = Compact)]
pub async fn create_embed(
    /// Its title.
    name: String,
    /// The kind of panel.
    kind: String,
    /// The property to group by.
    #[server(default)]
    path: String,
    /// The device of a chart.
    #[server(default)]
    device: String,
    /// The field of a chart.
    #[server(default)]
    field: String,
    /// How far back a chart looks.
    #[server(default)]
    span: String,
    /// Of which devices; empty for all its author sees.
    #[server(default)]
    filter: String,
    /// The pages that may frame it.
    #[server(default)]
    parents: String,
    /// Light or dark.
    #[server(default)]
    theme: String,
    /// What a viewer shows.
    #[server(default)]
    proof: String,
    /// How many days it lasts.
    days: u32,
) -> Result<CreatedEmbed, AppError> {
    use muster_core::embed::{
        BadEmbed, Panel, PanelParts, Proof, Theme, check_name, expiry, parents as read,
    };
    use muster_service::ServiceError;
    use muster_service::embeds::EmbedDraft;
    let (hub, access) = (crate::session::hub()?, crate::session::require()?);
    let permit = hub.permit(&access)?;
    let panel = PanelParts {
        kind,
        path,
        device,
        field,
        span,
    };
    let checks = [
        ("name", check_name(&name).err()),
        ("parents", read(&parents).err()),
        ("days", expiry(hub.now(), days).err()),
    ];
    let wrong_panel = Panel::read(&panel).err().map(|error| {
        let field = match error {
            BadEmbed::Path => "path",
            BadEmbed::Device => "device",
            BadEmbed::Field => "field",
            _ => "kind",
        };
        (field, Some(error))
    });
    let wrong = checks
        .into_iter()
        .chain(wrong_panel)
        .filter_map(|(field, error)| {
            let message = crate::format::sentence(&error?.to_string());
            let field = field.to_owned();
            Some(crate::error::FieldError { field, message })
        });
    let wrong: Vec<_> = wrong.collect();
    if !wrong.is_empty() {
        return Err(AppError::fields(wrong));
    }
    let draft = EmbedDraft {
        name,
        panel,
        filter: filter.trim().to_owned(),
        parents,
        theme: theme.parse().unwrap_or(Theme::Auto),
        proof: proof.parse().unwrap_or(Proof::Token),
        days: Some(days),
    };
    let made = match hub.create_embed(&permit, draft).await {
        Err(ServiceError::AlreadyExists) => {
            return Err(AppError::field("name", BadEmbed::NameTaken));
        }
        other => other?,
    };
    if crate::session::is_plain_form() {
        let page = crate::routes::embed(made.embed.id);
        crate::session::leave_once(&page, &made.secret);
        leptos_axum::redirect(&page);
    }
    let view = super::wire::view(&hub, &access, &made.embed, &Default::default());
    let snippet = if view.signed {
        view.snippet.clone()
    } else {
        super::wire::snippet(&hub, &made.embed, &made.secret)
    };
    Ok(CreatedEmbed {
        embed: view,
        secret: crate::rpc::people::Secret(made.secret),
        snippet: crate::rpc::people::Secret(snippet),
    })
}
