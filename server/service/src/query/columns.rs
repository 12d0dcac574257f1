//! Columns of properties: built when a query first looks at them, and again after a start.

use muster_core::ids::DeviceId;
use muster_index::{MAX_MEMORY, MAX_USED, can_use};
use muster_query::Path;
use muster_storage::Properties;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::error::ServiceError;
use crate::hub::Hub;

/// Setting that remembers which properties had columns.
const REMEMBERED: &str = "query.columns";

/// Readers that build a column together, each a task of its own.
const STREAMS: i64 = 3;

/// Devices whose documents are read again at once.
const AGAIN: usize = 500;

/// What a column is filled with.
#[derive(Clone)]
enum Values {
    /// A property of twins.
    Property(Properties, Vec<String>),
    /// How a configuration stands.
    Status(String),
}

impl Values {
    fn of(path: &Path) -> Option<Self> {
        let keys = |keys: &str| keys.split('.').map(str::to_owned).collect();
        match path {
            Path::Desired(path) => Some(Self::Property(Properties::Desired, keys(path))),
            Path::Reported(path) => Some(Self::Property(Properties::Reported, keys(path))),
            path => {
                let name = muster_index::configuration(path)?;
                Some(Self::Status(name.to_owned()))
            }
        }
    }
}

impl Hub {
    /// Builds the columns that are missing; paths that there can be no column of are left to the evaluator.
    pub(crate) async fn make_columns(&self, paths: &[Path]) -> Result<(), ServiceError> {
        let missing = |path: &&Path| can_use(path) && !self.index().holds(path);
        if !paths.iter().any(|path| missing(&path)) {
            return Ok(());
        }
        let _turn = self.columns().lock().await;
        for path in paths.iter().filter(missing).take(MAX_USED) {
            let built = self.build(path).await;
            if built.is_err() {
                self.index().forget(path);
            }
            built?;
            self.index().make_room(path, MAX_MEMORY);
        }
        let names: Vec<String> = self.index().used().iter().map(Path::to_string).collect();
        let text = serde_json::to_string(&names).expect("texts are JSON");
        Ok(self.store().set_setting(REMEMBERED, &text).await?)
    }

    async fn build(&self, path: &Path) -> Result<(), ServiceError> {
        let index = self.index();
        index.begin(path);
        let Some(values) = Values::of(path) else {
            return Ok(());
        };
        // Devices that are made from now on come with what they have.
        let last = self.store().last_device().await?;
        let mut parts = JoinSet::new();
        for n in 0..STREAMS {
            let (hub, path, values) = (self.clone(), path.clone(), values.clone());
            let (from, upto) = (last * n / STREAMS, last * (n + 1) / STREAMS);
            parts.spawn(async move { hub.read_part(&path, &values, from, upto).await });
        }
        while let Some(part) = parts.join_next().await {
            part.expect("reading a part does not panic, and ends with this set only")?;
        }
        while !index.finish(path) {
            for ids in index.unsure(path).chunks(AGAIN) {
                let found = self.values_of(&values, ids).await?;
                index.fill(path, &found);
            }
        }
        Ok(())
    }

    /// Reads the values of the devices with keys after `from` and up to `upto`.
    async fn read_part(
        &self,
        path: &Path,
        values: &Values,
        from: i64,
        upto: i64,
    ) -> Result<(), ServiceError> {
        let store = self.store();
        let mut from = Some(from);
        while let Some(start) = from {
            from = match values {
                Values::Property(section, keys) => {
                    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                    let part = store.property_values(*section, &keys, start, upto).await?;
                    self.index().fill(path, &part.values()?);
                    part.next
                }
                Values::Status(name) => {
                    let part = store.status_values(name, start, upto).await?;
                    self.index().fill(path, &part.values);
                    part.next
                }
            };
        }
        Ok(())
    }

    /// The values of these devices.
    async fn values_of(
        &self,
        values: &Values,
        ids: &[DeviceId],
    ) -> Result<Vec<(DeviceId, Option<Value>)>, ServiceError> {
        match values {
            Values::Property(section, keys) => {
                let rows = self.store().find_twins(ids).await?;
                let value = |row: muster_storage::TwinRow| {
                    let section = match section {
                        Properties::Desired => &row.twin.desired.value,
                        Properties::Reported => &row.twin.reported.value,
                    };
                    let value = muster_query::path::lookup(section, &keys.join("."));
                    (row.device.id.clone(), value.cloned())
                };
                Ok(rows.into_iter().map(value).collect())
            }
            Values::Status(name) => {
                let standings = self.store().standings(ids).await?;
                let value = |id: &DeviceId| {
                    let mut all = standings.get(id).into_iter().flatten();
                    let found = all.find(|standing| standing.id.as_str() == *name);
                    found.map(|standing| standing.status.as_str().into())
                };
                Ok(ids.iter().map(|id| (id.clone(), value(id))).collect())
            }
        }
    }
}

/// Builds the columns of before the start, so that the first query finds them.
pub(crate) async fn remembered(hub: Hub) {
    let built = async {
        let text = hub.store().setting(REMEMBERED).await?;
        let names: Vec<String> = text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let paths: Vec<Path> = names.iter().filter_map(|name| name.parse().ok()).collect();
        hub.make_columns(&paths).await
    };
    tokio::select! {
        () = hub.stopping().cancelled() => {}
        built = built => if let Err(error) = built {
            tracing::warn!(%error, "columns of queries are built when they are next used");
        }
    }
}
