//! Calls of direct methods, newest first: found by an index of their own among what devices do all day.

use muster_core::cursor::MAX_PAGE;
use muster_core::event::Event;
use muster_core::ids::DeviceId;

use super::{columns, event_of};
use crate::engine::Sql;
use crate::error::StorageError;
use crate::store::Store;

const ALL: Sql = Sql::both(
    "reading calls of methods",
    concat!(
        columns!(),
        "WHERE kind = 'method_invoked' ORDER BY seq DESC LIMIT $1"
    ),
);

const OF_DEVICE: Sql = Sql::both(
    "reading a device's calls of methods",
    concat!(
        columns!(),
        "WHERE kind = 'method_invoked' AND device_id = $1 ORDER BY seq DESC LIMIT $2"
    ),
);

pub(crate) const STATEMENTS: &[&Sql] = &[&ALL, &OF_DEVICE];

impl Store {
    /// The latest calls of methods, of one device or of all, newest first, at most [`MAX_PAGE`].
    pub async fn method_calls(
        &self,
        device: Option<&DeviceId>,
        limit: usize,
    ) -> Result<Vec<Event>, StorageError> {
        let limit = limit.min(MAX_PAGE).into();
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let rows = match device {
            None => connection.rows(&ALL, [limit]).await?,
            Some(id) => {
                let arguments = [id.as_str().into(), limit];
                connection.rows(&OF_DEVICE, arguments).await?
            }
        };
        rows.iter().map(event_of).collect()
    }
}
