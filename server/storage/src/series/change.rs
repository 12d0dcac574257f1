//! Writing series.

use std::collections::BTreeMap;

use muster_core::ids::EventSeq;
use muster_core::series::{Level, Rollup};
use muster_core::time::Timestamp;

use super::{MAX_SERIES, SeriesId};
use crate::engine::{Argument, Column, Row, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::store::Store;
use crate::writer::{Operation, Unit};

const LAST: Sql = Sql::both(
    "numbering series",
    "SELECT COALESCE(MAX(series_id), 0) FROM series",
);

/// Of devices that are still there.
const INSERT: Sql = Sql::pair(
    "making series",
    "INSERT INTO series (series_id, device_key, name, taken)
     SELECT $1 + b.key + 1, b.value ->> 0, b.value ->> 1, 0 FROM jsonb_each($2) AS b
     WHERE EXISTS (SELECT 1 FROM device AS d WHERE d.device_key = b.value ->> 0)
     ON CONFLICT (device_key, name) DO NOTHING",
    "INSERT INTO series (series_id, device_key, name, taken)
     SELECT $1 + b.place, b.device_key, b.name, 0
     FROM UNNEST($2::BIGINT[], $3::TEXT[]) WITH ORDINALITY AS b (device_key, name, place)
     WHERE EXISTS (SELECT 1 FROM device AS d WHERE d.device_key = b.device_key)
     ON CONFLICT (device_key, name) DO NOTHING",
);

const COUNTS: Sql = Sql::pair(
    "counting the series of devices",
    "SELECT s.device_key, COUNT(*) FROM series AS s
     WHERE s.device_key IN (SELECT b.value FROM jsonb_each($1) AS b) GROUP BY s.device_key",
    "SELECT s.device_key, COUNT(*) FROM series AS s
     WHERE s.device_key IN (SELECT * FROM UNNEST($1::BIGINT[])) GROUP BY s.device_key",
);

/// With the chunk of each that still grows.
const FIND: Sql = Sql::pair(
    "finding series",
    "SELECT s.device_key, s.name, s.series_id, s.taken, p.at, p.part, p.data
     FROM jsonb_each($1) AS b
     JOIN series AS s ON s.device_key = b.value ->> 0 AND s.name = b.value ->> 1
     LEFT JOIN series_page AS p
       ON p.series_id = s.series_id AND p.level = 0 AND p.at = s.open_at AND p.part = s.open_part",
    "SELECT s.device_key, s.name, s.series_id, s.taken, p.at, p.part, p.data
     FROM UNNEST($1::BIGINT[], $2::TEXT[]) AS b (device_key, name)
     JOIN series AS s ON s.device_key = b.device_key AND s.name = b.name
     LEFT JOIN series_page AS p
       ON p.series_id = s.series_id AND p.level = 0 AND p.at = s.open_at AND p.part = s.open_part",
);

const SUMS: Sql = Sql::pair(
    "reading sums",
    "SELECT p.series_id, p.level, p.at, p.until, p.data FROM jsonb_each($1) AS b
     CROSS JOIN series_page AS p ON p.series_id = b.value ->> 0 AND p.level = b.value ->> 1
      AND p.at = b.value ->> 2 AND p.part = 0",
    "SELECT p.series_id, p.level, p.at, p.until, p.data
     FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[]) AS b (series_id, level, at)
     JOIN series_page AS p ON p.series_id = b.series_id AND p.level = b.level AND p.at = b.at AND p.part = 0",
);

/// Of series that are still there.
const WRITE: Sql = Sql::pair(
    "writing series",
    "INSERT INTO series_page (series_id, level, at, part, until, data)
     SELECT b.value ->> 0, b.value ->> 1, b.value ->> 2, b.value ->> 3, b.value ->> 4, unhex(b.value ->> 5)
     FROM jsonb_each($1) AS b
     WHERE EXISTS (SELECT 1 FROM series AS s WHERE s.series_id = b.value ->> 0)
     ON CONFLICT (series_id, level, at, part) DO UPDATE SET until = excluded.until, data = excluded.data",
    "INSERT INTO series_page (series_id, level, at, part, until, data)
     SELECT b.* FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BYTEA[])
       AS b (series_id, level, at, part, until, data)
     WHERE EXISTS (SELECT 1 FROM series AS s WHERE s.series_id = b.series_id)
     ON CONFLICT (series_id, level, at, part) DO UPDATE SET until = excluded.until, data = excluded.data",
);

const TAKE: Sql = Sql::pair(
    "noting what series have taken",
    "UPDATE series SET taken = b.value ->> 1, open_at = b.value ->> 2, open_part = b.value ->> 3
     FROM jsonb_each($1) AS b WHERE series_id = b.value ->> 0",
    "UPDATE series SET taken = b.taken, open_at = b.open_at, open_part = b.open_part
     FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[]) AS b (id, taken, open_at, open_part)
     WHERE series_id = b.id",
);

