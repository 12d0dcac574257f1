//! Sessions of the dashboard: opaque records with an owner and an end.

use muster_core::ids::PersonId;
use muster_core::time::Timestamp;

use crate::engine::{Connection, Sql};
use crate::error::StorageError;
use crate::records::WebSession;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const SAVE: Sql = Sql::both(
    "saving a session",
    "INSERT INTO web_session (session_id, person_id, data, expires_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (session_id) DO UPDATE
     SET person_id = excluded.person_id, data = excluded.data, expires_at = excluded.expires_at",
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

pub(crate) const STATEMENTS: &[&Sql] = &[&SAVE, &LOAD, &DELETE, &DELETE_OF, &DELETE_EXPIRED];

impl Store {
    /// Makes or replaces a session.
    pub async fn save_session(&self, session: WebSession) -> Result<(), StorageError> {
        self.write("saving a session", Save(session)).await
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
struct Save(WebSession);

impl Operation for Save {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        let session = &self.0;
        let arguments = [
            session.id.to_string().into(),
            session.person.map(|id| id.0).into(),
            session.data.clone().into(),
            session.expires_at.millis().into(),
        ];
        unit.connection.run(&SAVE, arguments).await?;
        Ok(())
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
