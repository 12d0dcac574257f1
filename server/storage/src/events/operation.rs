//! What happened to a bulk operation, newest first: found by an index of its own.

use muster_core::cursor::MAX_PAGE;
use muster_core::event::Event;
use muster_core::ids::OperationId;

use super::{columns, event_of};
use crate::engine::Sql;
use crate::error::StorageError;
use crate::store::Store;

/// The kinds, as the index names them.
macro_rules! kinds {
    () => {
        "kind IN ('operation_created', 'operation_started', 'operation_paused', 'operation_resumed', 'operation_stopped',
                  'operation_finished', 'wave_opened', 'wave_passed', 'gate_overridden')"
    };
}

const OF_OPERATION: Sql = Sql::pair(
    "reading the events of an operation",
    concat!(
        columns!(),
        "WHERE ",
        kinds!(),
        " AND detail ->> '$.operation' = $1 ORDER BY seq DESC LIMIT $2"
    ),
    concat!(
        columns!(),
        "WHERE ",
        kinds!(),
        " AND CAST(CAST(detail AS JSONB) ->> 'operation' AS BIGINT) = $1 ORDER BY seq DESC LIMIT $2"
    ),
);

pub(crate) const STATEMENTS: &[&Sql] = &[&OF_OPERATION];

impl Store {
    /// The latest events of an operation itself, newest first, at most [`MAX_PAGE`].
    pub async fn operation_events(
        &self,
        id: OperationId,
        limit: usize,
    ) -> Result<Vec<Event>, StorageError> {
        let arguments = [id.0.into(), limit.min(MAX_PAGE).into()];
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&OF_OPERATION, arguments).await?;
        rows.iter().map(event_of).collect()
    }
}