const TAKE_ALL: Sql = Sql::both(
    "noting how far messages are taken",
    "UPDATE series_taken SET message_seq = $1 WHERE id = 1",
);

const PRUNE: Sql = Sql::both(
    "removing old series",
    "DELETE FROM series_page WHERE (series_id, level, at, part) IN
     (SELECT series_id, level, at, part FROM series_page WHERE level = $1 AND until < $2 ORDER BY until LIMIT $3)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &LAST, &COUNTS, &INSERT, &FIND, &SUMS, &WRITE, &TAKE, &TAKE_ALL, &PRUNE,
];

/// A series as it was left: what going on with it needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeriesKey {
    /// The device as the database numbers it.
    pub device: i64,
    /// The name of the field.
    pub name: String,
    /// The number of the series.
    pub id: SeriesId,
    /// The last message whose points are stored.
    pub taken: EventSeq,
    /// The chunk that still grows: where it begins, which one it is, and its points.
    pub open: Option<(Timestamp, i64, Vec<u8>)>,
}

/// What there is to write about a series.
#[derive(Clone, PartialEq, Debug)]
pub struct PageWrite {
    /// Which.
    pub series: SeriesId,
    /// Chunks, whole: where each begins, which one it is, where it ends, its packed points.
    pub chunks: Vec<(Timestamp, i64, Timestamp, Vec<u8>)>,
    /// Sums to add to those that are stored.
    pub sums: Vec<(Level, Rollup)>,
    /// The last message whose points are in this.
    pub taken: EventSeq,
    /// Which chunk still grows; the sums of all others are stored.
    pub open: Option<(Timestamp, i64)>,
}

impl Store {
    /// Finds series by device and name, and makes those that are missing: up to [`MAX_SERIES`] per device. Devices that
    /// are gone get none.
    pub async fn ensure_series(
        &self,
        names: Vec<(i64, String)>,
    ) -> Result<Vec<SeriesKey>, StorageError> {
        self.write("making series", Ensure(names)).await
    }

    /// Stores what was packed, and then that every message up to `taken` is, if that is so. Series that are gone are
    /// left out.
    pub async fn write_series(
        &self,
        pages: Vec<PageWrite>,
        taken: Option<EventSeq>,
    ) -> Result<(), StorageError> {
        self.write("writing series", Write { pages, taken }).await
    }

    /// Removes pages that end before `older`, at most `limit`: points without a `level`, sums with one.
    pub async fn prune_series(
        &self,
        level: Option<Level>,
        older: Timestamp,
        limit: usize,
    ) -> Result<u64, StorageError> {
        let prune = Prune {
            level,
            older,
            limit,
        };
        self.write("removing old series", prune).await
    }
}

#[derive(Debug)]
struct Ensure(Vec<(i64, String)>);

impl Operation for Ensure {
    type Output = Vec<SeriesKey>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Vec<SeriesKey>, StorageError> {
        let new = self.within_bounds(unit).await?;
        let names = |of: &[(i64, String)]| {
            let devices = of.iter().map(|(device, _)| Some(*device));
            let names = of.iter().map(|(_, name)| Some(name.clone().into()));
            Argument::Table(Table(vec![
                Column::Int(devices.collect()),
                Column::Text(names.collect()),
            ]))
        };
        let last = unit.connection.number(&LAST, []).await?;
        unit.connection
            .run(&INSERT, [last.into(), names(&new)])
            .await?;
        let rows = unit.connection.rows(&FIND, [names(&self.0)]).await?;
        rows.iter().map(key).collect()
    }
}

impl Ensure {
    /// The names without those that would be too many for their device.
    async fn within_bounds(&self, unit: &mut Unit<'_>) -> Result<Vec<(i64, String)>, StorageError> {
        let devices = Column::Int(self.0.iter().map(|(device, _)| Some(*device)).collect());
        let table = Argument::Table(Table(vec![devices]));
        let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
        for row in unit.connection.rows(&COUNTS, [table]).await? {
            counts.insert(row.get(0)?, row.get(1)?);
        }
        let most = i64::try_from(MAX_SERIES).unwrap_or(i64::MAX);
        let fits = |(device, _): &&(i64, String)| {
            let count = counts.entry(*device).or_default();
            *count += 1;
            *count <= most
        };
        Ok(self.0.iter().filter(fits).cloned().collect())
    }
}

fn key(row: &Row) -> Result<SeriesKey, StorageError> {
    let at: Option<i64> = row.get(4)?;
    let open = match at {
        Some(at) => Some((Timestamp::from_millis(at), row.get(5)?, row.get(6)?)),
        None => None,
    };
    Ok(SeriesKey {
        device: row.get(0)?,
        name: row.get(1)?,
        id: SeriesId(row.get(2)?),
        taken: EventSeq(row.get(3)?),
        open,
    })
}

#[derive(Debug)]
struct Write {
    pages: Vec<PageWrite>,
    taken: Option<EventSeq>,
}

