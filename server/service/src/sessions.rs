//! Web sessions: opaque records that the HTTP door keeps here, so that they survive restarts and can be ended for a
//! person from anywhere.

use muster_core::ids::PersonId;
use muster_storage::WebSession;

use crate::error::ServiceError;
use crate::hub::Hub;

impl Hub {
    /// Makes a session.
    pub async fn begin_session(&self, session: WebSession) -> Result<(), ServiceError> {
        Ok(self.store().insert_session(session).await?)
    }

    /// Writes a session anew; one that was ended meanwhile stays ended.
    pub async fn renew_session(&self, session: WebSession) -> Result<(), ServiceError> {
        self.store().renew_session(session).await?;
        Ok(())
    }

    /// Reads a session that has not expired.
    pub async fn load_session(&self, id: i128) -> Result<Option<WebSession>, ServiceError> {
        let found = self.store().load_session(id).await?;
        Ok(found.filter(|session| session.expires_at > self.now()))
    }

    /// Forgets a session.
    pub async fn delete_session(&self, id: i128) -> Result<(), ServiceError> {
        Ok(self.store().delete_session(id).await?)
    }

    /// Ends all sessions of a person, but the one named.
    pub async fn end_sessions(
        &self,
        person: PersonId,
        except: Option<i128>,
    ) -> Result<(), ServiceError> {
        self.store().delete_sessions_of(person, except).await?;
        Ok(())
    }
}
