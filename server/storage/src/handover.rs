//! Handover notes: what one shift tells the next that looks after the same devices.

use muster_core::event::NewEvent;
use muster_core::time::Timestamp;

use crate::change::Change;
use crate::engine::Sql;
use crate::error::StorageError;
use crate::store::Store;
use crate::writer::{Operation, Unit};

/// Notes that are kept per scope, the newest ones.
pub const MAX_NOTES: usize = 20;

const NEWEST: Sql = Sql::both(
    "reading handover notes",
    "SELECT at, author, text FROM handover_note WHERE scope = $1 ORDER BY note_id DESC LIMIT $2",
);

const INSERT: Sql = Sql::both(
    "leaving a handover note",
    "INSERT INTO handover_note (note_id, scope, at, author, text) VALUES ($1, $2, $3, $4, $5)",
);

const FORGET: Sql = Sql::both(
    "forgetting old handover notes",
    "DELETE FROM handover_note WHERE scope = $1 AND note_id NOT IN
     (SELECT note_id FROM handover_note WHERE scope = $1 ORDER BY note_id DESC LIMIT $2)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&NEWEST, &INSERT, &FORGET];

/// What somebody told the next shift.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandoverNote {
    /// When.
    pub at: Timestamp,
    /// Who, as people are called.
    pub author: String,
    /// The words.
    pub text: String,
}

impl Store {
    /// The newest notes of a scope, newest first, at most `limit` of [`MAX_NOTES`].
    pub async fn handover_notes(
        &self,
        scope: &str,
        limit: usize,
    ) -> Result<Vec<HandoverNote>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [scope.into(), limit.min(MAX_NOTES).into()];
        let rows = reader.connection().rows(&NEWEST, arguments).await?;
        rows.iter()
            .map(|row| {
                Ok(HandoverNote {
                    at: Timestamp::from_millis(row.get(0)?),
                    author: row.get(1)?,
                    text: row.get(2)?,
                })
            })
            .collect()
    }

    /// Leaves a note for a scope; the oldest beyond [`MAX_NOTES`] go.
    pub async fn leave_note(
        &self,
        scope: String,
        author: String,
        text: String,
        event: NewEvent,
    ) -> Result<(), StorageError> {
        let leave = Leave {
            scope,
            author,
            text,
            event,
        };
        self.write("leaving a handover note", leave).await
    }
}

#[derive(Debug)]
struct Leave {
    scope: String,
    author: String,
    text: String,
    event: NewEvent,
}

impl Operation for Leave {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        let event = unit.event(self.event.clone());
        let note = [
            event.seq.0.into(),
            self.scope.as_str().into(),
            event.at.millis().into(),
            self.author.as_str().into(),
            self.text.as_str().into(),
        ];
        unit.connection.run(&INSERT, note).await?;
        let keep = [self.scope.as_str().into(), MAX_NOTES.into()];
        unit.connection.run(&FORGET, keep).await?;
        unit.announce(vec![event], Change::None);
        Ok(())
    }
}
