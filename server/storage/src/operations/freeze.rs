//! Writing the targets down: part after part, so that devices have their turn between; then the start.

use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{Allotment, OperationState, Turn};
use serde_json::json;

use super::{OperationRow, TurnOutcome, about, find, turn, wave};
use crate::change::Change;
use crate::engine::{Sql, Table};
use crate::error::StorageError;
use crate::store::Store;
use crate::writer::documents::write::json as text;
use crate::writer::{Operation, Unit};

const ALLOT: Sql = Sql::both(
    "noting where waves end",
    "UPDATE operation SET allotment = $2 WHERE operation_id = $1",
);

const INSERT: Sql = Sql::pair(
    "writing targets down",
    "INSERT INTO operation_target (operation_id, wave, device_key, device_id, state, attempt)
     SELECT $1, $2, d.device_key, d.device_id, 0, 0
     FROM json_each($3) AS b CROSS JOIN device AS d ON d.device_id = b.value",
    "INSERT INTO operation_target (operation_id, wave, device_key, device_id, state, attempt)
     SELECT $1, $2, d.device_key, d.device_id, 0, 0
     FROM UNNEST($3::TEXT[]) AS b (device_id) JOIN device AS d ON d.device_id = b.device_id",
);

const JOIN: Sql = Sql::pair(
    "adding newcomers",
    "INSERT INTO operation_target (operation_id, wave, device_key, device_id, state, attempt)
     SELECT $1, $2, d.device_key, d.device_id, 0, 0
     FROM json_each($3) AS b CROSS JOIN device AS d ON d.device_id = b.value
     WHERE NOT EXISTS (SELECT 1 FROM operation_wave AS w JOIN operation_target AS t
                       ON t.operation_id = w.operation_id AND t.wave = w.wave AND t.device_key = d.device_key
                       WHERE w.operation_id = $1)",
    "INSERT INTO operation_target (operation_id, wave, device_key, device_id, state, attempt)
     SELECT $1, $2, d.device_key, d.device_id, 0, 0
     FROM UNNEST($3::TEXT[]) AS b (device_id) JOIN device AS d ON d.device_id = b.device_id
     WHERE NOT EXISTS (SELECT 1 FROM operation_wave AS w JOIN operation_target AS t
                       ON t.operation_id = w.operation_id AND t.wave = w.wave AND t.device_key = d.device_key
                       WHERE w.operation_id = $1)",
);

const INSERT_BACK: Sql = Sql::both(
    "writing the targets of a way back down",
    "INSERT INTO operation_target (operation_id, wave, device_key, device_id, state, attempt)
     SELECT $1, 0, t.device_key, t.device_id, 0, 0 FROM operation_target AS t
     WHERE t.operation_id = $2 AND t.state = 2 AND (t.wave, t.device_key) > ($3, $4)
       AND (t.wave, t.device_key) <= ($5, $6)",
);

/// Where a part of so many targets ends.
const PART: Sql = Sql::both(
    "looking for the end of a part",
    "SELECT wave, device_key FROM operation_target
     WHERE operation_id = $1 AND (wave, device_key) > ($2, $3) ORDER BY wave, device_key LIMIT 1 OFFSET $4",
);

const END: Sql = Sql::both(
    "looking for the end of all targets",
    "SELECT wave, device_key FROM operation_target
     WHERE operation_id = $1 AND (wave, device_key) > ($2, $3) ORDER BY wave DESC, device_key DESC LIMIT 1",
);

const ADD: Sql = Sql::both(
    "counting new targets",
    "UPDATE operation_wave SET pending = pending + $3 WHERE operation_id = $1 AND wave = $2",
);

const UPTO: Sql = Sql::both(
    "noting how far targets are written down",
    "UPDATE operation SET frozen_upto = $2 WHERE operation_id = $1",
);

const FROZEN: Sql = Sql::both(
    "noting that all targets are written down",
    "UPDATE operation SET frozen = 1 WHERE operation_id = $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &ALLOT,
    &INSERT,
    &JOIN,
    &INSERT_BACK,
    &PART,
    &END,
    &ADD,
    &UPTO,
    &FROZEN,
];

impl Store {
    /// Notes where the waves of a scheduled operation end: the first step of writing its targets down.
    pub async fn allot(&self, id: OperationId, ends: Allotment) -> Result<(), StorageError> {
        self.write("noting where waves end", Allot { id, ends })
            .await
    }

    /// Writes the next targets down, each with its wave, in the order of ids and after those that are written. Says
    /// whether the operation still waits for that.
    pub async fn freeze(
        &self,
        id: OperationId,
        after: Option<String>,
        targets: Vec<(DeviceId, u16)>,
    ) -> Result<bool, StorageError> {
        let freeze = Freeze { id, after, targets };
        self.write_behind("writing targets down", freeze).await
    }

    /// Writes the next targets of an operation down that takes another one back: devices that succeeded there. Says
    /// whether there may be more.
    pub async fn freeze_back(&self, id: OperationId) -> Result<bool, StorageError> {
        self.write_behind("writing targets down", FreezeBack { id })
            .await
    }

    /// Starts a scheduled operation whose targets are all written down: its first wave opens.
    pub async fn start_operation(
        &self,
        id: OperationId,
        event: NewEvent,
    ) -> Result<TurnOutcome, StorageError> {
        self.write("starting an operation", Start { id, event })
            .await
    }

    /// Adds devices that began to match to the last wave of a running operation; those it has already stay where they
    /// are. Says how many were added.
    pub async fn join_operation(
        &self,
        id: OperationId,
        devices: Vec<DeviceId>,
    ) -> Result<u64, StorageError> {
        self.write_behind("adding newcomers", Join { id, devices })
            .await
    }
}

