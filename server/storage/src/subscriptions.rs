//! MQTT sessions: what a device subscribed to, across connections and restarts.

use muster_core::ids::DeviceId;

use crate::engine::{Connection, Sql};
use crate::error::{StorageError, corrupt};
use crate::records::Session;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const HAS_SESSION: Sql = Sql::both(
    "looking for an MQTT session",
    "SELECT COUNT(*) FROM mqtt_session AS s JOIN device AS d ON d.device_key = s.device_key
     WHERE d.device_id = $1",
);

const READ: Sql = Sql::both(
    "reading subscriptions",
    "SELECT s.filter, s.qos FROM mqtt_subscription AS s JOIN device AS d ON d.device_key = s.device_key
     WHERE d.device_id = $1",
);

/// Subscriptions go with it.
const DROP_SESSION: Sql = Sql::both(
    "ending an MQTT session",
    "DELETE FROM mqtt_session WHERE device_key = (SELECT device_key FROM device WHERE device_id = $1)",
);

const MAKE_SESSION: Sql = Sql::both(
    "making an MQTT session",
    "INSERT INTO mqtt_session (device_key) SELECT device_key FROM device WHERE device_id = $1
     ON CONFLICT (device_key) DO NOTHING",
);

const SUBSCRIBE: Sql = Sql::both(
    "subscribing",
    "INSERT INTO mqtt_subscription (device_key, filter, qos)
     SELECT s.device_key, $2, $3 FROM mqtt_session AS s JOIN device AS d ON d.device_key = s.device_key
     WHERE d.device_id = $1
     ON CONFLICT (device_key, filter) DO UPDATE SET qos = excluded.qos",
);

const UNSUBSCRIBE: Sql = Sql::both(
    "unsubscribing",
    "DELETE FROM mqtt_subscription
     WHERE filter = $2 AND device_key = (SELECT device_key FROM device WHERE device_id = $1)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &HAS_SESSION,
    &READ,
    &DROP_SESSION,
    &MAKE_SESSION,
    &SUBSCRIBE,
    &UNSUBSCRIBE,
];

impl Store {
    /// What a connecting device finds: its session, made when there was none. A `clean` one starts empty and is not
    /// kept, so the next connection finds none.
    pub async fn open_session(
        &self,
        device: &DeviceId,
        clean: bool,
    ) -> Result<Session, StorageError> {
        let session = read(&mut self.reader().await?.connection(), device).await?;
        if session.present != clean {
            // Nothing to write: the session is there and stays, or is not there and stays away.
            return Ok(session);
        }
        let open = Open {
            device: device.clone(),
            clean,
        };
        self.write("opening an MQTT session", open).await
    }

    /// A device's subscriptions.
    pub async fn subscriptions(
        &self,
        device: &DeviceId,
    ) -> Result<Vec<(String, u8)>, StorageError> {
        Ok(read(&mut self.reader().await?.connection(), device)
            .await?
            .subscriptions)
    }

    /// Keeps a subscription in the device's session; `false` when it has none to keep it in.
    pub async fn subscribe(
        &self,
        device: DeviceId,
        filter: String,
        qos: u8,
    ) -> Result<bool, StorageError> {
        self.write(
            "storing a subscription",
            Subscribe {
                device,
                filter,
                qos,
            },
        )
        .await
    }

    /// Forgets a subscription; `false` when there was none.
    pub async fn unsubscribe(
        &self,
        device: DeviceId,
        filter: String,
    ) -> Result<bool, StorageError> {
        self.write("removing a subscription", Unsubscribe { device, filter })
            .await
    }
}

async fn read(connection: &mut Connection<'_>, device: &DeviceId) -> Result<Session, StorageError> {
    let rows = connection.rows(&READ, [device.as_str().into()]).await?;
    let mut subscriptions = Vec::with_capacity(rows.len());
    for row in &rows {
        let (filter, qos): (String, i64) = (row.get(0)?, row.get(1)?);
        let qos = u8::try_from(qos)
            .map_err(|cause| corrupt("mqtt_subscription", "qos", &filter, cause))?;
        subscriptions.push((filter, qos));
    }
    subscriptions.sort();
    let present = !subscriptions.is_empty()
        || connection
            .number(&HAS_SESSION, [device.as_str().into()])
            .await?
            > 0;
    Ok(Session {
        present,
        subscriptions,
    })
}

#[derive(Debug)]
struct Open {
    device: DeviceId,
    clean: bool,
}

impl Operation for Open {
    type Output = Session;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Session, StorageError> {
        let id = || [self.device.as_str().into()];
        if self.clean {
            unit.connection.run(&DROP_SESSION, id()).await?;
            return Ok(Session::default());
        }
        let session = read(&mut unit.connection, &self.device).await?;
        unit.connection.run(&MAKE_SESSION, id()).await?;
        Ok(session)
    }
}

#[derive(Debug)]
struct Subscribe {
    device: DeviceId,
    filter: String,
    qos: u8,
}

impl Operation for Subscribe {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let arguments = [
            self.device.as_str().into(),
            self.filter.as_str().into(),
            i64::from(self.qos).into(),
        ];
        Ok(unit.connection.run(&SUBSCRIBE, arguments).await? > 0)
    }
}

#[derive(Debug)]
struct Unsubscribe {
    device: DeviceId,
    filter: String,
}

impl Operation for Unsubscribe {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let arguments = [self.device.as_str().into(), self.filter.as_str().into()];
        Ok(unit.connection.run(&UNSUBSCRIBE, arguments).await? > 0)
    }
}
