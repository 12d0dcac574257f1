//! Waves open, are watched, and pass: within the writer's transaction.

use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::OperationId;
use muster_core::operation::{OperationState, Turn, WaveState};
use muster_core::time::Timestamp;
use serde_json::json;

use super::{OperationRow, about, find, turn};
use crate::change::Change;
use crate::engine::Sql;
use crate::error::StorageError;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const SET: Sql = Sql::both(
    "moving a wave",
    "UPDATE operation_wave SET state = $3, soak_until = $4 WHERE operation_id = $1 AND wave = $2",
);

const OPEN: Sql = Sql::both(
    "opening a wave",
    "UPDATE operation_wave SET state = 'open', opened_at = $3 WHERE operation_id = $1 AND wave = $2",
);

const NEWEST: Sql = Sql::both(
    "noting the newest wave",
    "UPDATE operation SET wave = $2 WHERE operation_id = $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&SET, &OPEN, &NEWEST];

/// A move of a wave.
#[derive(Clone, Debug)]
pub struct WaveTurn {
    /// Of which operation.
    pub operation: OperationId,
    /// Which wave.
    pub wave: u16,
    /// Where it is now; the move is not made when it is elsewhere.
    pub from: WaveState,
    /// Where it goes. When it passes, the next one opens.
    pub to: WaveState,
    /// Until when it is watched.
    pub soak_until: Option<Timestamp>,
    /// The operation goes on with it, when it is paused: that it does.
    pub resume: Option<NewEvent>,
    /// Who moves it.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Moves a wave of a running operation; gives the operation as it is now, `None` when there is none.
    pub async fn turn_wave(&self, turn: WaveTurn) -> Result<Option<OperationRow>, StorageError> {
        self.write("moving a wave", turn).await
    }
}

impl Operation for WaveTurn {
    type Output = Option<OperationRow>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Self::Output, StorageError> {
        let Some(row) = find(&mut unit.connection, self.operation).await? else {
            return Ok(None);
        };
        let index = usize::from(self.wave);
        let resume = self
            .resume
            .as_ref()
            .filter(|_| row.state == OperationState::Paused);
        let here = row.waves.get(index).map(|wave| wave.state);
        let goes_on = row.state == OperationState::Running || resume.is_some();
        if !goes_on || here != Some(self.from) {
            return Ok(Some(row));
        }
        if let Some(event) = resume {
            turn::turn(unit, self.operation, Turn::Resume, None, event).await?;
        }
        let arguments = [
            self.operation.0.into(),
            index.into(),
            self.to.as_str().into(),
            self.soak_until.map(|at| at.millis()).into(),
        ];
        unit.connection.run(&SET, arguments).await?;
        let mut events = Vec::new();
        if self.to == WaveState::Passed {
            let title = &row.plan.title;
            events.push(unit.event(event(self, EventKind::WavePassed, self.wave, title)));
            let next = row.waves.get(index + 1);
            if next.is_some_and(|next| next.state == WaveState::Later) {
                open(unit, self.operation, self.wave + 1, self.at).await?;
                events.push(unit.event(event(self, EventKind::WaveOpened, self.wave + 1, title)));
            }
        }
        let id = self.operation;
        unit.announce(events, Change::Operation { id, turned: true });
        find(&mut unit.connection, id).await
    }
}

pub(crate) async fn open(
    unit: &mut Unit<'_>,
    id: OperationId,
    wave: u16,
    at: Timestamp,
) -> Result<(), StorageError> {
    let wave = usize::from(wave);
    let arguments = [id.0.into(), wave.into(), at.millis().into()];
    unit.connection.run(&OPEN, arguments).await?;
    unit.connection
        .run(&NEWEST, [id.0.into(), wave.into()])
        .await?;
    Ok(())
}

fn event(turn: &WaveTurn, kind: EventKind, wave: u16, title: &str) -> NewEvent {
    let event = NewEvent {
        at: turn.at,
        device: None,
        actor: turn.actor.clone(),
        kind,
        detail: json!({ "wave": wave }),
    };
    about(&event, turn.operation, title)
}
