//! Configurations as rows.

use muster_core::configuration::{Configuration, Content, Draft, Status};
use muster_core::device::ETag;
use muster_core::ids::ConfigurationId;
use muster_core::time::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Contest, Standing};
use crate::engine::Row;
use crate::error::{StorageError, corrupt};

/// A SELECT of the columns that [`configuration_of`] reads.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT number, name, schema_version, labels, content, target, priority, metrics, created_at, updated_at,
                    evaluated_at, etag
             FROM configuration ",
            $rest
        )
    };
}
pub(super) use select;

pub(super) fn configuration_of(row: &Row) -> Result<Configuration, StorageError> {
    let name: String = row.get(1)?;
    let bad = |column, cause: String| corrupt("configuration", column, &name, cause);
    let content: Value = document(row, 4, "content", &name)?;
    let content = Content::parse(&content).map_err(|error| bad("content", error.to_string()))?;
    let priority = i32::try_from(row.get::<i64>(6)?);
    Ok(Configuration {
        id: id_of_configuration(&name)?,
        number: row.get(0)?,
        draft: Draft {
            schema_version: row.get(2)?,
            labels: document(row, 3, "labels", &name)?,
            content,
            target: row.get(5)?,
            priority: priority.map_err(|error| bad("priority", error.to_string()))?,
            metrics: document(row, 7, "metrics", &name)?,
        },
        created_at: Timestamp::from_millis(row.get(8)?),
        updated_at: Timestamp::from_millis(row.get(9)?),
        evaluated_at: row.get::<Option<i64>>(10)?.map(Timestamp::from_millis),
        etag: ETag(row.count(11)?),
    })
}

/// Reads number, name, status, problem, contested and at, from column `first` on.
pub(super) fn standing_of(row: &Row, first: usize) -> Result<Standing, StorageError> {
    let name: String = row.get(first + 1)?;
    let contested: Option<String> = row.get(first + 4)?;
    Ok(Standing {
        number: row.get(first)?,
        id: id_of_configuration(&name)?,
        status: status_of(&row.get::<String>(first + 2)?)?,
        problem: row.get(first + 3)?,
        contest: contested.as_deref().map(contest_of).transpose()?,
        at: Timestamp::from_millis(row.get(first + 5)?),
    })
}

pub(super) fn status_of(text: &str) -> Result<Status, StorageError> {
    Status::from_name(text)
        .ok_or_else(|| corrupt("configuration_device", "status", text, "unknown"))
}

pub(super) fn contest_of(text: &str) -> Result<Contest, StorageError> {
    serde_json::from_str(text)
        .map_err(|cause| corrupt("configuration_device", "contested", text, cause))
}

pub(super) fn id_of_configuration(name: &str) -> Result<ConfigurationId, StorageError> {
    ConfigurationId::new(name).map_err(|cause| corrupt("configuration", "name", name, cause))
}

fn document<T: DeserializeOwned>(
    row: &Row,
    index: usize,
    column: &'static str,
    name: &str,
) -> Result<T, StorageError> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text).map_err(|cause| corrupt("configuration", column, name, cause))
}