/// Series, level and begin of a page of sums.
type SumsKey = (i64, Level, Timestamp);

impl Operation for Write {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        let mut rows = Rows::default();
        for page in &self.pages {
            for (at, part, until, data) in &page.chunks {
                rows.push((page.series.0, 0, *at, *part), *until, data.clone());
            }
        }
        let sums = self.sums();
        for (key, rollup) in self.stored_sums(unit, sums).await? {
            let (series, level, begin) = key;
            let until = rollup
                .buckets()
                .last()
                .map_or(begin, |bucket| bucket.at.plus_ms(level.millis() - 1));
            let data = rollup.pack(level, begin);
            rows.push((series, level.number(), begin, 0), until, data);
        }
        if !rows.0.is_empty() {
            unit.connection.run(&WRITE, [rows.table()]).await?;
        }
        if !self.pages.is_empty() {
            let ids = self.pages.iter().map(|page| Some(page.series.0));
            let taken = self.pages.iter().map(|page| Some(page.taken.0));
            let at = self.pages.iter().map(|p| p.open.map(|(at, _)| at.millis()));
            let part = self.pages.iter().map(|p| p.open.map(|(_, part)| part));
            let table = Table(vec![
                Column::Int(ids.collect()),
                Column::Int(taken.collect()),
                Column::Int(at.collect()),
                Column::Int(part.collect()),
            ]);
            unit.connection.run(&TAKE, [Argument::Table(table)]).await?;
        }
        if let Some(taken) = self.taken {
            unit.connection.run(&TAKE_ALL, [taken.0.into()]).await?;
        }
        Ok(())
    }
}

impl Write {
    /// The new sums by page.
    fn sums(&self) -> BTreeMap<SumsKey, Rollup> {
        let mut sums: BTreeMap<SumsKey, Rollup> = BTreeMap::new();
        for page in &self.pages {
            for (level, rollup) in &page.sums {
                for bucket in rollup.buckets() {
                    let key = (page.series.0, *level, level.page_of(bucket.at));
                    sums.entry(key).or_default().add(*bucket);
                }
            }
        }
        sums
    }

    /// The stored sums of these pages with the new ones added.
    async fn stored_sums(
        &self,
        unit: &mut Unit<'_>,
        mut sums: BTreeMap<SumsKey, Rollup>,
    ) -> Result<BTreeMap<SumsKey, Rollup>, StorageError> {
        if sums.is_empty() {
            return Ok(sums);
        }
        let ints = |value: fn(&SumsKey) -> i64| {
            Column::Int(sums.keys().map(|key| Some(value(key))).collect())
        };
        let table = Table(vec![
            ints(|key| key.0),
            ints(|key| key.1.number()),
            ints(|key| key.2.millis()),
        ]);
        let stored = unit
            .connection
            .rows(&SUMS, [Argument::Table(table)])
            .await?;
        for row in &stored {
            let (series, number, at): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let bad = |cause: &str| corrupt("series_page", "data", series, cause);
            let level = Level::ALL.into_iter().find(|l| l.number() == number);
            let level = level.ok_or_else(|| bad("no such level"))?;
            let (begin, data) = (Timestamp::from_millis(at), row.get::<Vec<u8>>(4)?);
            let mut whole =
                Rollup::unpack(&data, level, begin).map_err(|error| bad(&error.to_string()))?;
            if let Some(new) = sums.get_mut(&(series, level, begin)) {
                for bucket in new.buckets() {
                    whole.add(*bucket);
                }
                *new = whole;
            }
        }
        Ok(sums)
    }
}

/// Pages about to be written, by column.
#[derive(Default)]
struct Rows(Vec<(PageKey, Timestamp, Vec<u8>)>);

/// Series, level, begin and part.
type PageKey = (i64, i64, Timestamp, i64);

impl Rows {
    fn push(&mut self, key: PageKey, until: Timestamp, data: Vec<u8>) {
        self.0.push((key, until, data));
    }

    fn table(self) -> Argument {
        let ints = |value: fn(&PageKey) -> i64| {
            Column::Int(self.0.iter().map(|(key, ..)| Some(value(key))).collect())
        };
        let columns = vec![
            ints(|key| key.0),
            ints(|key| key.1),
            ints(|key| key.2.millis()),
            ints(|key| key.3),
            Column::Int(
                self.0
                    .iter()
                    .map(|(_, until, _)| Some(until.millis()))
                    .collect(),
            ),
            Column::Bytes(self.0.into_iter().map(|(_, _, data)| Some(data)).collect()),
        ];
        Argument::Table(Table(columns))
    }
}

#[derive(Debug)]
struct Prune {
    level: Option<Level>,
    older: Timestamp,
    limit: usize,
}

impl Operation for Prune {
    type Output = u64;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<u64, StorageError> {
        let arguments = [
            self.level.map_or(0, Level::number).into(),
            self.older.millis().into(),
            self.limit.into(),
        ];
        unit.connection.run(&PRUNE, arguments).await
    }
}
