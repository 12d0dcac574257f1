//! Embeds: within the writer's transaction.

use muster_core::embed::{BadEmbed, Embed, EmbedId, MAX_EMBEDS, MAX_OWN, Proof};
use muster_core::event::NewEvent;
use muster_core::time::Timestamp;

use super::{EmbedKey, EmbedUse, FIND, KeyedEmbed, NewEmbed, embed_of, place};
use crate::change::{Change, EmbedNews};
use crate::engine::Sql;
use crate::error::{StorageError, corrupt};
use crate::writer::{Operation, Unit};

const LIVE: Sql = Sql::both(
    "counting embeds",
    "SELECT COUNT(*),
            COALESCE(SUM(CASE WHEN person_id = $2 THEN 1 ELSE 0 END), 0),
            COALESCE(SUM(CASE WHEN person_id = $2 AND name = $3 THEN 1 ELSE 0 END), 0)
     FROM embed WHERE revoked_at IS NULL AND expires_at > $1",
);

const INSERT: Sql = Sql::both(
    "making an embed",
    "INSERT INTO embed (embed_id, person_id, name, panel, filter, parents, theme, hash, secret, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);

const REVOKE: Sql = Sql::both(
    "revoking an embed",
    "UPDATE embed SET revoked_at = $2 WHERE embed_id = $1 AND revoked_at IS NULL",
);

const NOTE_USES: Sql = Sql::both(
    "noting the use of embeds",
    "UPDATE embed SET uses = uses + $2, last_used_at = $3, last_origin = COALESCE($4, last_origin) WHERE embed_id = $1",
);

const DELETE_ENDED: Sql = Sql::both(
    "removing ended embeds",
    "DELETE FROM embed WHERE expires_at < $1 OR revoked_at < $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&LIVE, &INSERT, &REVOKE, &NOTE_USES, &DELETE_ENDED];

#[derive(Debug)]
pub(super) struct Insert {
    pub(super) new: NewEmbed,
    pub(super) event: NewEvent,
}

impl Operation for Insert {
    type Output = Result<Embed, BadEmbed>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Self::Output, StorageError> {
        let (new, now) = (&self.new, self.event.at);
        let arguments = [
            now.millis().into(),
            new.person.0.into(),
            new.name.as_str().into(),
        ];
        let live = unit.connection.row(&LIVE, arguments).await?;
        let live = live.ok_or_else(|| corrupt("embed", "embed_id", "all", "not counted"))?;
        if live.count(2)? > 0 {
            return Ok(Err(BadEmbed::NameTaken));
        }
        if live.count(1)? >= MAX_OWN {
            return Ok(Err(BadEmbed::TooManyOwn));
        }
        if live.count(0)? >= MAX_EMBEDS {
            return Ok(Err(BadEmbed::TooMany));
        }
        // The number of the event that makes it: numbers of removed embeds are never used again.
        let id = EmbedId(unit.next_event());
        let (proof, hash, secret) = match &new.key {
            EmbedKey::Token(hash) => (Proof::Token, Some(hash.to_vec()), None),
            EmbedKey::Portal(key) => {
                let sealed = unit.sealer.seal(&place(id), key.reveal().as_bytes());
                (Proof::Portal, None, Some(sealed))
            }
        };
        let panel = serde_json::to_string(&new.panel).expect("a panel is plain data");
        let parents: Vec<&str> = new.parents.iter().map(|parent| parent.as_str()).collect();
        let arguments = [
            id.0.into(),
            new.person.0.into(),
            new.name.as_str().into(),
            panel.into(),
            new.filter.as_str().into(),
            parents.join(" ").into(),
            new.theme.as_str().into(),
            hash.into(),
            secret.into(),
            now.millis().into(),
            new.expires_at.millis().into(),
        ];
        unit.connection.run(&INSERT, arguments).await?;
        let mut event = self.event.clone();
        event.detail["embed"] = id.0.into();
        let event = unit.event(event);
        let embed = Embed {
            id,
            person: new.person,
            name: new.name.clone(),
            panel: new.panel.clone(),
            filter: new.filter.clone(),
            parents: new.parents.clone(),
            theme: new.theme,
            proof,
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
            uses: 0,
            last_used_at: None,
            last_origin: None,
        };
        let made = KeyedEmbed {
            embed: embed.clone(),
            key: new.key.clone(),
        };
        let news = EmbedNews::Made(Box::new(made));
        unit.announce(vec![event], Change::Embed(news));
        Ok(Ok(embed))
    }
}

#[derive(Debug)]
pub(super) struct Revoke {
    pub(super) id: EmbedId,
    pub(super) event: NewEvent,
}

impl Operation for Revoke {
    type Output = Option<Embed>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Option<Embed>, StorageError> {
        let row = unit.connection.row(&FIND, [self.id.0.into()]).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let mut embed = embed_of(&row)?;
        let at = self.event.at;
        let arguments = [self.id.0.into(), at.millis().into()];
        if unit.connection.run(&REVOKE, arguments).await? > 0 {
            embed.revoked_at = Some(at);
            let event = unit.event(self.event.clone());
            let news = EmbedNews::Revoked(self.id, at);
            unit.announce(vec![event], Change::Embed(news));
        }
        Ok(Some(embed))
    }
}

#[derive(Debug)]
pub(super) struct NoteUses(pub(super) Vec<EmbedUse>);

impl Operation for NoteUses {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        for noted in &self.0 {
            let arguments = [
                noted.id.0.into(),
                noted.uses.into(),
                noted.at.millis().into(),
                noted.origin.clone().into(),
            ];
            unit.connection.run(&NOTE_USES, arguments).await?;
        }
        Ok(())
    }
}

#[derive(Debug)]
pub(super) struct DeleteEnded(pub(super) Timestamp);

impl Operation for DeleteEnded {
    type Output = u64;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<u64, StorageError> {
        let arguments = [self.0.millis().into()];
        let gone = unit.connection.run(&DELETE_ENDED, arguments).await?;
        if gone > 0 {
            unit.announce(Vec::new(), Change::Embed(EmbedNews::Forgotten(self.0)));
        }
        Ok(gone)
    }
}
