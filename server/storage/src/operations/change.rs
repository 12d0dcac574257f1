//! Making operations: within the writer's transaction.

use muster_core::ids::OperationId;
use muster_core::operation::WaveState;

use super::{NewOperation, OperationRow, about, find, person_of};
use crate::change::Change;
use crate::engine::Sql;
use crate::error::{StorageError, corrupt};
use crate::records::InsertOutcome;
use crate::store::Store;
use crate::writer::documents::write::json;
use crate::writer::{Operation, Unit};

const JOB_EXISTS: Sql = Sql::both(
    "looking for a job id",
    "SELECT COUNT(*) FROM operation WHERE job_id = $1",
);

const INSERT: Sql = Sql::both(
    "making an operation",
    "INSERT INTO operation (operation_id, job_id, title, kind, plan, state, open, created_by, person_id, created_at,
                            back_of, frozen)
     VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, 0)",
);

const INSERT_WAVE: Sql = Sql::both(
    "making a wave",
    "INSERT INTO operation_wave (operation_id, wave, state, pending, running, succeeded, failed, skipped)
     VALUES ($1, $2, $3, 0, 0, 0, 0, 0)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&JOB_EXISTS, &INSERT, &INSERT_WAVE];

impl Store {
    /// Makes an operation; its number is that of the event.
    pub async fn insert_operation(
        &self,
        new: NewOperation,
    ) -> Result<InsertOutcome<OperationRow>, StorageError> {
        self.write("making an operation", new).await
    }
}

impl Operation for NewOperation {
    type Output = InsertOutcome<OperationRow>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Self::Output, StorageError> {
        insert(unit, self).await
    }
}

/// Makes an operation within another change.
pub(crate) async fn insert(
    unit: &mut Unit<'_>,
    new: &NewOperation,
) -> Result<InsertOutcome<OperationRow>, StorageError> {
    if let Some(job) = &new.job_id {
        let taken = unit.connection.number(&JOB_EXISTS, [job.as_str().into()]);
        if taken.await? > 0 {
            return Ok(InsertOutcome::AlreadyExists);
        }
    }
    let id = OperationId(unit.next_event());
    let event = unit.event(about(&new.event, id, &new.plan.title));
    let arguments = [
        id.0.into(),
        new.job_id.clone().into(),
        new.plan.title.as_str().into(),
        new.plan.task.kind().as_str().into(),
        json(&new.plan).into(),
        new.state.as_str().into(),
        json(&event.actor).into(),
        person_of(&event.actor).map(|person| person.0).into(),
        event.at.millis().into(),
        new.back_of.map(|id| id.0).into(),
    ];
    unit.connection.run(&INSERT, arguments).await?;
    for wave in 0..new.plan.how.waves.len().max(1) {
        let state = WaveState::Later.as_str();
        let arguments = [id.0.into(), wave.into(), state.into()];
        unit.connection.run(&INSERT_WAVE, arguments).await?;
    }
    unit.announce(vec![event], Change::Operation { id, turned: true });
    let row = find(&mut unit.connection, id).await?;
    let row = row.ok_or_else(|| corrupt("operation", "operation_id", id, "just written"))?;
    Ok(InsertOutcome::Inserted(row))
}
