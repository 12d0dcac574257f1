//! Requests that are done once, however often a client that lost the answer repeats them.

use muster_storage::Repeated;

use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

/// How long an answer is kept for repeating it: 24 hours.
pub const REMEMBERED_MS: i64 = 24 * 3600 * 1000;

impl Hub {
    /// Remembers a request (a hash of all that it asks) under the caller's key, or says what became of it before.
    pub async fn begin_once(
        &self,
        access: &Access,
        key: &str,
        request: [u8; 32],
    ) -> Result<Repeated, ServiceError> {
        let person = access.person().ok_or(ServiceError::NotFound)?.id;
        let now = self.now();
        let since = now.plus_ms(-REMEMBERED_MS);
        let begun = self
            .store()
            .begin_once(person, key, request, since, now)
            .await;
        Ok(begun?)
    }

    /// Keeps the answer; `None` lets the request be tried again.
    pub async fn finish_once(
        &self,
        access: &Access,
        key: &str,
        answer: Option<Vec<u8>>,
    ) -> Result<(), ServiceError> {
        let person = access.person().ok_or(ServiceError::NotFound)?.id;
        Ok(self.store().finish_once(person, key, answer).await?)
    }
}
