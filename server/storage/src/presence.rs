//! Connections and their ends: the door to the hot path.

use crate::error::StorageError;
use crate::records::{PresenceNote, PresenceOutcome};
use crate::store::Store;
use crate::writer::{Command, Request};

impl Store {
    /// Notes that a device connected or that its connection ended: the event, its last activity, the model it
    /// announced; its first contact makes it active.
    pub async fn set_presence(&self, note: PresenceNote) -> Result<PresenceOutcome, StorageError> {
        let (request, reply) = Request::new(note);
        self.send("storing presence", Command::Presence(request), reply)
            .await
    }
}
