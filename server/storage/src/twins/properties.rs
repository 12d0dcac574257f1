//! Properties of many devices at once, without what only writing needs.

use std::collections::HashMap;

use muster_core::cursor::MAX_PAGE;
use muster_core::ids::DeviceId;
use muster_core::twin::Object;
use serde::de::DeserializeOwned;

use crate::devices::id_of;
use crate::engine::{Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::store::Store;

const READ: Sql = Sql::pair(
    "reading properties",
    "SELECT d.device_id, t.desired, t.reported
     FROM json_each($1) AS b
     CROSS JOIN device AS d ON d.device_id = b.value
     CROSS JOIN twin AS t ON t.device_key = d.device_key",
    "SELECT d.device_id, t.desired, t.reported
     FROM UNNEST($1::TEXT[]) AS b (device_id)
     JOIN device AS d ON d.device_id = b.device_id
     JOIN twin AS t ON t.device_key = d.device_key",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&READ];

/// What a device should be, and what it says it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Properties {
    /// What people and tools ask for.
    pub desired: Object,
    /// What the device says.
    pub reported: Object,
}

impl Store {
    /// The properties of these devices, as far as they exist. Reads [`MAX_PAGE`] at a time.
    pub async fn properties(
        &self,
        ids: &[DeviceId],
    ) -> Result<HashMap<DeviceId, Properties>, StorageError> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(MAX_PAGE) {
            let names = Table::texts(ids.iter().map(|id| id.as_str().to_owned()));
            let mut reader = self.reader().await?;
            for row in reader.connection().rows(&READ, [names]).await? {
                let id: String = row.get(0)?;
                let properties = Properties {
                    desired: document(&id, "desired", &row.get::<String>(1)?)?,
                    reported: document(&id, "reported", &row.get::<String>(2)?)?,
                };
                found.insert(id_of(&id)?, properties);
            }
        }
        Ok(found)
    }
}

fn document<T: DeserializeOwned>(
    id: &str,
    column: &'static str,
    text: &str,
) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|cause| corrupt("twin", column, id, cause))
}
