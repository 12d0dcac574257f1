//! Making, changing and deleting configurations: within the writer's transaction.

use muster_core::configuration::{Configuration, Draft, MAX_CONFIGURATIONS};
use muster_core::device::{ETag, IfMatch};
use muster_core::event::NewEvent;
use muster_core::ids::ConfigurationId;
use muster_core::time::Timestamp;

use super::ConfigurationOutcome;
use super::rows::{self, configuration_of};
use crate::change::Change;
use crate::engine::Sql;
use crate::error::StorageError;
use crate::records::WriteOutcome;
use crate::writer::documents::write::json;
use crate::writer::{Operation, Unit};

const FIND: Sql = Sql::both("reading a configuration", rows::select!("WHERE name = $1"));

const COUNT: Sql = Sql::both(
    "counting configurations",
    "SELECT COUNT(*) FROM configuration",
);

const INSERT: Sql = Sql::both(
    "making a configuration",
    "INSERT INTO configuration (number, name, schema_version, labels, content, target, priority, metrics, created_at,
                                updated_at, etag)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);

const UPDATE: Sql = Sql::both(
    "changing a configuration",
    "UPDATE configuration SET schema_version = $2, labels = $3, content = $4, target = $5, priority = $6, metrics = $7,
                              updated_at = $8, etag = $9
     WHERE number = $1",
);

const DELETE: Sql = Sql::both(
    "deleting a configuration",
    "DELETE FROM configuration WHERE number = $1",
);

const EVALUATED: Sql = Sql::both(
    "noting an evaluation",
    "UPDATE configuration SET evaluated_at = $2 WHERE number = $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&FIND, &COUNT, &INSERT, &UPDATE, &DELETE, &EVALUATED];

#[derive(Debug)]
pub(super) struct Insert {
    pub(super) id: ConfigurationId,
    pub(super) draft: Draft,
    pub(super) event: NewEvent,
}

impl Operation for Insert {
    type Output = ConfigurationOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<ConfigurationOutcome, StorageError> {
        if find(unit, &self.id).await?.is_some() {
            return Ok(ConfigurationOutcome::AlreadyExists);
        }
        let count = unit.connection.number(&COUNT, []).await?;
        if usize::try_from(count).is_ok_and(|count| count >= MAX_CONFIGURATIONS) {
            return Ok(ConfigurationOutcome::TooMany);
        }
        let event = unit.event(self.event.clone());
        let made = Configuration {
            id: self.id.clone(),
            // The number of the event that made it: those of deleted ones are never used again.
            number: event.seq.0,
            draft: self.draft.clone(),
            created_at: event.at,
            updated_at: event.at,
            evaluated_at: None,
            etag: ETag::FIRST,
        };
        let draft = &made.draft;
        let arguments = [
            made.number.into(),
            made.id.as_str().into(),
            draft.schema_version.as_str().into(),
            json(&draft.labels).into(),
            json(&draft.content.to_json()).into(),
            draft.target.as_str().into(),
            i64::from(draft.priority).into(),
            json(&draft.metrics).into(),
            made.created_at.millis().into(),
            made.updated_at.millis().into(),
            made.etag.0.into(),
        ];
        unit.connection.run(&INSERT, arguments).await?;
        unit.announce(vec![event], Change::None);
        Ok(ConfigurationOutcome::Done(made))
    }
}

#[derive(Debug)]
pub(super) struct Update {
    pub(super) id: ConfigurationId,
    pub(super) if_match: IfMatch,
    pub(super) draft: Draft,
    pub(super) event: NewEvent,
}

impl Operation for Update {
    type Output = WriteOutcome<Configuration>;

    async fn apply(
        &self,
        unit: &mut Unit<'_>,
    ) -> Result<WriteOutcome<Configuration>, StorageError> {
        let Some(before) = find(unit, &self.id).await? else {
            return Ok(WriteOutcome::NotFound);
        };
        if !self.if_match.matches(before.etag) {
            let current = before.etag;
            return Ok(WriteOutcome::Conflict { current });
        }
        let event = unit.event(self.event.clone());
        let after = Configuration {
            draft: self.draft.clone(),
            updated_at: event.at,
            etag: before.etag.next(),
            ..before
        };
        let draft = &after.draft;
        let arguments = [
            after.number.into(),
            draft.schema_version.as_str().into(),
            json(&draft.labels).into(),
            json(&draft.content.to_json()).into(),
            draft.target.as_str().into(),
            i64::from(draft.priority).into(),
            json(&draft.metrics).into(),
            after.updated_at.millis().into(),
            after.etag.0.into(),
        ];
        unit.connection.run(&UPDATE, arguments).await?;
        unit.announce(vec![event], Change::None);
        Ok(WriteOutcome::Done(after))
    }
}

#[derive(Debug)]
pub(super) struct Delete {
    pub(super) id: ConfigurationId,
    pub(super) if_match: Option<IfMatch>,
    pub(super) event: NewEvent,
}

impl Operation for Delete {
    type Output = WriteOutcome<i64>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<WriteOutcome<i64>, StorageError> {
        let Some(before) = find(unit, &self.id).await? else {
            return Ok(WriteOutcome::NotFound);
        };
        let current = before.etag;
        let demanded = self.if_match.as_ref();
        if demanded.is_some_and(|demand| !demand.matches(current)) {
            return Ok(WriteOutcome::Conflict { current });
        }
        let number = before.number;
        unit.connection.run(&DELETE, [number.into()]).await?;
        let event = unit.event(self.event.clone());
        unit.announce(vec![event], Change::None);
        Ok(WriteOutcome::Done(number))
    }
}

#[derive(Debug)]
pub(super) struct Evaluated {
    pub(super) numbers: Vec<i64>,
    pub(super) at: Timestamp,
}

impl Operation for Evaluated {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        for number in &self.numbers {
            let arguments = [(*number).into(), self.at.millis().into()];
            unit.connection.run(&EVALUATED, arguments).await?;
        }
        Ok(())
    }
}

async fn find(
    unit: &mut Unit<'_>,
    id: &ConfigurationId,
) -> Result<Option<Configuration>, StorageError> {
    let row = unit.connection.row(&FIND, [id.as_str().into()]).await?;
    row.as_ref().map(configuration_of).transpose()
}
