//! Configurations and the devices they cover: reading, and the doors to what changes them.

use std::collections::HashMap;
use std::sync::Arc;

use muster_core::configuration::{Configuration, Draft, Status};
use muster_core::device::IfMatch;
use muster_core::event::{Actor, NewEvent};
use muster_core::ids::{ConfigurationId, DeviceId, ModuleId};
use muster_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) mod apply;
pub(crate) mod change;
pub(crate) mod modules;
mod rows;

use crate::devices::id_of;
use crate::engine::{Sql, Table};
use crate::error::StorageError;
use crate::records::WriteOutcome;
use crate::store::Store;
use rows::{configuration_of, standing_of};

const ALL: Sql = Sql::both("reading configurations", rows::select!("ORDER BY number"));

const STANDINGS: Sql = Sql::pair(
    "reading what configurations cover devices",
    "SELECT d.device_id, c.number, c.name, s.status, s.problem, s.contested, s.at
     FROM json_each($1) AS b
     CROSS JOIN device AS d ON d.device_id = b.value
     CROSS JOIN configuration_device AS s ON s.device_key = d.device_key
     CROSS JOIN configuration AS c ON c.number = s.number
     ORDER BY d.device_id, c.number",
    "SELECT d.device_id, c.number, c.name, s.status, s.problem, s.contested, s.at
     FROM UNNEST($1::TEXT[]) AS b (device_id)
     JOIN device AS d ON d.device_id = b.device_id
     JOIN configuration_device AS s ON s.device_key = d.device_key
     JOIN configuration AS c ON c.number = s.number
     ORDER BY d.device_id, c.number",
);

const COVERED: Sql = Sql::both(
    "reading the devices of a configuration",
    "SELECT s.device_key, d.device_id
     FROM configuration_device AS s JOIN device AS d ON d.device_key = s.device_key
     WHERE s.number = $1 AND s.device_key > $2 ORDER BY s.device_key LIMIT $3",
);

const COVERED_BY_ANY: Sql = Sql::both(
    "reading the devices of all configurations",
    "SELECT DISTINCT s.device_key, d.device_id
     FROM configuration_device AS s JOIN device AS d ON d.device_key = s.device_key
     WHERE s.device_key > $1 ORDER BY s.device_key LIMIT $2",
);

/// Statuses that are read at once.
const STATUSES_AT_ONCE: usize = 5_000;

const STATUSES: Sql = Sql::pair(
    "reading how a configuration stands on all devices",
    "SELECT group_concat(concat_ws(char(31), v.device_key, v.device_id, v.status), char(30))
     FROM (SELECT s.device_key, d.device_id, s.status
           FROM configuration AS c
           JOIN configuration_device AS s ON s.number = c.number
           JOIN device AS d ON d.device_key = s.device_key
           WHERE c.name = $1 AND s.device_key > $2 AND s.device_key <= $3
           ORDER BY s.device_key LIMIT $4) AS v",
    "SELECT STRING_AGG(CONCAT_WS(CHR(31), v.device_key, v.device_id, v.status), CHR(30))
     FROM (SELECT s.device_key, d.device_id, s.status
           FROM configuration AS c
           JOIN configuration_device AS s ON s.number = c.number
           JOIN device AS d ON d.device_key = s.device_key
           WHERE c.name = $1 AND s.device_key > $2 AND s.device_key <= $3
           ORDER BY s.device_key LIMIT $4) AS v",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&ALL, &STANDINGS, &COVERED, &COVERED_BY_ANY, &STATUSES];

/// The end of making a configuration.
#[derive(Clone, PartialEq, Debug)]
pub enum ConfigurationOutcome {
    /// This is it.
    Done(Configuration),
    /// There is one of that name.
    AlreadyExists,
    /// There are [`muster_core::configuration::MAX_CONFIGURATIONS`].
    TooMany,
}

/// A change of somebody else that a configuration put back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Contest {
    /// Whose change it was.
    pub actor: Actor,
    /// When it was put back.
    pub at: Timestamp,
}

/// How a configuration stands on a device or module.
#[derive(Clone, PartialEq, Debug)]
pub struct Standing {
    /// Its number.
    pub number: i64,
    /// Its name.
    pub id: ConfigurationId,
    /// How.
    pub status: Status,
    /// Why it could not be written.
    pub problem: Option<String>,
    /// The last change of somebody else that it put back.
    pub contest: Option<Contest>,
    /// When any of this last changed.
    pub at: Timestamp,
}

/// How a configuration stands on a module.
#[derive(Clone, PartialEq, Debug)]
pub struct ModuleStanding {
    /// Whose module.
    pub device: DeviceId,
    /// Which.
    pub module: ModuleId,
    /// How.
    pub standing: Standing,
}

/// A device with the configurations that cover it now.
#[derive(Clone, PartialEq, Debug)]
pub struct Covered {
    /// Which.
    pub device: DeviceId,
    /// The numbers of the configurations.
    pub numbers: Vec<i64>,
    /// Who changed the desired properties, when that is why the device is looked at.
    pub because: Option<Actor>,
}

/// A module with the configurations that cover it now.
#[derive(Clone, PartialEq, Debug)]
pub struct CoveredModule {
    /// Of which device.
    pub device: DeviceId,
    /// Which.
    pub module: ModuleId,
    /// The numbers of the configurations.
    pub numbers: Vec<i64>,
    /// Who changed the desired properties, when that is why the module is looked at.
    pub because: Option<Actor>,
}

