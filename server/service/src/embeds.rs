//! Embeds and share links: made and revoked by their authors, judged anew at each look.
//!
//! An embed looks at the fleet as its author does at this moment: when the author's scope shrinks, so does what it
//! shows; when the account is closed or may no longer share, it goes dark.

mod open;
mod shelf;
mod show;

use muster_core::embed::{
    self, BadEmbed, DEFAULT_DAYS, Embed, EmbedId, MAX_FILTER, Panel, PanelParts, Proof, Theme,
};
use muster_core::event::{EventKind, NewEvent};
use muster_core::key::SharedKey;
use muster_core::policy::Action;
use muster_query::Condition;
use muster_storage::EmbedKey;
use serde_json::{Value, json};

use crate::access::kinds::KeepEmbeds;
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

pub use open::{Closed, OpenEmbed, Why};
pub(crate) use shelf::{Embeds, write_uses};
pub use show::{MAX_GROUPS, MAX_ROWS, PanelNews, Shown};

/// An embed as somebody wants it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EmbedDraft {
    /// Its title.
    pub name: String,
    /// What it shows.
    pub panel: PanelParts,
    /// Of which devices; empty for all the author sees.
    pub filter: String,
    /// Which pages may frame it; empty for a share link.
    pub parents: String,
    /// Light or dark.
    pub theme: Theme,
    /// What a viewer shows.
    pub proof: Proof,
    /// How long it lasts; [`DEFAULT_DAYS`] unless said.
    pub days: Option<u32>,
}

/// A new embed with what opens it, which nobody can read again.
#[derive(Clone, PartialEq, Eq)]
pub struct MadeEmbed {
    /// The embed.
    pub embed: Embed,
    /// Its token, or the secret that the portal signs with.
    pub secret: String,
}

impl std::fmt::Debug for MadeEmbed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeEmbed")
            .field("embed", &self.embed)
            .finish_non_exhaustive()
    }
}

impl Hub {
    /// Makes an embed or share link that looks as whoever asks; made by an API token, it looks no further than that.
    pub async fn create_embed(
        &self,
        permit: &Permit<KeepEmbeds>,
        draft: EmbedDraft,
    ) -> Result<MadeEmbed, ServiceError> {
        let access = permit.access();
        let person = access.person().ok_or_else(|| {
            ServiceError::Invalid("embeds belong to people; sign in to make one".to_owned())
        })?;
        let name = embed::check_name(&draft.name).map_err(invalid)?;
        let (panel, condition) = self
            .checked_panel(access, &draft.panel, &draft.filter)
            .await?;
        let parents = embed::parents(&draft.parents).map_err(invalid)?;
        if draft.proof == Proof::Portal && parents.is_empty() {
            return Err(invalid(BadEmbed::NoPortal));
        }
        let now = self.now();
        let days = draft.days.unwrap_or(DEFAULT_DAYS);
        let expires_at = embed::expiry(now, days).map_err(invalid)?;
        let (key, secret) = match draft.proof {
            Proof::Token => {
                let token = embed::token(self.entropy().bytes());
                let hash = embed::fingerprint(&token).expect("it was just made by the same rule");
                (EmbedKey::Token(hash), token)
            }
            Proof::Portal => {
                let key = SharedKey::from_entropy(self.entropy().bytes());
                let secret = key.reveal().to_owned();
                (EmbedKey::Portal(key), secret)
            }
        };
        let new = muster_storage::NewEmbed {
            person: person.id,
            name,
            panel,
            filter: condition.to_string(),
            parents,
            theme: draft.theme,
            key,
            expires_at,
        };
        let detail = json!({
            "name": new.name,
            "panel": new.panel,
            "filter": new.filter,
            "parents": new.parents.iter().map(|parent| parent.as_str()).collect::<Vec<_>>(),
            "expires": expires_at.to_string(),
        });
        let event = self.embed_event(access, EventKind::EmbedCreated, detail);
        match self.store().insert_embed(new, event).await? {
            Ok(embed) => Ok(MadeEmbed { embed, secret }),
            Err(BadEmbed::NameTaken) => Err(ServiceError::AlreadyExists),
            Err(refused) => Err(invalid(refused)),
        }
    }

