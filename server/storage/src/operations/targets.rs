//! Targets of operations: those whose turn may have come, and pages of all.

use muster_core::cursor::{Cursor, Direction, MAX_PAGE, Page};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::MAX_WAVES;
use muster_core::time::Timestamp;
use serde_json::Value;

use super::device_of;
use crate::engine::{Packed, Row, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::store::Store;

/// A list of targets as one text: fields that [`candidates_of`] reads.
macro_rules! packed {
    ($operation:literal, $sqlite:literal, $postgres:literal) => {
        Sql::pair(
            $operation,
            concat!(
                "SELECT group_concat(concat_ws(char(31), v.wave, v.device_key, v.device_id, v.attempt), char(30)) FROM (",
                $sqlite,
                ") AS v"
            ),
            concat!(
                "SELECT STRING_AGG(CONCAT_WS(CHR(31), v.wave, v.device_key, v.device_id, v.attempt), CHR(30)) FROM (",
                $postgres,
                ") AS v"
            ),
        )
    };
}

const FRESH: Sql = packed!(
    "reading targets that nobody has looked at",
    "SELECT wave, device_key, device_id, attempt FROM operation_target
     WHERE operation_id = $1 AND wave = $2 AND device_key > $3 AND state = 0 AND reason IS NULL
     ORDER BY device_key LIMIT $4",
    "SELECT wave, device_key, device_id, attempt FROM operation_target
     WHERE operation_id = $1 AND wave = $2 AND device_key > $3 AND state = 0 AND reason IS NULL
     ORDER BY device_key LIMIT $4"
);

const DUE: Sql = packed!(
    "reading targets that are due",
    "SELECT wave, device_key, device_id, attempt FROM operation_target
     WHERE operation_id = $1 AND state = $2 AND due_at <= $3 ORDER BY due_at, wave, device_key LIMIT $4",
    "SELECT wave, device_key, device_id, attempt FROM operation_target
     WHERE operation_id = $1 AND state = $2 AND due_at <= $3 ORDER BY due_at, wave, device_key LIMIT $4"
);

const OF_DEVICES: Sql = packed!(
    "reading targets of devices",
    "SELECT t.wave, t.device_key, t.device_id, t.attempt
     FROM json_each($3) AS b
     CROSS JOIN device AS d ON d.device_id = b.value
     CROSS JOIN operation_wave AS w ON w.operation_id = $1
     CROSS JOIN operation_target AS t
       ON t.operation_id = $1 AND t.wave = w.wave AND t.device_key = d.device_key
     WHERE t.state = $2 AND w.state <> 'later'",
    "SELECT t.wave, t.device_key, t.device_id, t.attempt
     FROM UNNEST($3::TEXT[]) AS b (device_id)
     JOIN device AS d ON d.device_id = b.device_id
     JOIN operation_wave AS w ON w.operation_id = $1
     JOIN operation_target AS t
       ON t.operation_id = $1 AND t.wave = w.wave AND t.device_key = d.device_key
     WHERE t.state = $2 AND w.state <> 'later'"
);

const HELD: Sql = packed!(
    "reading targets that wait for reasons",
    "SELECT wave, device_key, device_id, attempt FROM operation_target
     WHERE operation_id = $1 AND (wave, device_key) > ($2, $3) AND state = 0
       AND reason IN (SELECT value FROM json_each($5))
     ORDER BY wave, device_key LIMIT $4",
    "SELECT wave, device_key, device_id, attempt FROM operation_target
     WHERE operation_id = $1 AND (wave, device_key) > ($2, $3) AND state = 0 AND reason = ANY($5::BIGINT[])
     ORDER BY wave, device_key LIMIT $4"
);

const FAILED: Sql = packed!(
    "reading failed targets",
    "SELECT wave, device_key, device_id, attempt FROM operation_target
     WHERE operation_id = $1 AND (wave, device_key) > ($2, $3) AND state = 3 ORDER BY wave, device_key LIMIT $4",
    "SELECT wave, device_key, device_id, attempt FROM operation_target
     WHERE operation_id = $1 AND (wave, device_key) > ($2, $3) AND state = 3 ORDER BY wave, device_key LIMIT $4"
);

const WALK: Sql = Sql::pair(
    "going over targets",
    "SELECT group_concat(concat_ws(char(31), v.wave, v.device_key, v.device_id, v.state, COALESCE(v.reason, '')), char(30))
     FROM (SELECT wave, device_key, device_id, state, reason FROM operation_target
           WHERE operation_id = $1 AND (wave, device_key) > ($2, $3) ORDER BY wave, device_key LIMIT $4) AS v",
    "SELECT STRING_AGG(CONCAT_WS(CHR(31), v.wave, v.device_key, v.device_id, v.state, COALESCE(v.reason::TEXT, '')), CHR(30))
     FROM (SELECT wave, device_key, device_id, state, reason FROM operation_target
           WHERE operation_id = $1 AND (wave, device_key) > ($2, $3) ORDER BY wave, device_key LIMIT $4) AS v",
);

const NEXT: Sql = Sql::both(
    "asking when the next target is due",
    "SELECT MIN(due_at) FROM operation_target WHERE operation_id = $1 AND state = $2 AND due_at IS NOT NULL",
);

/// The columns that [`target_of`] reads.
macro_rules! page {
    ($beyond:literal, $order:literal) => {
        Sql::pair(
            "reading a page of targets",
            concat!(
                "SELECT t.wave, t.device_key, t.device_id, t.state, t.attempt, r.text, t.due_at, t.began_at, t.ended_at,
                        t.status, k.result, r.gate
                 FROM operation_target AS t
                 LEFT JOIN operation_reason AS r ON r.operation_id = t.operation_id AND r.reason = t.reason
                 LEFT JOIN operation_result AS k ON k.operation_id = t.operation_id AND k.device_key = t.device_key
                 WHERE t.operation_id = $1 AND (t.wave, t.device_key) ",
                $beyond,
                " ($2, $3) AND (CAST($4 AS TEXT) IS NULL OR r.text = $4)
                   AND (CAST($5 AS TEXT) IS NULL OR LOWER(t.device_id) LIKE $5 ESCAPE '!')
                   AND t.wave * 8 + t.state IN (SELECT value FROM json_each($7))
                 ORDER BY t.wave ", $order, ", t.device_key ", $order, " LIMIT $6"
            ),
            concat!(
                "SELECT t.wave, t.device_key, t.device_id, t.state, t.attempt, r.text, t.due_at, t.began_at, t.ended_at,
                        t.status, k.result, r.gate
                 FROM operation_target AS t
                 LEFT JOIN operation_reason AS r ON r.operation_id = t.operation_id AND r.reason = t.reason
                 LEFT JOIN operation_result AS k ON k.operation_id = t.operation_id AND k.device_key = t.device_key
                 WHERE t.operation_id = $1 AND (t.wave, t.device_key) ",
                $beyond,
                " ($2, $3) AND (CAST($4 AS TEXT) IS NULL OR r.text = $4)
                   AND (CAST($5 AS TEXT) IS NULL OR LOWER(t.device_id) LIKE $5 ESCAPE '!')
                   AND t.wave * 8 + t.state = ANY($7::BIGINT[])
                 ORDER BY t.wave ", $order, ", t.device_key ", $order, " LIMIT $6"
            ),
        )
    };
}

const LATER: Sql = page!(">", "ASC");
const EARLIER: Sql = page!("<", "DESC");

const ONE: Sql = Sql::both(
    "reading a device's target",
    "SELECT t.wave, t.device_key, t.device_id, t.state, t.attempt, r.text, t.due_at, t.began_at, t.ended_at,
            t.status, k.result, r.gate
     FROM operation_wave AS w
     JOIN operation_target AS t ON t.operation_id = w.operation_id AND t.wave = w.wave
       AND t.device_key = (SELECT device_key FROM device WHERE device_id = $2)
     LEFT JOIN operation_reason AS r ON r.operation_id = t.operation_id AND r.reason = t.reason
     LEFT JOIN operation_result AS k ON k.operation_id = t.operation_id AND k.device_key = t.device_key
     WHERE w.operation_id = $1",
);

const COUNT: Sql = Sql::both(
    "counting targets",
    "SELECT wave, state, COUNT(*) FROM operation_target WHERE operation_id = $1 GROUP BY wave, state",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &FRESH,
    &DUE,
    &OF_DEVICES,
    &HELD,
    &FAILED,
    &WALK,
    &NEXT,
    &LATER,
    &EARLIER,
    &ONE,
    &COUNT,
];

/// A target whose turn may have come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Its wave.
    pub wave: u16,
    /// The key of the device.
    pub key: i64,
    /// The device.
    pub device: DeviceId,
    /// Attempts so far.
    pub attempt: u8,
}

