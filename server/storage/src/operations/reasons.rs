//! Why targets wait, or how they ended: texts that many share, and how many do.

use std::collections::{BTreeSet, HashMap};

use muster_core::ids::OperationId;
use muster_core::time::Timestamp;

use super::batch::Hold;
use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::store::Store;

/// Most different reasons that an operation keeps; what comes after is "another reason".
pub const MAX_REASONS: usize = 500;

const ALL: Sql = Sql::both(
    "reading reasons",
    "SELECT reason, cause, gate, held_by, text, retryable, devices, look_at FROM operation_reason
     WHERE operation_id = $1 ORDER BY reason",
);

const WRITE: Sql = Sql::both(
    "writing a reason",
    "INSERT INTO operation_reason (operation_id, reason, cause, gate, held_by, text, retryable, devices, look_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (operation_id, reason) DO UPDATE SET devices = excluded.devices, look_at = excluded.look_at",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&ALL, &WRITE];

/// What kind of reason it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReasonCause {
    /// A gate holds the device.
    Gate,
    /// It is offline.
    Offline,
    /// It waits for its next attempt.
    Retry,
    /// Another operation is at it.
    HeldBy,
    /// It is in maintenance.
    Maintenance,
    /// It failed.
    Failed,
    /// It was left out.
    Skipped,
}

impl ReasonCause {
    const ALL: [ReasonCause; 7] = [
        Self::Gate,
        Self::Offline,
        Self::Retry,
        Self::HeldBy,
        Self::Maintenance,
        Self::Failed,
        Self::Skipped,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Offline => "offline",
            Self::Retry => "retry",
            Self::HeldBy => "held_by",
            Self::Maintenance => "maintenance",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// Whether devices that have it may still be begun.
    pub fn waits(self) -> bool {
        !matches!(self, Self::Failed | Self::Skipped)
    }
}

/// A reason with the number of devices that have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReasonRow {
    /// Its number in the operation.
    pub reason: i64,
    /// What kind it is.
    pub cause: ReasonCause,
    /// The gate, by its place in the plan.
    pub gate: Option<u8>,
    /// The operation that holds the devices.
    pub held_by: Option<OperationId>,
    /// In words.
    pub text: String,
    /// Another attempt may succeed.
    pub retryable: bool,
    /// Devices that have it now.
    pub devices: u32,
    /// About the earliest time one of them is looked at again.
    pub look: Option<Timestamp>,
}

impl Store {
    /// All reasons of an operation, also those that no device has any more.
    pub async fn operation_reasons(&self, id: OperationId) -> Result<Vec<ReasonRow>, StorageError> {
        let mut reader = self.reader().await?;
        read(&mut reader.connection(), id).await
    }
}

async fn read(
    connection: &mut Connection<'_>,
    id: OperationId,
) -> Result<Vec<ReasonRow>, StorageError> {
    let rows = connection.rows(&ALL, [id.0.into()]).await?;
    rows.iter().map(row_of).collect()
}

fn row_of(row: &Row) -> Result<ReasonRow, StorageError> {
    let cause: String = row.get(1)?;
    let known = ReasonCause::ALL
        .into_iter()
        .find(|known| known.as_str() == cause);
    Ok(ReasonRow {
        reason: row.get(0)?,
        cause: known.ok_or_else(|| corrupt("operation_reason", "cause", &cause, "unknown"))?,
        gate: row.get::<Option<i64>>(2)?.map(|gate| gate as u8),
        held_by: row.get::<Option<i64>>(3)?.map(OperationId),
        text: row.get(4)?,
        retryable: row.flag(5)?,
        devices: row.get::<i64>(6)? as u32,
        look: row.get::<Option<i64>>(7)?.map(Timestamp::from_millis),
    })
}

/// The reasons of an operation while a transaction changes them.
#[derive(Debug)]
pub(crate) struct Reasons {
    rows: Vec<ReasonRow>,
    places: HashMap<(ReasonCause, Option<u8>, Option<OperationId>, String), usize>,
    changed: BTreeSet<usize>,
}

impl Reasons {
    pub(crate) async fn load(
        connection: &mut Connection<'_>,
        id: OperationId,
    ) -> Result<Self, StorageError> {
        let rows = read(connection, id).await?;
        let key = |row: &ReasonRow| (row.cause, row.gate, row.held_by, row.text.clone());
        let places = rows.iter().enumerate().map(|(at, row)| (key(row), at));
        Ok(Self {
            places: places.collect(),
            rows,
            changed: BTreeSet::new(),
        })
    }

    /// One more device has a reason; gives its number.
    pub(crate) fn add(&mut self, why: &Hold, retryable: bool, now: Timestamp) -> i64 {
        let at = self.place(why, retryable);
        let row = &mut self.rows[at];
        row.devices += 1;
        let earlier = row.look.filter(|look| *look > now);
        row.look = match (earlier, why.look) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.changed.insert(at);
        row.reason
    }

    /// The number of a reason that is there already.
    pub(crate) fn known(&self, why: &Hold) -> Option<i64> {
        let key = (why.cause, why.gate, why.held_by, why.text.clone());
        self.places.get(&key).map(|at| self.rows[*at].reason)
    }

    /// One device less has a reason.
    pub(crate) fn remove(&mut self, reason: i64) {
        if let Some(at) = self.rows.iter().position(|row| row.reason == reason) {
            self.rows[at].devices = self.rows[at].devices.saturating_sub(1);
            self.changed.insert(at);
        }
    }

    fn place(&mut self, why: &Hold, retryable: bool) -> usize {
        let key = |text: &str| (why.cause, why.gate, why.held_by, text.to_owned());
        if let Some(at) = self.places.get(&key(&why.text)) {
            return *at;
        }
        let full = self.rows.len() >= MAX_REASONS;
        let text = if full { "another reason" } else { &why.text };
        if let Some(at) = self.places.get(&key(text)) {
            return *at;
        }
        let at = self.rows.len();
        self.rows.push(ReasonRow {
            reason: at as i64,
            cause: why.cause,
            gate: why.gate,
            held_by: why.held_by,
            text: text.to_owned(),
            retryable,
            devices: 0,
            look: None,
        });
        self.places.insert(key(text), at);
        at
    }

    pub(crate) async fn store(
        self,
        connection: &mut Connection<'_>,
        id: OperationId,
    ) -> Result<(), StorageError> {
        for at in self.changed {
            let row = &self.rows[at];
            let arguments = [
                id.0.into(),
                row.reason.into(),
                row.cause.as_str().into(),
                row.gate.map(i64::from).into(),
                row.held_by.map(|id| id.0).into(),
                row.text.as_str().into(),
                row.retryable.into(),
                i64::from(row.devices).into(),
                row.look.map(|at| at.millis()).into(),
            ];
            connection.run(&WRITE, arguments).await?;
        }
        Ok(())
    }
}
