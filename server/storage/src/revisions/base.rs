//! Whole documents of desired properties, kept from time to time: within the writer's transaction.

use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use muster_core::twin::Twin;

use crate::engine::{Connection, Sql};
use crate::error::StorageError;
use crate::writer::documents::write::json;

const INSERT: Sql = Sql::both(
    "keeping a state of desired properties",
    "INSERT INTO desired_base (device_key, version, seq, at, desired) VALUES ($1, $2, $3, $4, $5)",
);

/// What nobody keeps for the audit goes with its device; what people did stays.
const FORGET: Sql = Sql::both(
    "removing the revisions of a device",
    "DELETE FROM event WHERE device_id = $1 AND kind = 'desired_changed' AND hash IS NULL",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&INSERT, &FORGET];

/// Keeps the document as it is now; `seq` is the newest event that it contains.
pub(crate) async fn keep(
    connection: &mut Connection<'_>,
    key: i64,
    twin: &Twin,
    seq: i64,
    at: Timestamp,
) -> Result<(), StorageError> {
    let arguments = [
        key.into(),
        twin.desired.version.into(),
        seq.into(),
        at.millis().into(),
        json(&twin.desired.value).into(),
    ];
    connection.run(&INSERT, arguments).await?;
    Ok(())
}

/// Removes the revisions of a device that is being deleted.
pub(crate) async fn forget(
    connection: &mut Connection<'_>,
    id: &DeviceId,
) -> Result<(), StorageError> {
    connection.run(&FORGET, [id.as_str().into()]).await?;
    Ok(())
}
