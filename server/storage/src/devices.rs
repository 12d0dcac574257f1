//! The registry of devices.

use muster_core::device::{Device, IfMatch};
use muster_core::event::NewEvent;
use muster_core::ids::DeviceId;
use muster_core::twin::Object;

pub(crate) mod change;
pub(crate) mod keys;
pub(crate) mod rows;

use crate::engine::{Row, Sql, Table};
use crate::error::StorageError;
use crate::records::{DeviceChange, DeviceRow, InsertOutcome, WriteOutcome};
use crate::store::Store;
use rows::Stored;
pub(crate) use rows::id_of;

/// Devices that the start-up scan reads at once.
const STRIDE: usize = 2000;

const FIND: Sql = Sql::both("reading a device", rows::select!("WHERE d.device_id = $1"));

const SCAN: Sql = Sql::both(
    "reading all devices",
    rows::select!("WHERE d.device_key > $1 ORDER BY d.device_key LIMIT $2"),
);

const FIND_MANY: Sql = Sql::pair(
    "reading devices",
    rows::select!("WHERE d.device_id IN (SELECT value FROM json_each($1))"),
    rows::select!("WHERE d.device_id = ANY($1::TEXT[])"),
);

pub(crate) const STATEMENTS: &[&Sql] = &[&FIND, &FIND_MANY, &SCAN];

impl Store {
    /// Makes a device and its twin. `device.etag` should be the first.
    pub async fn insert_device(
        &self,
        device: Device,
        tags: Option<Object>,
        desired: Option<Object>,
        event: NewEvent,
    ) -> Result<InsertOutcome, StorageError> {
        let insert = change::Insert {
            device,
            tags,
            desired,
            event,
        };
        self.write("making a device", insert).await
    }

    /// A device with its credentials.
    pub async fn find_device(&self, id: &DeviceId) -> Result<Option<Device>, StorageError> {
        let mut reader = self.reader().await?;
        match reader.connection().row(&FIND, [id.as_str().into()]).await? {
            Some(row) => Stored::read(&row)?.open(self.sealer()).map(Some),
            None => Ok(None),
        }
    }

    /// The devices of these names that exist, with their credentials, in the order of ids. Ask for a page, not for a
    /// fleet: all of them are held at once.
    pub async fn find_devices(
        &self,
        ids: impl IntoIterator<Item = DeviceId>,
    ) -> Result<Vec<Device>, StorageError> {
        let names = Table::texts(ids.into_iter().map(String::from));
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&FIND_MANY, [names]).await?;
        let mut devices = rows
            .iter()
            .map(|row| Stored::read(row)?.open(self.sealer()))
            .collect::<Result<Vec<_>, _>>()?;
        devices.sort_by(|a: &Device, b| a.id.cmp(&b.id));
        Ok(devices)
    }

    /// Changes an identity, if its ETag is as demanded.
    pub async fn update_device(
        &self,
        id: DeviceId,
        if_match: Option<IfMatch>,
        change: DeviceChange,
        event: NewEvent,
    ) -> Result<WriteOutcome<Device>, StorageError> {
        let update = change::Update {
            id,
            if_match,
            change,
            event,
        };
        self.write("changing a device", update).await
    }

    /// Deletes a device with twin, messages and MQTT session; its events stay.
    pub async fn delete_device(
        &self,
        id: DeviceId,
        if_match: Option<IfMatch>,
        event: NewEvent,
    ) -> Result<WriteOutcome<()>, StorageError> {
        let delete = change::Delete {
            id,
            if_match,
            event,
        };
        self.write("deleting a device", delete).await
    }

    /// Hands every device to `each`: the start-up scan. Devices that are made meanwhile may be among them.
    pub async fn each_device(
        &self,
        mut each: impl FnMut(DeviceRow) + Send,
    ) -> Result<(), StorageError> {
        let read = |after: i64| {
            let store = self.clone();
            tokio::spawn(async move {
                let mut reader = store.reader().await?;
                let arguments = [after.into(), STRIDE.into()];
                reader.connection().rows(&SCAN, arguments).await
            })
        };
        // While some are taken up, the next ones are understood, and those behind them read.
        let (mut reading, mut parsing) = (Some(read(0)), None);
        while reading.is_some() || parsing.is_some() {
            let mut coming = None;
            if let Some(rows) = reading.take() {
                let rows = rows.await.expect("reading rows does not panic")?;
                let more = rows.last().filter(|_| rows.len() == STRIDE);
                reading = more.map(|last| last.get(0).map(read)).transpose()?;
                coming = Some(tokio::task::spawn_blocking(move || parsed(&rows)));
            }
            if let Some(parsed) = std::mem::replace(&mut parsing, coming) {
                let parsed = parsed.await.expect("understanding rows does not panic")?;
                parsed.into_iter().for_each(&mut each);
            }
        }
        Ok(())
    }
}

fn parsed(rows: &[Row]) -> Result<Vec<DeviceRow>, StorageError> {
    let parse = |row| Stored::read(row)?.into_row();
    rows.iter().map(parse).collect()
}
