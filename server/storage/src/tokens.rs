//! API tokens: rows with the hash of a secret that nobody keeps.

use muster_core::event::NewEvent;
use muster_core::ids::PersonId;
use muster_core::time::Timestamp;
use muster_core::token::{self, ApiToken, BadToken, MAX_TOKENS, NOTE_USE_AFTER_MS, TokenId};

use crate::change::Change;
use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::records::NewToken;
use crate::store::Store;
use crate::writer::{Operation, Unit};

/// Most tokens that are listed: those in use, and as many that ended lately.
const MAX_LISTED: usize = 10 * MAX_TOKENS;

/// The columns that [`token_of`] reads.
macro_rules! columns {
    () => {
        "SELECT token_id, person_id, name, actions, scope, created_at, expires_at, last_used_at, revoked_at, hash
         FROM api_token "
    };
}

const BY_HASH: Sql = Sql::both(
    "reading an API token",
    concat!(columns!(), "WHERE hash = $1"),
);

const BY_ID: Sql = Sql::both(
    "reading an API token",
    concat!(columns!(), "WHERE token_id = $1 AND person_id = $2"),
);

const OF_PERSON: Sql = Sql::both(
    "reading a person's API tokens",
    concat!(
        columns!(),
        "WHERE person_id = $1 ORDER BY created_at DESC, token_id LIMIT $2"
    ),
);

const LIVE: Sql = Sql::both(
    "counting a person's API tokens",
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN name = $3 THEN 1 ELSE 0 END), 0) FROM api_token
     WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2",
);

const INSERT: Sql = Sql::both(
    "making an API token",
    "INSERT INTO api_token (token_id, person_id, name, hash, actions, scope, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);

const REVOKE: Sql = Sql::both(
    "revoking an API token",
    "UPDATE api_token SET revoked_at = $3 WHERE token_id = $1 AND person_id = $2 AND revoked_at IS NULL",
);

const REVOKE_ALL: Sql = Sql::both(
    "revoking a person's API tokens",
    "UPDATE api_token SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL",
);

const NOTE_USE: Sql = Sql::both(
    "noting the use of an API token",
    "UPDATE api_token SET last_used_at = $2
     WHERE token_id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)",
);

const DELETE_ENDED: Sql = Sql::both(
    "removing ended API tokens",
    "DELETE FROM api_token WHERE expires_at < $1 OR revoked_at < $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &BY_HASH,
    &BY_ID,
    &OF_PERSON,
    &LIVE,
    &INSERT,
    &REVOKE,
    &REVOKE_ALL,
    &NOTE_USE,
    &DELETE_ENDED,
];

impl Store {
    /// Makes a token at the time of the event. Refuses a name that another token in use has, and more than
    /// [`MAX_TOKENS`] in use.
    pub async fn insert_token(
        &self,
        new: NewToken,
        event: NewEvent,
    ) -> Result<Result<ApiToken, BadToken>, StorageError> {
        self.write("making an API token", Insert { new, event })
            .await
    }

    /// The token with this hash, in use or not, with the hash as it is stored: the caller compares once more, in the
    /// same time for every answer.
    pub async fn find_token_by_hash(
        &self,
        hash: &[u8; 32],
    ) -> Result<Option<(ApiToken, Vec<u8>)>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader
            .connection()
            .row(&BY_HASH, [hash.to_vec().into()])
            .await?;
        row.map(|row| Ok((token_of(&row)?, row.get(9)?)))
            .transpose()
    }

    /// A person's tokens, newest first: also those that ended lately.
    pub async fn tokens_of(&self, person: PersonId) -> Result<Vec<ApiToken>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [person.0.into(), MAX_LISTED.into()];
        let rows = reader.connection().rows(&OF_PERSON, arguments).await?;
        rows.iter().map(token_of).collect()
    }

    /// Revokes a token of this person at the time of the event, whose detail gets the token's name. `None` when the
    /// person has no such token; one that was revoked before stays as it is, without an event.
    pub async fn revoke_token(
        &self,
        person: PersonId,
        id: TokenId,
        event: NewEvent,
    ) -> Result<Option<ApiToken>, StorageError> {
        self.write("revoking an API token", Revoke { person, id, event })
            .await
    }

    /// Notes that a token was used; does nothing when a use was noted within the last minute.
    pub async fn note_token_use(&self, id: TokenId, at: Timestamp) -> Result<bool, StorageError> {
        let noted = self.write("noting the use of an API token", NoteUse { id, at });
        noted.await
    }

    /// Removes tokens that ended before `older`; says how many.
    pub async fn delete_ended_tokens(&self, older: Timestamp) -> Result<u64, StorageError> {
        self.write("removing ended API tokens", DeleteEnded(older))
            .await
    }
}