    /// The embeds of whoever asks, newest first, also those that ended lately; administrators see everybody's.
    pub async fn embeds(&self, permit: &Permit<KeepEmbeds>) -> Result<Vec<Embed>, ServiceError> {
        let access = permit.access();
        let found = match access.person() {
            _ if sees_all(access) => self.store().embeds().await?,
            Some(person) => self.store().embeds_of(person.id).await?,
            None => Vec::new(),
        };
        let embeds = found
            .into_iter()
            .map(|embed| self.embeds_kept().counted(embed));
        Ok(embeds.collect())
    }

    /// An embed that whoever asks may see.
    pub async fn embed(
        &self,
        permit: &Permit<KeepEmbeds>,
        id: EmbedId,
    ) -> Result<Option<Embed>, ServiceError> {
        let found = self.store().find_embed(id).await?;
        let access = permit.access();
        let seen = found.filter(|embed| {
            let own = access
                .person()
                .is_some_and(|person| person.id == embed.person);
            own || sees_all(access)
        });
        Ok(seen.map(|embed| self.embeds_kept().counted(embed)))
    }

    /// Revokes an embed at once and for good; one that was revoked before stays so.
    pub async fn revoke_embed(
        &self,
        permit: &Permit<KeepEmbeds>,
        id: EmbedId,
    ) -> Result<Embed, ServiceError> {
        let embed = self.embed(permit, id).await?;
        let embed = embed.ok_or(ServiceError::NotFound)?;
        let detail = json!({ "embed": id, "name": embed.name });
        let event = self.embed_event(permit.access(), EventKind::EmbedRevoked, detail);
        let revoked = self.store().revoke_embed(id, event).await?;
        revoked.ok_or(ServiceError::NotFound)
    }

    /// What an embed like this would show to whoever asks.
    pub async fn preview_embed(
        &self,
        permit: &Permit<KeepEmbeds>,
        panel: &PanelParts,
        filter: &str,
    ) -> Result<(Panel, Shown), ServiceError> {
        let access = permit.access();
        let (panel, condition) = self.read_panel(access, panel, filter)?;
        let shown = self.show_panel(access, &panel, &condition).await?;
        Ok((panel, shown))
    }

    /// Reads what a panel is to show, and tries it: what cannot be shown is not made.
    async fn checked_panel(
        &self,
        access: &Access,
        panel: &PanelParts,
        filter: &str,
    ) -> Result<(Panel, Condition), ServiceError> {
        let (panel, condition) = self.read_panel(access, panel, filter)?;
        match self.show_panel(access, &panel, &condition).await {
            Ok(_) => Ok((panel, condition)),
            Err(ServiceError::NotFound) => Err(ServiceError::Invalid(
                "no device of this name is among those that the filter keeps and you see"
                    .to_owned(),
            )),
            Err(error) => Err(error),
        }
    }

    fn read_panel(
        &self,
        access: &Access,
        panel: &PanelParts,
        filter: &str,
    ) -> Result<(Panel, Condition), ServiceError> {
        let panel = Panel::read(panel).map_err(invalid)?;
        if filter.len() > MAX_FILTER {
            return Err(invalid(BadEmbed::Filter));
        }
        let filter = Condition::parse(filter)
            .map_err(|error| ServiceError::Invalid(format!("the filter: {error}")))?;
        let within = access.token_scope();
        let within = within.ok_or(ServiceError::Forbidden(Action::KeepEmbeds))?;
        let condition = filter.and(within);
        if !condition.is_all() && !panel.takes_filter() {
            return Err(invalid(BadEmbed::NotFiltered));
        }
        Ok((panel, condition))
    }

    fn embed_event(&self, access: &Access, kind: EventKind, detail: Value) -> NewEvent {
        NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind,
            detail,
        }
    }
}

fn sees_all(access: &Access) -> bool {
    access.can(Action::ManageHub)
}

fn invalid(error: BadEmbed) -> ServiceError {
    ServiceError::Invalid(error.to_string())
}
