//! MQTT sessions of modules, as [`crate::subscriptions`] keeps those of devices.

use muster_core::ids::{DeviceId, ModuleId};

use super::key;
use crate::engine::{Connection, Sql};
use crate::error::{StorageError, corrupt};
use crate::records::Session;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const HAS_SESSION: Sql = Sql::both(
    "looking for a module's MQTT session",
    "SELECT COUNT(*) FROM module AS m JOIN device AS d ON d.device_key = m.device_key
     WHERE d.device_id = $1 AND m.module_id = $2 AND m.has_session = 1",
);

const READ: Sql = Sql::both(
    "reading a module's subscriptions",
    "SELECT s.filter, s.qos FROM module_subscription AS s JOIN device AS d ON d.device_key = s.device_key
     WHERE d.device_id = $1 AND s.module_id = $2 ORDER BY s.filter",
);

const SET_SESSION: Sql = Sql::both(
    "beginning or ending a module's MQTT session",
    "UPDATE module SET has_session = $3
     WHERE module_id = $2 AND device_key = (SELECT device_key FROM device WHERE device_id = $1)",
);

const FORGET: Sql = Sql::both(
    "forgetting a module's subscriptions",
    "DELETE FROM module_subscription
     WHERE module_id = $2 AND device_key = (SELECT device_key FROM device WHERE device_id = $1)",
);

const SUBSCRIBE: Sql = Sql::both(
    "subscribing a module",
    "INSERT INTO module_subscription (device_key, module_id, filter, qos)
     SELECT m.device_key, m.module_id, $3, $4 FROM module AS m JOIN device AS d ON d.device_key = m.device_key
     WHERE d.device_id = $1 AND m.module_id = $2 AND m.has_session = 1
     ON CONFLICT (device_key, module_id, filter) DO UPDATE SET qos = excluded.qos",
);

const UNSUBSCRIBE: Sql = Sql::both(
    "unsubscribing a module",
    "DELETE FROM module_subscription
     WHERE module_id = $2 AND filter = $3
       AND device_key = (SELECT device_key FROM device WHERE device_id = $1)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &HAS_SESSION,
    &READ,
    &SET_SESSION,
    &FORGET,
    &SUBSCRIBE,
    &UNSUBSCRIBE,
];

impl Store {
    /// What a connecting module finds: its session, made when there was none. A `clean` one starts empty and is not
    /// kept, so the next connection finds none.
    pub async fn open_module_session(
        &self,
        device: &DeviceId,
        module: &ModuleId,
        clean: bool,
    ) -> Result<Session, StorageError> {
        let session = read(&mut self.reader().await?.connection(), device, module).await?;
        if session.present != clean {
            // Nothing to write: the session is there and stays, or is not there and stays away.
            return Ok(session);
        }
        let open = Open {
            device: device.clone(),
            module: module.clone(),
            clean,
        };
        self.write("opening a module's MQTT session", open).await
    }

    /// Keeps a subscription in the module's session; `false` when it has none to keep it in.
    pub async fn subscribe_module(
        &self,
        device: DeviceId,
        module: ModuleId,
        filter: String,
        qos: u8,
    ) -> Result<bool, StorageError> {
        let subscribe = Subscribe {
            device,
            module,
            filter,
            qos,
        };
        self.write("storing a module's subscription", subscribe)
            .await
    }

    /// Forgets a subscription; `false` when there was none.
    pub async fn unsubscribe_module(
        &self,
        device: DeviceId,
        module: ModuleId,
        filter: String,
    ) -> Result<bool, StorageError> {
        let unsubscribe = Unsubscribe {
            device,
            module,
            filter,
        };
        self.write("removing a module's subscription", unsubscribe)
            .await
    }
}

async fn read(
    connection: &mut Connection<'_>,
    device: &DeviceId,
    module: &ModuleId,
) -> Result<Session, StorageError> {
    let rows = connection.rows(&READ, key(device, module)).await?;
    let mut subscriptions = Vec::with_capacity(rows.len());
    for row in &rows {
        let (filter, qos): (String, i64) = (row.get(0)?, row.get(1)?);
        let qos = u8::try_from(qos)
            .map_err(|cause| corrupt("module_subscription", "qos", &filter, cause))?;
        subscriptions.push((filter, qos));
    }
    let kept = connection.number(&HAS_SESSION, key(device, module)).await?;
    Ok(Session {
        present: kept > 0,
        subscriptions,
    })
}

#[derive(Debug)]
struct Open {
    device: DeviceId,
    module: ModuleId,
    clean: bool,
}

impl Operation for Open {
    type Output = Session;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Session, StorageError> {
        let session = read(&mut unit.connection, &self.device, &self.module).await?;
        let [device, module] = key(&self.device, &self.module);
        let keep = (!self.clean).into();
        unit.connection
            .run(&SET_SESSION, [device, module, keep])
            .await?;
        if self.clean {
            let key = key(&self.device, &self.module);
            unit.connection.run(&FORGET, key).await?;
            return Ok(Session::default());
        }
        Ok(session)
    }
}

#[derive(Debug)]
struct Subscribe {
    device: DeviceId,
    module: ModuleId,
    filter: String,
    qos: u8,
}

impl Operation for Subscribe {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let [device, module] = key(&self.device, &self.module);
        let (filter, qos) = (self.filter.as_str().into(), i64::from(self.qos).into());
        let arguments = [device, module, filter, qos];
        Ok(unit.connection.run(&SUBSCRIBE, arguments).await? > 0)
    }
}

#[derive(Debug)]
struct Unsubscribe {
    device: DeviceId,
    module: ModuleId,
    filter: String,
}

impl Operation for Unsubscribe {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let [device, module] = key(&self.device, &self.module);
        let arguments = [device, module, self.filter.as_str().into()];
        Ok(unit.connection.run(&UNSUBSCRIBE, arguments).await? > 0)
    }
}
