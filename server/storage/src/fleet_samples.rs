//! How parts of the fleet were over a year: presence, drift and firmware at moments.

use muster_core::time::Timestamp;

use crate::engine::{Argument, Column, Row, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::store::Store;
use crate::writer::{Operation, Unit};

/// Most samples that are read at once: a year of hours, and eight days of five minutes.
pub const MAX_FLEET_SAMPLES: usize = 366 * 24 + 8 * 288;

const INSERT: Sql = Sql::pair(
    "storing samples of the fleet",
    "INSERT INTO fleet_sample
       (scope, at, connected, drift, reporting, asleep, overdue, silent, never_seen, firmware)
     SELECT b.value ->> 0, b.value ->> 1, b.value ->> 2, b.value ->> 3, b.value ->> 4, b.value ->> 5,
            b.value ->> 6, b.value ->> 7, b.value ->> 8, b.value ->> 9
     FROM jsonb_each($1) AS b WHERE 1 = 1
     ON CONFLICT (scope, at) DO NOTHING",
    "INSERT INTO fleet_sample
       (scope, at, connected, drift, reporting, asleep, overdue, silent, never_seen, firmware)
     SELECT * FROM UNNEST($1::TEXT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[],
                          $7::BIGINT[], $8::BIGINT[], $9::BIGINT[], $10::TEXT[])
     ON CONFLICT (scope, at) DO NOTHING",
);

const READ: Sql = Sql::both(
    "reading samples of the fleet",
    "SELECT at, connected, drift, reporting, asleep, overdue, silent, never_seen, firmware FROM fleet_sample
     WHERE scope = $1 AND at >= $2 AND at < $3 ORDER BY at LIMIT $4",
);

/// Of each hour the moment stays at which most devices were out of contact, the first of several: a short outage
/// stays visible, and the parts are still those of one moment.
const THIN: Sql = Sql::both(
    "rolling samples of the fleet up",
    "DELETE FROM fleet_sample AS a WHERE a.at >= $1 AND a.at < $2 AND EXISTS
     (SELECT 1 FROM fleet_sample AS b
      WHERE b.scope = a.scope AND b.at >= a.at - a.at % 3600000 AND b.at < a.at - a.at % 3600000 + 3600000
        AND (b.overdue + b.silent + b.never_seen > a.overdue + a.silent + a.never_seen
             OR (b.overdue + b.silent + b.never_seen = a.overdue + a.silent + a.never_seen AND b.at < a.at)))",
);

const PRUNE: Sql = Sql::both(
    "removing old samples of the fleet",
    "DELETE FROM fleet_sample WHERE at < $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&INSERT, &READ, &THIN, &PRUNE];

/// How the devices of a scope that are in service were at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FleetSample {
    /// The scope in canonical text; empty for the whole fleet.
    pub scope: String,
    /// When.
    pub at: Timestamp,
    /// With an open connection.
    pub connected: u32,
    /// With reported properties that differ from desired ones.
    pub drift: u32,
    /// By contact, in the order of [`muster_core::contact::Contact::ALL`].
    pub contact: [u32; 5],
    /// The versions that most devices report, with how many do, most first.
    pub firmware: Vec<(String, u32)>,
}

impl Store {
    /// Stores samples; one of the same scope and time stays as it was.
    pub async fn add_fleet_samples(&self, samples: Vec<FleetSample>) -> Result<(), StorageError> {
        self.write("storing samples of the fleet", Add(samples))
            .await
    }

    /// The samples of a scope of `from` to before `to` in order, at most [`MAX_FLEET_SAMPLES`].
    pub async fn fleet_samples(
        &self,
        scope: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<FleetSample>, StorageError> {
        let arguments = [
            scope.into(),
            from.millis().into(),
            to.millis().into(),
            MAX_FLEET_SAMPLES.into(),
        ];
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&READ, arguments).await?;
        rows.iter().map(|row| sample_of(row, scope)).collect()
    }

    /// Leaves one sample per hour of `from` to before `to`, both whole hours since 1970, and none before `older`.
    pub async fn tidy_fleet_samples(
        &self,
        from: Timestamp,
        to: Timestamp,
        older: Timestamp,
    ) -> Result<(), StorageError> {
        let tidy = Tidy { from, to, older };
        self.write_behind("rolling samples of the fleet up", tidy)
            .await
    }
}

fn sample_of(row: &Row, scope: &str) -> Result<FleetSample, StorageError> {
    let at: i64 = row.get(0)?;
    let bad = |column, cause: &dyn std::fmt::Display| corrupt("fleet_sample", column, at, cause);
    let count = |index| {
        let count: i64 = row.get(index)?;
        u32::try_from(count).map_err(|cause| bad("counts", &cause))
    };
    let firmware: String = row.get(8)?;
    Ok(FleetSample {
        scope: scope.to_owned(),
        at: Timestamp::from_millis(at),
        connected: count(1)?,
        drift: count(2)?,
        contact: [count(3)?, count(4)?, count(5)?, count(6)?, count(7)?],
        firmware: serde_json::from_str(&firmware).map_err(|cause| bad("firmware", &cause))?,
    })
}

#[derive(Debug)]
struct Add(Vec<FleetSample>);

impl Operation for Add {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        let samples = || self.0.iter();
        let ints = |value: &dyn Fn(&FleetSample) -> i64| {
            Column::Int(samples().map(|sample| Some(value(sample))).collect())
        };
        let versions = |sample: &FleetSample| {
            let text = serde_json::to_string(&sample.firmware).expect("texts and counts are JSON");
            Some(text.into())
        };
        let mut columns = vec![
            Column::Text(samples().map(|s| Some(s.scope.clone().into())).collect()),
            ints(&|sample| sample.at.millis()),
            ints(&|sample| sample.connected.into()),
            ints(&|sample| sample.drift.into()),
        ];
        columns.extend((0..5).map(|index| ints(&|sample| sample.contact[index].into())));
        columns.push(Column::Text(samples().map(versions).collect()));
        unit.connection
            .run(&INSERT, [Argument::Table(Table(columns))])
            .await?;
        Ok(())
    }
}

#[derive(Debug)]
struct Tidy {
    from: Timestamp,
    to: Timestamp,
    older: Timestamp,
}

impl Operation for Tidy {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        let range = [self.from.millis().into(), self.to.millis().into()];
        unit.connection.run(&THIN, range).await?;
        unit.connection
            .run(&PRUNE, [self.older.millis().into()])
            .await?;
        Ok(())
    }
}
