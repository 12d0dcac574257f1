//! How parts of the fleet kept in touch over time.

use muster_core::time::Timestamp;

use crate::engine::{Argument, Column, Row, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::records::PresenceSample;
use crate::store::Store;
use crate::writer::{Operation, Unit};

/// Most samples that are read at once: a week, minute by minute.
pub const MAX_SAMPLES: usize = 7 * 24 * 60;

const INSERT: Sql = Sql::pair(
    "storing presence samples",
    "INSERT INTO presence_sample (scope, at, connected, reporting, asleep, overdue, silent, never_seen)
     SELECT b.value ->> 0, b.value ->> 1, b.value ->> 2, b.value ->> 3, b.value ->> 4, b.value ->> 5,
            b.value ->> 6, b.value ->> 7
     FROM jsonb_each($1) AS b WHERE 1 = 1
     ON CONFLICT (scope, at) DO NOTHING",
    "INSERT INTO presence_sample (scope, at, connected, reporting, asleep, overdue, silent, never_seen)
     SELECT * FROM UNNEST($1::TEXT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[],
                          $7::BIGINT[], $8::BIGINT[])
     ON CONFLICT (scope, at) DO NOTHING",
);

const READ: Sql = Sql::both(
    "reading presence samples",
    "SELECT at, connected, reporting, asleep, overdue, silent, never_seen FROM presence_sample
     WHERE scope = $1 AND at >= $2 AND at < $3 ORDER BY at LIMIT $4",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&INSERT, &READ];

impl Store {
    /// Stores samples; one of the same scope and time stays as it was.
    pub async fn add_presence_samples(
        &self,
        samples: Vec<PresenceSample>,
    ) -> Result<(), StorageError> {
        self.write("storing presence samples", Add(samples)).await
    }

    /// The samples of a scope of `from` to before `to` in order, at most [`MAX_SAMPLES`].
    pub async fn presence_samples(
        &self,
        scope: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<PresenceSample>, StorageError> {
        let arguments = [
            scope.into(),
            from.millis().into(),
            to.millis().into(),
            MAX_SAMPLES.into(),
        ];
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&READ, arguments).await?;
        rows.iter().map(|row| sample_of(row, scope)).collect()
    }
}

fn sample_of(row: &Row, scope: &str) -> Result<PresenceSample, StorageError> {
    let at: i64 = row.get(0)?;
    let count = |index| {
        let count: i64 = row.get(index)?;
        u32::try_from(count).map_err(|cause| corrupt("presence_sample", "counts", at, cause))
    };
    Ok(PresenceSample {
        scope: scope.to_owned(),
        at: Timestamp::from_millis(at),
        connected: count(1)?,
        reporting: count(2)?,
        asleep: count(3)?,
        overdue: count(4)?,
        silent: count(5)?,
        never_seen: count(6)?,
    })
}

#[derive(Debug)]
struct Add(Vec<PresenceSample>);

impl Operation for Add {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        let ints = |value: fn(&PresenceSample) -> i64| {
            Column::Int(self.0.iter().map(|sample| Some(value(sample))).collect())
        };
        let table = Table(vec![
            Column::Text(
                self.0
                    .iter()
                    .map(|sample| Some(sample.scope.clone().into()))
                    .collect(),
            ),
            ints(|sample| sample.at.millis()),
            ints(|sample| sample.connected.into()),
            ints(|sample| sample.reporting.into()),
            ints(|sample| sample.asleep.into()),
            ints(|sample| sample.overdue.into()),
            ints(|sample| sample.silent.into()),
            ints(|sample| sample.never_seen.into()),
        ]);
        unit.connection
            .run(&INSERT, [Argument::Table(table)])
            .await?;
        Ok(())
    }
}