/// Revokes all tokens of a person within a transaction.
pub(crate) async fn revoke_all(
    connection: &mut Connection<'_>,
    person: PersonId,
    at: Timestamp,
) -> Result<(), StorageError> {
    let arguments = [person.0.into(), at.millis().into()];
    connection.run(&REVOKE_ALL, arguments).await.map(|_| ())
}

fn token_of(row: &Row) -> Result<ApiToken, StorageError> {
    let id: i64 = row.get(0)?;
    let actions: String = row.get(3)?;
    let at = |column| {
        let ms: Result<Option<i64>, _> = row.get(column);
        ms.map(|ms| ms.map(Timestamp::from_millis))
    };
    Ok(ApiToken {
        id: TokenId(id),
        person: PersonId(row.get(1)?),
        name: row.get(2)?,
        actions: actions
            .split(' ')
            .map(|name| {
                let action = token::action_of(name);
                action.ok_or_else(|| corrupt("api_token", "actions", id, name))
            })
            .collect::<Result<_, _>>()?,
        scope: row.get(4)?,
        created_at: Timestamp::from_millis(row.get(5)?),
        expires_at: Timestamp::from_millis(row.get(6)?),
        last_used_at: at(7)?,
        revoked_at: at(8)?,
    })
}

#[derive(Debug)]
struct Insert {
    new: NewToken,
    event: NewEvent,
}

impl Operation for Insert {
    type Output = Result<ApiToken, BadToken>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Self::Output, StorageError> {
        let (new, now) = (&self.new, self.event.at);
        let connection = &mut unit.connection;
        let arguments = [
            new.person.0.into(),
            now.millis().into(),
            new.name.as_str().into(),
        ];
        let live = connection.row(&LIVE, arguments).await?;
        let live = live.ok_or_else(|| corrupt("api_token", "token_id", new.id, "not counted"))?;
        if live.count(1)? > 0 {
            return Ok(Err(BadToken::NameTaken));
        }
        if live.count(0)? >= MAX_TOKENS as u64 {
            return Ok(Err(BadToken::TooMany));
        }
        let names: Vec<String> = new
            .actions
            .iter()
            .copied()
            .map(token::action_name)
            .collect();
        let arguments = [
            new.id.0.into(),
            new.person.0.into(),
            new.name.as_str().into(),
            new.hash.to_vec().into(),
            names.join(" ").into(),
            new.scope.as_str().into(),
            now.millis().into(),
            new.expires_at.millis().into(),
        ];
        connection.run(&INSERT, arguments).await?;
        let event = unit.event(self.event.clone());
        unit.announce(vec![event], Change::None);
        Ok(Ok(ApiToken {
            id: new.id,
            person: new.person,
            name: new.name.clone(),
            actions: new.actions.clone(),
            scope: new.scope.clone(),
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
        }))
    }
}

#[derive(Debug)]
struct Revoke {
    person: PersonId,
    id: TokenId,
    event: NewEvent,
}

impl Operation for Revoke {
    type Output = Option<ApiToken>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Option<ApiToken>, StorageError> {
        let connection = &mut unit.connection;
        let key = [self.id.0.into(), self.person.0.into()];
        let Some(row) = connection.row(&BY_ID, key).await? else {
            return Ok(None);
        };
        let mut token = token_of(&row)?;
        let arguments = [
            self.id.0.into(),
            self.person.0.into(),
            self.event.at.millis().into(),
        ];
        if connection.run(&REVOKE, arguments).await? > 0 {
            token.revoked_at = Some(self.event.at);
            let mut event = self.event.clone();
            event.detail["token"] = token.name.as_str().into();
            let event = unit.event(event);
            unit.announce(vec![event], Change::None);
        }
        Ok(Some(token))
    }
}

#[derive(Debug)]
struct NoteUse {
    id: TokenId,
    at: Timestamp,
}

impl Operation for NoteUse {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let arguments = [
            self.id.0.into(),
            self.at.millis().into(),
            self.at.plus_ms(-NOTE_USE_AFTER_MS).millis().into(),
        ];
        Ok(unit.connection.run(&NOTE_USE, arguments).await? > 0)
    }
}

#[derive(Debug)]
struct DeleteEnded(Timestamp);

impl Operation for DeleteEnded {
    type Output = u64;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<u64, StorageError> {
        let arguments = [self.0.millis().into()];
        unit.connection.run(&DELETE_ENDED, arguments).await
    }
}