/// How a target is stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StoredTarget {
    /// Not begun: later, waiting or called off, as its wave and operation say.
    Pending = 0,
    /// Begun.
    Running = 1,
    /// Done.
    Succeeded = 2,
    /// All attempts failed.
    Failed = 3,
    /// Left out.
    Skipped = 4,
}

impl StoredTarget {
    pub(crate) fn of(number: i64) -> Result<Self, StorageError> {
        Ok(match number {
            0 => Self::Pending,
            1 => Self::Running,
            2 => Self::Succeeded,
            3 => Self::Failed,
            4 => Self::Skipped,
            _ => {
                return Err(corrupt(
                    "operation_target",
                    "state",
                    number,
                    "no such state",
                ));
            }
        })
    }
}

/// A target as it is stored.
#[derive(Clone, PartialEq, Debug)]
pub struct TargetRow {
    /// Its wave.
    pub wave: u16,
    /// The key of the device.
    pub key: i64,
    /// The device.
    pub device: DeviceId,
    /// Where it is.
    pub state: StoredTarget,
    /// Attempts so far.
    pub attempt: u8,
    /// Why it waits, or how it ended.
    pub why: Option<String>,
    /// The gate that holds it, by its place in the plan.
    pub gate: Option<u8>,
    /// When it is looked at again.
    pub due_at: Option<Timestamp>,
    /// When its last attempt began.
    pub began_at: Option<Timestamp>,
    /// When it was through.
    pub ended_at: Option<Timestamp>,
    /// What a method answered.
    pub status: Option<i64>,
    /// What came with it.
    pub result: Option<Value>,
}

