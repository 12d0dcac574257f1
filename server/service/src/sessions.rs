//! Web sessions: opaque records that the HTTP door keeps here, so that they survive restarts and can be ended for a
//! person from anywhere.

use muster_core::ids::PersonId;
use muster_storage::WebSession;

use crate::error::ServiceError;
use crate::hub::Hub;

impl Hub {
    /// Writes a session.
    pub async fn save_session(&self, session: WebSession) -> Result<(), ServiceError> {
        Ok(self.store().save_session(session).await?)
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
