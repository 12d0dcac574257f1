//! Sessions of the dashboard: opaque records with an owner and an end.

use muster_core::ids::PersonId;
use muster_core::time::Timestamp;

use crate::engine::{Connection, Sql};
use crate::error::StorageError;
use crate::records::WebSession;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const INSERT: Sql = Sql::both(
    "making a session",
    "INSERT INTO web_session (session_id, person_id, data, expires_at) VALUES ($1, $2, $3, $4)",
);

/// A session that was ended meanwhile stays ended.
const RENEW: Sql = Sql::both(
    "renewing a session",
    "UPDATE web_session SET person_id = $2, data = $3, expires_at = $4 WHERE session_id = $1",
);

const LOAD: Sql = Sql::both(
    "loading a session",
    "SELECT person_id, data, expires_at FROM web_session WHERE session_id = $1",
);

const DELETE: Sql = Sql::both(
    "ending a session",
    "DELETE FROM web_session WHERE session_id = $1",
);

const DELETE_OF: Sql = Sql::both(
    "ending a person's sessions",
    "DELETE FROM web_session WHERE person_id = $1 AND session_id <> $2",
);

const DELETE_EXPIRED: Sql = Sql::both(
    "removing ended sessions",
    "DELETE FROM web_session WHERE expires_at <= $1",
);

pub(crate) const STATEMENTS: &[&Sql] =
    &[&INSERT, &RENEW, &LOAD, &DELETE, &DELETE_OF, &DELETE_EXPIRED];

impl Store {
    /// Makes a session. Its number must be new.
    pub async fn insert_session(&self, session: WebSession) -> Result<(), StorageError> {
        self.write("making a session", Save(&INSERT, session))
            .await
            .map(|_| ())
    }

    /// Writes a session that there is; says whether there was one. Whoever ends a session has the last word, however
    /// close together both come.
    pub async fn renew_session(&self, session: WebSession) -> Result<bool, StorageError> {
        let renewed = self.write("renewing a session", Save(&RENEW, session));
        Ok(renewed.await? > 0)
    }

    /// A session, also one that has ended but was not removed yet.
    pub async fn load_session(&self, id: i128) -> Result<Option<WebSession>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader
            .connection()
            .row(&LOAD, [id.to_string().into()])
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(WebSession {
            id,
            person: row.get::<Option<i64>>(0)?.map(PersonId),
            data: row.get(1)?,
            expires_at: Timestamp::from_millis(row.get(2)?),
        }))
    }

    /// Ends a session.
    pub async fn delete_session(&self, id: i128) -> Result<(), StorageError> {
        self.write("ending a session", Delete::One(id))
            .await
            .map(|_| ())
    }

    /// Ends all sessions of a person, except one; says how many.
    pub async fn delete_sessions_of(
        &self,
        person: PersonId,
        except: Option<i128>,
    ) -> Result<u64, StorageError> {
        self.write("ending sessions", Delete::Of { person, except })
            .await
    }

    /// Removes sessions that have ended; says how many.
    pub async fn delete_expired_sessions(&self, now: Timestamp) -> Result<u64, StorageError> {
        self.write("removing ended sessions", Delete::Expired(now))
            .await
    }
}

/// Ends a person's sessions within a transaction.
pub(crate) async fn end_all(
    connection: &mut Connection<'_>,
    person: PersonId,
    except: Option<i128>,
) -> Result<u64, StorageError> {
    let except = except.map(|id| id.to_string()).unwrap_or_default();
    connection
        .run(&DELETE_OF, [person.0.into(), except.into()])
        .await
}

#[derive(Debug)]
struct Save(&'static Sql, WebSession);

impl Operation for Save {
    type Output = u64;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<u64, StorageError> {
        let session = &self.1;
        let arguments = [
            session.id.to_string().into(),
            session.person.map(|id| id.0).into(),
            session.data.clone().into(),
            session.expires_at.millis().into(),
        ];
        unit.connection.run(self.0, arguments).await
    }
}

/// Which sessions to end.
enum Delete {
    One(i128),
    Of {
        person: PersonId,
        except: Option<i128>,
    },
    Expired(Timestamp),
}

impl Operation for Delete {
    type Output = u64;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<u64, StorageError> {
        let connection = &mut unit.connection;
        match self {
            Self::One(id) => connection.run(&DELETE, [id.to_string().into()]).await,
            Self::Of { person, except } => end_all(connection, *person, *except).await,
            Self::Expired(now) => connection.run(&DELETE_EXPIRED, [now.millis().into()]).await,
        }
    }
}