/// As much of a target as going over all of them needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WalkedTarget {
    /// Its wave.
    pub wave: u16,
    /// The key of the device.
    pub key: i64,
    /// The device.
    pub device: DeviceId,
    /// Where it is.
    pub state: StoredTarget,
    /// The number of its reason.
    pub reason: Option<i64>,
}

/// Which targets of an operation, in the order of waves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TargetFilter {
    /// Of these waves in these states; none for no target at all.
    pub states: Vec<(u16, StoredTarget)>,
    /// With this reason.
    pub why: Option<String>,
    /// With this in the device id, in any case.
    pub device_text: String,
    /// Rows on a page, at most [`MAX_PAGE`].
    pub limit: usize,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl Store {
    /// Targets of a wave that nobody has looked at yet, in the order of device keys.
    pub async fn fresh_targets(
        &self,
        id: OperationId,
        wave: u16,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Candidate>, StorageError> {
        let arguments = [
            id.0.into(),
            usize::from(wave).into(),
            after.into(),
            limit.into(),
        ];
        let mut reader = self.reader().await?;
        candidates_of(&reader.connection().packed(&FRESH, arguments).await?)
    }

    /// Targets in a state whose time has come, the earliest first.
    pub async fn due_targets(
        &self,
        id: OperationId,
        state: StoredTarget,
        upto: Timestamp,
        limit: usize,
    ) -> Result<Vec<Candidate>, StorageError> {
        let arguments = [
            id.0.into(),
            (state as i64).into(),
            upto.millis().into(),
            limit.into(),
        ];
        let mut reader = self.reader().await?;
        candidates_of(&reader.connection().packed(&DUE, arguments).await?)
    }

    /// When the next target in a state is due.
    pub async fn next_due(
        &self,
        id: OperationId,
        state: StoredTarget,
    ) -> Result<Option<Timestamp>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [id.0.into(), (state as i64).into()];
        let row = reader.connection().row(&NEXT, arguments).await?;
        let due = row.map(|row| row.get::<Option<i64>>(0)).transpose()?;
        Ok(due.flatten().map(Timestamp::from_millis))
    }

    /// The targets that these devices are, in a state and in waves that have opened. Ask for a few hundred at once.
    pub async fn targets_of(
        &self,
        id: OperationId,
        state: StoredTarget,
        devices: &[DeviceId],
    ) -> Result<Vec<Candidate>, StorageError> {
        let names = Table::texts(devices.iter().map(ToString::to_string));
        let arguments = [id.0.into(), (state as i64).into(), names];
        let mut reader = self.reader().await?;
        candidates_of(&reader.connection().packed(&OF_DEVICES, arguments).await?)
    }

    /// Targets that wait for one of these reasons, after a place.
    pub async fn held_targets(
        &self,
        id: OperationId,
        reasons: &[i64],
        after: (u16, i64),
        limit: usize,
    ) -> Result<Vec<Candidate>, StorageError> {
        let arguments = [
            id.0.into(),
            usize::from(after.0).into(),
            after.1.into(),
            limit.into(),
            Table::ints(reasons.iter().copied()),
        ];
        let mut reader = self.reader().await?;
        candidates_of(&reader.connection().packed(&HELD, arguments).await?)
    }

    /// Targets that failed, after a place.
    pub async fn failed_targets(
        &self,
        id: OperationId,
        after: (u16, i64),
        limit: usize,
    ) -> Result<Vec<Candidate>, StorageError> {
        let arguments = [
            id.0.into(),
            usize::from(after.0).into(),
            after.1.into(),
            limit.into(),
        ];
        let mut reader = self.reader().await?;
        candidates_of(&reader.connection().packed(&FAILED, arguments).await?)
    }

    /// The next targets after a place, to go over all of them.
    pub async fn walk_targets(
        &self,
        id: OperationId,
        after: (u16, i64),
        limit: usize,
    ) -> Result<Vec<WalkedTarget>, StorageError> {
        let arguments = [
            id.0.into(),
            usize::from(after.0).into(),
            after.1.into(),
            limit.into(),
        ];
        let mut reader = self.reader().await?;
        let packed = reader.connection().packed(&WALK, arguments).await?;
        let read = |record: crate::engine::Record<'_>| {
            Ok(WalkedTarget {
                wave: record.int(0)? as u16,
                key: record.int(1)?,
                device: device_of(record.text(2))?,
                state: StoredTarget::of(record.int(3)?)?,
                reason: record.optional(4)?,
            })
        };
        packed.records().map(read).collect()
    }

    /// A page of targets, in the order of waves and device keys.
    pub async fn operation_targets(
        &self,
        id: OperationId,
        filter: &TargetFilter,
    ) -> Result<Page<TargetRow>, StorageError> {
        let limit = filter.limit.clamp(1, MAX_PAGE);
        let question = format!(
            "targets {id} {:?} {:?} {:?}",
            filter.states, filter.why, filter.device_text
        );
        let cursor = match &filter.cursor {
            Some(text) => Some(Cursor::<(i64, i64)>::decode(text, &question)?),
            None => None,
        };
        let backward = matches!(&cursor, Some(cursor) if cursor.direction == Direction::Backward);
        let edge = cursor.as_ref().map_or((-1, 0), |cursor| cursor.edge);
        let text = filter.device_text.trim().to_lowercase();
        let states = filter.states.iter();
        let arguments = [
            id.0.into(),
            edge.0.into(),
            edge.1.into(),
            filter.why.clone().into(),
            (!text.is_empty()).then(|| like(&text)).into(),
            (limit + 1).into(),
            Table::ints(states.map(|(wave, state)| i64::from(*wave) * 8 + *state as i64)),
        ];
        let sql = if backward { &EARLIER } else { &LATER };
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(sql, arguments).await?;
        let more = rows.len() > limit;
        let targets = rows.iter().take(limit).map(target_of);
        let mut targets = targets.collect::<Result<Vec<_>, _>>()?;
        if backward {
            targets.reverse();
        }
        let address = |direction, row: Option<&TargetRow>| {
            let edge = row.map(|row| (i64::from(row.wave), row.key))?;
            Some(Cursor { direction, edge }.encode(&question))
        };
        let (before, after) = if backward {
            (more, true)
        } else {
            (cursor.is_some(), more)
        };
        Ok(Page {
            previous: before
                .then(|| address(Direction::Backward, targets.first()))
                .flatten(),
            next: after
                .then(|| address(Direction::Forward, targets.last()))
                .flatten(),
            rows: targets,
        })
    }

    /// The next targets after a wave and the key of a device in it, in that order.
    pub async fn targets_after(
        &self,
        id: OperationId,
        after: (i64, i64),
        limit: usize,
    ) -> Result<Vec<TargetRow>, StorageError> {
        let every = (0..MAX_WAVES as i64 * 8).collect::<Vec<i64>>();
        let arguments = [
            id.0.into(),
            after.0.into(),
            after.1.into(),
            Option::<String>::None.into(),
            Option::<String>::None.into(),
            limit.into(),
            Table::ints(every),
        ];
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&LATER, arguments).await?;
        rows.iter().map(target_of).collect()
    }

    /// The target that a device is, if it is one.
    pub async fn target_of(
        &self,
        id: OperationId,
        device: &DeviceId,
    ) -> Result<Option<TargetRow>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [id.0.into(), device.as_str().into()];
        let row = reader.connection().row(&ONE, arguments).await?;
        row.as_ref().map(target_of).transpose()
    }

    /// A full count of an operation's targets by wave and state: what the kept numbers must equal.
    pub async fn count_targets(
        &self,
        id: OperationId,
    ) -> Result<Vec<(u16, StoredTarget, u32)>, StorageError> {
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&COUNT, [id.0.into()]).await?;
        let read = |row: &Row| {
            let wave = row.get::<i64>(0)? as u16;
            Ok((
                wave,
                StoredTarget::of(row.get(1)?)?,
                row.get::<i64>(2)? as u32,
            ))
        };
        rows.iter().map(read).collect()
    }
}

