//! Moves of operations from state to state: within the writer's transaction.

use muster_core::event::NewEvent;
use muster_core::ids::OperationId;
use muster_core::operation::Turn;

use super::{TurnOutcome, about, find};
use crate::approvals::change::operation_ended;
use crate::change::Change;
use crate::engine::Sql;
use crate::error::StorageError;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const TURN: Sql = Sql::both(
    "moving an operation",
    "UPDATE operation SET state = $2, open = $3, reason = $4, started_at = $5, ended_at = $6 WHERE operation_id = $1",
);

const FORGIVE: Sql = Sql::both(
    "forgiving failures so far",
    "UPDATE operation_wave SET forgiven = failed WHERE operation_id = $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&TURN, &FORGIVE];

impl Store {
    /// Moves an operation, if its state allows that.
    pub async fn turn_operation(
        &self,
        id: OperationId,
        turn: Turn,
        reason: Option<String>,
        event: NewEvent,
    ) -> Result<TurnOutcome, StorageError> {
        let turned = TurnOperation {
            id,
            turn,
            reason,
            event,
        };
        self.write("moving an operation", turned).await
    }
}

#[derive(Debug)]
struct TurnOperation {
    id: OperationId,
    turn: Turn,
    reason: Option<String>,
    event: NewEvent,
}

impl Operation for TurnOperation {
    type Output = TurnOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<TurnOutcome, StorageError> {
        let (id, event) = (self.id, &self.event);
        let outcome = turn(unit, id, self.turn, self.reason.as_deref(), event).await?;
        if matches!(self.turn, Turn::Cancel | Turn::Expire)
            && matches!(outcome, TurnOutcome::Done(_))
        {
            operation_ended(unit, id, self.turn, &event.actor, event.at).await?;
        }
        Ok(outcome)
    }
}

/// Moves an operation within another change.
pub(crate) async fn turn(
    unit: &mut Unit<'_>,
    id: OperationId,
    turn: Turn,
    reason: Option<&str>,
    event: &NewEvent,
) -> Result<TurnOutcome, StorageError> {
    let Some(mut row) = find(&mut unit.connection, id).await? else {
        return Ok(TurnOutcome::NotFound);
    };
    row.state = match row.state.after(turn) {
        Ok(state) => state,
        Err(not_now) => return Ok(TurnOutcome::NotNow(not_now)),
    };
    row.reason = reason.map(str::to_owned);
    if turn == Turn::Start {
        row.started_at = Some(event.at);
    }
    row.ended_at = row.state.is_over().then_some(event.at);
    let arguments = [
        id.0.into(),
        row.state.as_str().into(),
        (!row.state.is_over()).into(),
        row.reason.clone().into(),
        row.started_at.map(|at| at.millis()).into(),
        row.ended_at.map(|at| at.millis()).into(),
    ];
    unit.connection.run(&TURN, arguments).await?;
    if matches!(turn, Turn::Resume | Turn::Retry) {
        // Whoever lets it go on has seen what failed: only what fails from now on stops it again.
        unit.connection.run(&FORGIVE, [id.0.into()]).await?;
        row.waves
            .iter_mut()
            .for_each(|wave| wave.forgiven = wave.tally.failed);
    }
    let mut event = about(event, id, &row.plan.title);
    event.detail["state"] = row.state.as_str().into();
    if let Some(reason) = reason {
        event.detail["reason"] = reason.into();
    }
    let event = unit.event(event);
    unit.announce(vec![event], Change::Operation { id, turned: true });
    Ok(TurnOutcome::Done(Box::new(row)))
}