#[derive(Debug)]
struct Allot {
    id: OperationId,
    ends: Allotment,
}

impl Operation for Allot {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        let arguments = [self.id.0.into(), text(&self.ends).into()];
        unit.connection.run(&ALLOT, arguments).await?;
        Ok(())
    }
}

#[derive(Debug)]
struct Freeze {
    id: OperationId,
    after: Option<String>,
    targets: Vec<(DeviceId, u16)>,
}

impl Freeze {
    fn fits(&self, row: &OperationRow) -> bool {
        row.state == OperationState::Scheduled && !row.frozen && row.frozen_upto == self.after
    }
}

impl Operation for Freeze {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let row = find(&mut unit.connection, self.id).await?;
        let Some(row) = row.filter(|row| self.fits(row)) else {
            return Ok(false);
        };
        for wave in 0..row.waves.len() {
            let here = self.targets.iter().filter(|(_, w)| usize::from(*w) == wave);
            let ids: Vec<String> = here.map(|(id, _)| id.to_string()).collect();
            if ids.is_empty() {
                continue;
            }
            let arguments = [self.id.0.into(), wave.into(), Table::texts(ids)];
            let added = unit.connection.run(&INSERT, arguments).await?;
            let arguments = [self.id.0.into(), wave.into(), added.into()];
            unit.connection.run(&ADD, arguments).await?;
        }
        if let Some((last, _)) = self.targets.last() {
            let arguments = [self.id.0.into(), last.as_str().into()];
            unit.connection.run(&UPTO, arguments).await?;
        }
        let id = self.id;
        unit.announce(Vec::new(), Change::Operation { id, turned: false });
        Ok(true)
    }
}

/// Targets that are looked through in one transaction.
const LOOKED_THROUGH: usize = 5_000;

#[derive(Debug)]
struct FreezeBack {
    id: OperationId,
}

impl Operation for FreezeBack {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let row = find(&mut unit.connection, self.id).await?;
        let waits = |row: &OperationRow| row.state == OperationState::Scheduled && !row.frozen;
        let Some(row) = row.filter(waits) else {
            return Ok(false);
        };
        let Some(of) = row.back_of else {
            return Ok(false);
        };
        let (wave, key) = row
            .frozen_upto
            .as_deref()
            .and_then(place_of)
            .unwrap_or((-1, 0));
        let connection = &mut unit.connection;
        let from = [of.0.into(), wave.into(), key.into()];
        let part = [from.as_slice(), &[(LOOKED_THROUGH - 1).into()]].concat();
        let (end, more) = match connection.row(&PART, part).await? {
            Some(end) => (end, true),
            None => match connection.row(&END, from).await? {
                Some(end) => (end, false),
                None => return Ok(false),
            },
        };
        let (end_wave, end_key): (i64, i64) = (end.get(0)?, end.get(1)?);
        let arguments = [
            self.id.0.into(),
            of.0.into(),
            wave.into(),
            key.into(),
            end_wave.into(),
            end_key.into(),
        ];
        let added = connection.run(&INSERT_BACK, arguments).await?;
        let arguments = [self.id.0.into(), 0_i64.into(), added.into()];
        connection.run(&ADD, arguments).await?;
        let upto = format!("{end_wave} {end_key}");
        connection
            .run(&UPTO, [self.id.0.into(), upto.into()])
            .await?;
        let id = self.id;
        unit.announce(Vec::new(), Change::Operation { id, turned: false });
        Ok(more)
    }
}

/// A wave and a device key.
fn place_of(text: &str) -> Option<(i64, i64)> {
    let (wave, key) = text.split_once(' ')?;
    Some((wave.parse().ok()?, key.parse().ok()?))
}

#[derive(Debug)]
struct Start {
    id: OperationId,
    event: NewEvent,
}

impl Operation for Start {
    type Output = TurnOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<TurnOutcome, StorageError> {
        let outcome = turn::turn(unit, self.id, Turn::Start, None, &self.event).await?;
        let TurnOutcome::Done(row) = outcome else {
            return Ok(outcome);
        };
        unit.connection.run(&FROZEN, [self.id.0.into()]).await?;
        wave::open(unit, self.id, 0, self.event.at).await?;
        let opened = NewEvent {
            kind: EventKind::WaveOpened,
            detail: json!({ "wave": 0 }),
            ..self.event.clone()
        };
        let opened = unit.event(about(&opened, self.id, &row.plan.title));
        let id = self.id;
        unit.announce(vec![opened], Change::Operation { id, turned: true });
        let row = find(&mut unit.connection, id).await?;
        Ok(row.map_or(TurnOutcome::NotFound, |row| {
            TurnOutcome::Done(Box::new(row))
        }))
    }
}

#[derive(Debug)]
struct Join {
    id: OperationId,
    devices: Vec<DeviceId>,
}

impl Operation for Join {
    type Output = u64;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<u64, StorageError> {
        let row = find(&mut unit.connection, self.id).await?;
        let open = |row: &OperationRow| {
            matches!(row.state, OperationState::Running | OperationState::Paused) && row.frozen
        };
        let Some(row) = row.filter(open) else {
            return Ok(0);
        };
        let wave = row.waves.len().saturating_sub(1);
        let ids = Table::texts(self.devices.iter().map(ToString::to_string));
        let arguments = [self.id.0.into(), wave.into(), ids];
        let added = unit.connection.run(&JOIN, arguments).await?;
        if added > 0 {
            let arguments = [self.id.0.into(), wave.into(), added.into()];
            unit.connection.run(&ADD, arguments).await?;
            let id = self.id;
            unit.announce(Vec::new(), Change::Operation { id, turned: true });
        }
        Ok(added)
    }
}