/// A pattern for LIKE that finds a text anywhere.
pub(crate) fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn candidates_of(packed: &Packed) -> Result<Vec<Candidate>, StorageError> {
    let read = |record: crate::engine::Record<'_>| {
        Ok(Candidate {
            wave: record.int(0)? as u16,
            key: record.int(1)?,
            device: device_of(record.text(2))?,
            attempt: record.int(3)? as u8,
        })
    };
    packed.records().map(read).collect()
}

fn target_of(row: &Row) -> Result<TargetRow, StorageError> {
    let at = |index| {
        let millis = row.get::<Option<i64>>(index);
        millis.map(|at| at.map(Timestamp::from_millis))
    };
    let device = device_of(&row.get::<String>(2)?)?;
    let result: Option<String> = row.get(10)?;
    let bad = |cause| corrupt("operation_result", "result", &device, cause);
    let result = result.map(|text| serde_json::from_str(&text)).transpose();
    Ok(TargetRow {
        wave: row.get::<i64>(0)? as u16,
        key: row.get(1)?,
        state: StoredTarget::of(row.get(3)?)?,
        attempt: row.get::<i64>(4)? as u8,
        why: row.get(5)?,
        gate: row.get::<Option<i64>>(11)?.map(|gate| gate as u8),
        due_at: at(6)?,
        began_at: at(7)?,
        ended_at: at(8)?,
        status: row.get(9)?,
        result: result.map_err(bad)?,
        device,
    })
}