/// Some of the devices that configurations cover.
#[derive(Clone, PartialEq, Debug)]
pub struct CoveredPage {
    /// In the order in which they were made.
    pub devices: Vec<DeviceId>,
    /// Where the next part begins; `None` behind the last.
    pub next: Option<i64>,
}

/// The end of applying configurations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApplyOutcome {
    /// Everything stands as it should.
    Done {
        /// Twins that were written.
        written: usize,
    },
    /// The configurations have changed since they were read: nothing was done.
    Stale,
}

/// How many devices stand with one configuration.
#[derive(Clone, PartialEq, Debug)]
pub struct StatusValues {
    /// Each device once, with its status as a text.
    pub values: Vec<(DeviceId, Option<Value>)>,
    /// Where the next part begins; `None` behind the last device.
    pub next: Option<i64>,
}

impl Store {
    /// All configurations, oldest first.
    pub async fn configurations(&self) -> Result<Vec<Configuration>, StorageError> {
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&ALL, []).await?;
        rows.iter().map(configuration_of).collect()
    }

    /// Makes a configuration.
    pub async fn insert_configuration(
        &self,
        id: ConfigurationId,
        draft: Draft,
        event: NewEvent,
    ) -> Result<ConfigurationOutcome, StorageError> {
        let insert = change::Insert { id, draft, event };
        self.write("making a configuration", insert).await
    }

    /// Changes a configuration, if its ETag is as demanded.
    pub async fn update_configuration(
        &self,
        id: ConfigurationId,
        if_match: IfMatch,
        draft: Draft,
        event: NewEvent,
    ) -> Result<WriteOutcome<Configuration>, StorageError> {
        let update = change::Update {
            id,
            if_match,
            draft,
            event,
        };
        self.write("changing a configuration", update).await
    }

    /// Deletes a configuration; gives its number. Its devices are to be looked at again.
    pub async fn delete_configuration(
        &self,
        id: ConfigurationId,
        if_match: Option<IfMatch>,
        event: NewEvent,
    ) -> Result<WriteOutcome<i64>, StorageError> {
        let delete = change::Delete {
            id,
            if_match,
            event,
        };
        self.write("deleting a configuration", delete).await
    }

    /// Notes that all devices were looked at for these configurations.
    pub async fn note_evaluated(
        &self,
        numbers: Vec<i64>,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        self.write("noting an evaluation", change::Evaluated { numbers, at })
            .await
    }

    /// Makes these devices what the configurations say that cover them, and remembers how each stands. `known` are all
    /// configurations as the caller read them.
    pub async fn apply_configurations(
        &self,
        known: Arc<[Configuration]>,
        covered: Vec<Covered>,
        at: Timestamp,
    ) -> Result<ApplyOutcome, StorageError> {
        let apply = apply::Apply { known, covered, at };
        self.write("applying configurations", apply).await
    }

    /// The same for one module.
    pub async fn apply_to_module(
        &self,
        known: Arc<[Configuration]>,
        covered: CoveredModule,
        at: Timestamp,
    ) -> Result<ApplyOutcome, StorageError> {
        let apply = modules::Apply { known, covered, at };
        self.write("applying configurations to a module", apply)
            .await
    }

    /// How configurations stand on these devices; devices without are left out.
    pub async fn standings(
        &self,
        ids: &[DeviceId],
    ) -> Result<HashMap<DeviceId, Vec<Standing>>, StorageError> {
        let names = Table::texts(ids.iter().map(|id| id.as_str().to_owned()));
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&STANDINGS, [names]).await?;
        let mut standings: HashMap<DeviceId, Vec<Standing>> = HashMap::new();
        for row in &rows {
            let device = id_of(&row.get::<String>(0)?)?;
            standings
                .entry(device)
                .or_default()
                .push(standing_of(row, 1)?);
        }
        Ok(standings)
    }

    /// Some of the devices that a configuration covers, or any; also one that was deleted, until its rows are gone.
    pub async fn covered_devices(
        &self,
        number: Option<i64>,
        after: i64,
        limit: usize,
    ) -> Result<CoveredPage, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let rows = match number {
            Some(number) => {
                let arguments = [number.into(), after.into(), limit.into()];
                connection.rows(&COVERED, arguments).await?
            }
            None => {
                let arguments = [after.into(), limit.into()];
                connection.rows(&COVERED_BY_ANY, arguments).await?
            }
        };
        let devices = rows.iter().map(|row| id_of(&row.get::<String>(1)?));
        let last = rows.last().filter(|_| rows.len() == limit);
        Ok(CoveredPage {
            devices: devices.collect::<Result<_, _>>()?,
            next: last.map(|row| row.get(0)).transpose()?,
        })
    }

    /// How a configuration stands on the devices with keys after `from` and up to `upto` that it covers, as queries see
    /// it.
    pub async fn status_values(
        &self,
        configuration: &str,
        from: i64,
        upto: i64,
    ) -> Result<StatusValues, StorageError> {
        let arguments = [
            configuration.into(),
            from.into(),
            upto.into(),
            STATUSES_AT_ONCE.into(),
        ];
        let mut reader = self.reader().await?;
        let packed = reader.connection().packed(&STATUSES, arguments).await?;
        let (mut values, mut last) = (Vec::new(), from);
        for record in packed.records() {
            last = last.max(record.int(0)?);
            values.push((id_of(record.text(1))?, Some(Value::from(record.text(2)))));
        }
        let next = (values.len() == STATUSES_AT_ONCE).then_some(last);
        Ok(StatusValues { values, next })
    }
}
