//! Jobs of long ago: tools of IoT Hub expect them to be gone. What people hand in stays.

use muster_core::time::Timestamp;

use crate::engine::Sql;
use crate::error::StorageError;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const OLD: Sql = Sql::both(
    "looking for an old job",
    "SELECT operation_id FROM operation WHERE job_id IS NOT NULL AND open = 0 AND ended_at < $1
     ORDER BY operation_id LIMIT 1",
);

const TARGETS: Sql = Sql::both(
    "removing targets of an old job",
    "DELETE FROM operation_target WHERE operation_id = $1 AND (wave, device_key) IN
     (SELECT wave, device_key FROM operation_target WHERE operation_id = $1 ORDER BY wave, device_key LIMIT $2)",
);

const RESULTS: Sql = Sql::both(
    "removing results of an old job",
    "DELETE FROM operation_result WHERE operation_id = $1 AND device_key IN
     (SELECT device_key FROM operation_result WHERE operation_id = $1 ORDER BY device_key LIMIT $2)",
);

const OPERATION: Sql = Sql::both(
    "removing an old job",
    "DELETE FROM operation WHERE operation_id = $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&OLD, &TARGETS, &RESULTS, &OPERATION];

impl Store {
    /// Removes one job that ended before `older`, or at most `limit` of its targets, so that devices do not wait long.
    /// Says whether there is more to do.
    pub async fn forget_jobs(&self, older: Timestamp, limit: usize) -> Result<bool, StorageError> {
        self.write("removing old jobs", Forget { older, limit })
            .await
    }
}

#[derive(Debug)]
struct Forget {
    older: Timestamp,
    limit: usize,
}

impl Operation for Forget {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let connection = &mut unit.connection;
        let Some(row) = connection.row(&OLD, [self.older.millis().into()]).await? else {
            return Ok(false);
        };
        let id: i64 = row.get(0)?;
        let bite = || [id.into(), self.limit.into()];
        let gone = connection.run(&RESULTS, bite()).await?;
        let gone = gone.max(connection.run(&TARGETS, bite()).await?);
        if gone < self.limit as u64 {
            connection.run(&OPERATION, [id.into()]).await?;
        }
        Ok(true)
    }
}
