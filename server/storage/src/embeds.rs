//! Embeds: rows with the hash of a token that nobody keeps, or the sealed secret of a portal.

use muster_core::embed::{BadEmbed, Embed, EmbedId, MAX_EMBEDS, Origin, Panel, Proof, Theme};
use muster_core::event::NewEvent;
use muster_core::ids::PersonId;
use muster_core::key::SharedKey;
use muster_core::time::Timestamp;

use crate::engine::{Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::sealed::Sealer;
use crate::store::Store;

pub(crate) mod change;

/// Most embeds that are listed: those in use, and as many that ended lately.
pub const MAX_LISTED_EMBEDS: u64 = 2 * MAX_EMBEDS;

/// The columns that [`embed_of`] and [`keys_of`] read.
macro_rules! columns {
    () => {
        "SELECT embed_id, person_id, name, panel, filter, parents, theme, hash, secret,
                created_at, expires_at, revoked_at, uses, last_used_at, last_origin
         FROM embed "
    };
}

const LATEST: Sql = Sql::both(
    "reading embeds",
    concat!(columns!(), "ORDER BY embed_id DESC LIMIT $1"),
);

const OF_PERSON: Sql = Sql::both(
    "reading a person's embeds",
    concat!(
        columns!(),
        "WHERE person_id = $1 ORDER BY embed_id DESC LIMIT $2"
    ),
);

const FIND: Sql = Sql::both(
    "reading an embed",
    concat!(columns!(), "WHERE embed_id = $1"),
);

/// Those in use come first.
const KEYED: Sql = Sql::both(
    "reading embeds with what opens them",
    concat!(
        columns!(),
        "ORDER BY CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, expires_at DESC LIMIT $1"
    ),
);

pub(crate) const STATEMENTS: &[&Sql] = &[&LATEST, &OF_PERSON, &FIND, &KEYED];

/// What opens an embed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EmbedKey {
    /// Whoever has the token with this SHA-256.
    Token([u8; 32]),
    /// Whoever has a token that was signed with this secret.
    Portal(SharedKey),
}

/// An embed with what opens it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyedEmbed {
    /// The embed.
    pub embed: Embed,
    /// What opens it.
    pub key: EmbedKey,
}

/// An embed to be made; everything in it was checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEmbed {
    /// As whom it looks.
    pub person: PersonId,
    /// Its title.
    pub name: String,
    /// What it shows.
    pub panel: Panel,
    /// Of which devices.
    pub filter: String,
    /// Which pages may frame it.
    pub parents: Vec<Origin>,
    /// Light or dark.
    pub theme: Theme,
    /// What opens it.
    pub key: EmbedKey,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// How often an embed was opened since the last note.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmbedUse {
    /// Which.
    pub id: EmbedId,
    /// How often it was opened.
    pub uses: u64,
    /// When it was last looked at.
    pub at: Timestamp,
    /// The last page that framed it; none when no page did since the last note.
    pub origin: Option<String>,
}

