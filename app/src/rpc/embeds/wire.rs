//! What travels about embeds.

use muster_core::embed::EmbedId;
use serde::{Deserialize, Serialize};

use crate::rpc::people::Secret;

/// Whether an embed still shows anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum EmbedState {
    /// It does.
    Live,
    /// Its time is over.
    Expired,
    /// Somebody revoked it.
    Revoked,
}

/// An embed; never with its token or secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EmbedView {
    /// Its number.
    pub id: EmbedId,
    /// Its title.
    pub name: String,
    /// What it shows, in words.
    pub what: String,
    /// Of which devices: a condition of the query language.
    pub filter: String,
    /// The pages that may frame it; none for a share link.
    pub parents: Vec<String>,
    /// Whether a portal signs for each viewer.
    pub signed: bool,
    /// Whose it is, where it is somebody else's.
    pub by: Option<String>,
    /// When it ends by itself, in milliseconds since 1970.
    pub expires_ms: i64,
    /// How often it was opened.
    pub uses: u64,
    /// When it was last looked at, in milliseconds since 1970.
    pub last_used_ms: Option<i64>,
    /// The last page that framed it.
    pub last_origin: Option<String>,
    /// Whether it still shows anything.
    pub state: EmbedState,
    /// The address of the same panel as a preview.
    pub preview: String,
    /// What a portal puts into its page, with a word in the place of the token; for a share link its address.
    pub snippet: String,
}

/// A new embed with what is shown once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CreatedEmbed {
    /// The embed.
    pub embed: EmbedView,
    /// Its token, or the secret that the portal signs with.
    pub secret: Secret,
    /// What goes into the portal's page, or the address of a share link.
    pub snippet: Secret,
}

#[cfg(feature = "ssr")]
pub(super) use server::{author_names, snippet, view};

#[cfg(feature = "ssr")]
mod server {
    use std::collections::HashMap;

    use muster_core::embed::{Embed, Panel};
    use muster_core::ids::PersonId;
    use muster_service::access::kinds::ManagePeople;
    use muster_service::{Access, Hub};

    use super::{EmbedState, EmbedView};
    use crate::error::AppError;
    use crate::routes;

    /// Stands where the token of a viewer goes.
    const PLACEHOLDER: &str = "TOKEN";

    /// The names of authors, for those who see embeds of others.
    pub(in super::super) async fn author_names(
        hub: &Hub,
        access: &Access,
    ) -> Result<HashMap<PersonId, String>, AppError> {
        let Ok(permit) = hub.permit::<ManagePeople>(access) else {
            return Ok(HashMap::new());
        };
        let people = hub.people_list(&permit).await?.into_iter();
        Ok(people
            .map(|person| (person.id, person.display_name))
            .collect())
    }

    /// The embed as whoever asks sees it at this moment.
    pub(in super::super) fn view(
        hub: &Hub,
        access: &Access,
        embed: &Embed,
        names: &HashMap<PersonId, String>,
    ) -> EmbedView {
        let own = access
            .person()
            .is_some_and(|person| person.id == embed.person);
        let state = match (embed.revoked_at, embed.is_live(hub.now())) {
            (Some(_), _) => EmbedState::Revoked,
            (None, true) => EmbedState::Live,
            (None, false) => EmbedState::Expired,
        };
        EmbedView {
            id: embed.id,
            name: embed.name.clone(),
            what: what(&embed.panel),
            filter: embed.filter.clone(),
            parents: embed.parents.iter().map(ToString::to_string).collect(),
            signed: embed.proof == muster_core::embed::Proof::Portal,
            by: (!own).then(|| names.get(&embed.person).cloned().unwrap_or_default()),
            expires_ms: embed.expires_at.millis(),
            uses: embed.uses,
            last_used_ms: embed.last_used_at.map(|at| at.millis()),
            last_origin: embed.last_origin.clone(),
            state,
            preview: preview(embed),
            snippet: snippet(hub, embed, PLACEHOLDER),
        }
    }

    fn what(panel: &Panel) -> String {
        let kind = panel.kind().in_words();
        match panel {
            Panel::Groups { path } => format!("{kind}, {path}"),
            Panel::Telemetry {
                device,
                field,
                span,
            } => format!("{kind}, {field} of {device}, last {}", span.as_str()),
            _ => kind.to_owned(),
        }
    }

    fn preview(embed: &Embed) -> String {
        let parts = embed.panel.parts();
        let fields = [
            ("name", embed.name.as_str()),
            ("kind", &parts.kind),
            ("path", &parts.path),
            ("device", &parts.device),
            ("field", &parts.field),
            ("span", &parts.span),
            ("filter", &embed.filter),
            ("theme", embed.theme.as_str()),
        ];
        let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = fields
            .map(|(name, value)| format!("{name}={}", routes::encode(value)))
            .collect();
        format!("{}?{}", routes::EMBED_PREVIEW, query.join("&"))
    }

    /// What a portal puts into its page; for a share link its address.
    pub(in super::super) fn snippet(hub: &Hub, embed: &Embed, token: &str) -> String {
        let address = format!("{}/embed/{token}", origin(hub));
        if embed.parents.is_empty() {
            return address;
        }
        let title = embed.name.replace('&', "&amp;").replace('"', "&quot;");
        format!(
            "<iframe src=\"{address}\" title=\"{title}\" width=\"100%\" height=\"240\" loading=\"lazy\" \
             referrerpolicy=\"strict-origin\"></iframe>"
        )
    }

    /// Where the hub is, as the browser that asks knows it; else by its name.
    fn origin(hub: &Hub) -> String {
        let parts = leptos::prelude::use_context::<http::request::Parts>();
        let header = parts.and_then(|parts| {
            let origin = parts.headers.get(http::header::ORIGIN)?.to_str().ok()?;
            origin.parse::<muster_core::embed::Origin>().ok()
        });
        header.map_or_else(
            || format!("https://{}", hub.hostname()),
            |origin| origin.to_string(),
        )
    }
}