impl Store {
    /// The latest embeds of everybody, newest first, at most [`MAX_LISTED_EMBEDS`].
    pub async fn embeds(&self) -> Result<Vec<Embed>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [MAX_LISTED_EMBEDS.into()];
        let rows = reader.connection().rows(&LATEST, arguments).await?;
        rows.iter().map(embed_of).collect()
    }

    /// The latest embeds of a person, newest first, at most [`MAX_LISTED_EMBEDS`].
    pub async fn embeds_of(&self, person: PersonId) -> Result<Vec<Embed>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [person.0.into(), MAX_LISTED_EMBEDS.into()];
        let rows = reader.connection().rows(&OF_PERSON, arguments).await?;
        rows.iter().map(embed_of).collect()
    }

    /// An embed, in use or not.
    pub async fn find_embed(&self, id: EmbedId) -> Result<Option<Embed>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader.connection().row(&FIND, [id.0.into()]).await?;
        row.as_ref().map(embed_of).transpose()
    }

    /// All embeds in use with what opens them, and others that ended lately: at most [`MAX_LISTED_EMBEDS`].
    pub async fn keyed_embeds(&self) -> Result<Vec<KeyedEmbed>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [MAX_LISTED_EMBEDS.into()];
        let rows = reader.connection().rows(&KEYED, arguments).await?;
        rows.iter().map(|row| keyed(row, self.sealer())).collect()
    }

    /// Makes an embed at the time of the event, whose detail gets its number. Refuses a name that another of the
    /// person's in use has, and more than a person or the hub may have.
    pub async fn insert_embed(
        &self,
        new: NewEmbed,
        event: NewEvent,
    ) -> Result<Result<Embed, BadEmbed>, StorageError> {
        self.write("making an embed", change::Insert { new, event })
            .await
    }

    /// Revokes an embed at the time of the event. `None` when there is none; one that was revoked before stays as it
    /// is, without an event.
    pub async fn revoke_embed(
        &self,
        id: EmbedId,
        event: NewEvent,
    ) -> Result<Option<Embed>, StorageError> {
        self.write("revoking an embed", change::Revoke { id, event })
            .await
    }

    /// Adds up how often embeds were opened.
    pub async fn note_embed_uses(&self, uses: Vec<EmbedUse>) -> Result<(), StorageError> {
        self.write("noting the use of embeds", change::NoteUses(uses))
            .await
    }

    /// Removes embeds that ended before `older`; says how many.
    pub async fn delete_ended_embeds(&self, older: Timestamp) -> Result<u64, StorageError> {
        self.write("removing ended embeds", change::DeleteEnded(older))
            .await
    }
}

/// The place a portal's secret is sealed for.
fn place(id: EmbedId) -> String {
    format!("embed:{id}")
}

fn keyed(row: &Row, sealer: &Sealer) -> Result<KeyedEmbed, StorageError> {
    let embed = embed_of(row)?;
    let bad = |cause: &str| corrupt("embed", "secret", embed.id, cause);
    let hash: Option<Vec<u8>> = row.get(7)?;
    let secret: Option<Vec<u8>> = row.get(8)?;
    let key = match (hash, secret) {
        (Some(hash), _) => {
            let hash = <[u8; 32]>::try_from(hash).map_err(|_| bad("the hash is no SHA-256"))?;
            EmbedKey::Token(hash)
        }
        (None, Some(sealed)) => {
            let text = sealer.open_text(&place(embed.id), &sealed);
            let text = text.ok_or_else(|| bad("it does not open with this master key"))?;
            EmbedKey::Portal(SharedKey::new(&text).map_err(|_| bad("it is no key"))?)
        }
        (None, None) => return Err(bad("neither token nor secret")),
    };
    Ok(KeyedEmbed { embed, key })
}

fn embed_of(row: &Row) -> Result<Embed, StorageError> {
    let id = EmbedId(row.get(0)?);
    let (panel, parents, theme): (String, String, String) = (row.get(3)?, row.get(5)?, row.get(6)?);
    let hash: Option<Vec<u8>> = row.get(7)?;
    let at = |column| {
        let ms: Result<Option<i64>, _> = row.get(column);
        ms.map(|ms| ms.map(Timestamp::from_millis))
    };
    Ok(Embed {
        id,
        person: PersonId(row.get(1)?),
        name: row.get(2)?,
        panel: serde_json::from_str(&panel).map_err(|e| corrupt("embed", "panel", id, e))?,
        filter: row.get(4)?,
        parents: muster_core::embed::parents(&parents)
            .map_err(|error| corrupt("embed", "parents", id, error))?,
        theme: theme
            .parse()
            .map_err(|error: BadEmbed| corrupt("embed", "theme", id, error))?,
        proof: match hash {
            Some(_) => Proof::Token,
            None => Proof::Portal,
        },
        created_at: Timestamp::from_millis(row.get(9)?),
        expires_at: Timestamp::from_millis(row.get(10)?),
        revoked_at: at(11)?,
        uses: row.count(12)?,
        last_used_at: at(13)?,
        last_origin: row.get(14)?,
    })
}
