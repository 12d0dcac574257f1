//! Telemetry as series of numbers: packed points and sums (see `core::series`).
//!
//! The messages are the log, and durable before a device hears so. Whoever packs them writes here now and then; after
//! a crash it goes on behind the last message that is taken, and skips what a series has taken already.

use muster_core::ids::{DeviceId, EventSeq};
use muster_core::message::NewMessage;
use muster_core::series::Level;
use muster_core::time::Timestamp;

use crate::engine::{Argument, Column, Row, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::store::Store;

pub(crate) mod change;

pub use change::{PageWrite, SeriesKey};

/// Most messages that are taken at once.
pub const MAX_TAKEN: usize = 2_000;

/// Most series of a device.
pub const MAX_SERIES: usize = 200;

/// Most pages that are read at once.
pub const MAX_PAGES: usize = 50_000;

/// Most series that are read at once.
pub const MAX_SERIES_AT_ONCE: usize = 1_000;

const TAKEN: Sql = Sql::both(
    "asking how far messages are taken",
    "SELECT message_seq FROM series_taken WHERE id = 1",
);

const LOG: Sql = Sql::both(
    "taking messages",
    "SELECT m.seq, m.device_key, d.device_id, m.at, m.properties, m.body
     FROM message AS m
     JOIN device AS d ON d.device_key = m.device_key
     WHERE m.seq > $1
     ORDER BY m.seq
     LIMIT $2",
);

const OF_DEVICE: Sql = Sql::both(
    "listing the series of a device",
    "SELECT s.series_id, s.name FROM series AS s
     JOIN device AS d ON d.device_key = s.device_key
     WHERE d.device_id = $1
     ORDER BY s.name
     LIMIT $2",
);

const OF_MANY: Sql = Sql::pair(
    "finding the series of devices",
    "SELECT s.series_id, d.device_id FROM jsonb_each($2) AS b
     JOIN device AS d ON d.device_id = b.value
     JOIN series AS s ON s.device_key = d.device_key AND s.name = $1",
    "SELECT s.series_id, d.device_id FROM UNNEST($2::TEXT[]) AS b (value)
     JOIN device AS d ON d.device_id = b.value
     JOIN series AS s ON s.device_key = d.device_key AND s.name = $1",
);

/// Chunks that begin before the range may reach into it, but none is longer than a day.
const PAGES: Sql = Sql::pair(
    "reading series",
    "SELECT p.series_id, p.at, p.part, p.data FROM jsonb_each($6) AS b
     CROSS JOIN series_page AS p ON p.series_id = b.value
     WHERE p.level = $1 AND p.at > $2 AND p.at < $3 AND p.until >= $4
     ORDER BY p.series_id, p.at, p.part
     LIMIT $5",
    "SELECT p.series_id, p.at, p.part, p.data FROM UNNEST($6::BIGINT[]) AS b (value)
     JOIN series_page AS p ON p.series_id = b.value
     WHERE p.level = $1 AND p.at > $2 AND p.at < $3 AND p.until >= $4
     ORDER BY p.series_id, p.at, p.part
     LIMIT $5",
);

const OPEN: Sql = Sql::pair(
    "reading the newest points of series",
    "SELECT p.series_id, p.at, p.part, p.data FROM jsonb_each($1) AS b
     CROSS JOIN series AS s ON s.series_id = b.value
     CROSS JOIN series_page AS p
       ON p.series_id = s.series_id AND p.level = 0 AND p.at = s.open_at AND p.part = s.open_part",
    "SELECT p.series_id, p.at, p.part, p.data FROM UNNEST($1::BIGINT[]) AS b (value)
     JOIN series AS s ON s.series_id = b.value
     JOIN series_page AS p
       ON p.series_id = s.series_id AND p.level = 0 AND p.at = s.open_at AND p.part = s.open_part",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&TAKEN, &LOG, &OF_DEVICE, &OF_MANY, &PAGES, &OPEN];

/// The longest time that a chunk of points spans, in milliseconds: a day.
pub const CHUNK_SPAN_MS: i64 = 86_400_000;

/// The number of a series in the hub.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SeriesId(pub i64);

/// A message to take points from.
#[derive(Clone, PartialEq, Debug)]
pub struct LoggedMessage {
    /// Its place in the log.
    pub seq: EventSeq,
    /// The sender as the database numbers it.
    pub device: i64,
    /// The message.
    pub content: NewMessage,
}

/// Packed points or sums as they are stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeriesPage {
    /// Of which series.
    pub series: SeriesId,
    /// Where it begins.
    pub at: Timestamp,
    /// Which of those that begin there.
    pub part: i64,
    /// The packed points or sums.
    pub data: Vec<u8>,
}

impl Store {
    /// The last message up to which everything is taken.
    pub async fn messages_taken(&self) -> Result<EventSeq, StorageError> {
        let mut reader = self.reader().await?;
        Ok(EventSeq(reader.connection().number(&TAKEN, []).await?))
    }

    /// The messages behind `after` in the order they came, at most [`MAX_TAKEN`].
    pub async fn messages_behind(
        &self,
        after: EventSeq,
    ) -> Result<Vec<LoggedMessage>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [after.0.into(), MAX_TAKEN.into()];
        let rows = reader.connection().rows(&LOG, arguments).await?;
        rows.iter().map(logged).collect()
    }

    /// The series of a device by name, at most [`MAX_SERIES`].
    pub async fn series_of(
        &self,
        device: &DeviceId,
    ) -> Result<Vec<(SeriesId, String)>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [device.as_str().into(), MAX_SERIES.into()];
        let rows = reader.connection().rows(&OF_DEVICE, arguments).await?;
        rows.iter()
            .map(|row| Ok((SeriesId(row.get(0)?), row.get(1)?)))
            .collect()
    }

    /// The series of that name of these devices, at most [`MAX_SERIES_AT_ONCE`] of them; devices without it are left
    /// out.
    pub async fn series_named(
        &self,
        name: &str,
        devices: &[DeviceId],
    ) -> Result<Vec<SeriesId>, StorageError> {
        debug_assert!(devices.len() <= MAX_SERIES_AT_ONCE);
        let ids = Table::texts(devices.iter().map(|id| id.as_str().to_owned()));
        let mut reader = self.reader().await?;
        let arguments = [name.into(), ids];
        let rows = reader.connection().rows(&OF_MANY, arguments).await?;
        rows.iter().map(|row| Ok(SeriesId(row.get(0)?))).collect()
    }

    /// The pages of series that touch `from` to before `to`, in the order of series and time: points without a
    /// `level`, sums with one. At most [`MAX_SERIES_AT_ONCE`] series and [`MAX_PAGES`] pages.
    pub async fn series_pages(
        &self,
        series: &[SeriesId],
        level: Option<Level>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<SeriesPage>, StorageError> {
        debug_assert!(series.len() <= MAX_SERIES_AT_ONCE);
        let span = level.map_or(CHUNK_SPAN_MS, Level::page_millis);
        let ids = Column::Int(series.iter().map(|id| Some(id.0)).collect());
        let arguments = [
            level.map_or(0, Level::number).into(),
            from.plus_ms(-span).millis().into(),
            to.millis().into(),
            from.millis().into(),
            MAX_PAGES.into(),
            Argument::Table(Table(vec![ids])),
        ];
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&PAGES, arguments).await?;
        rows.iter().map(page).collect()
    }

    /// The chunks of these series that still grow, as far as they are written. Their sums are not.
    pub async fn open_chunks(&self, series: &[SeriesId]) -> Result<Vec<SeriesPage>, StorageError> {
        debug_assert!(series.len() <= MAX_SERIES_AT_ONCE);
        let ids = Column::Int(series.iter().map(|id| Some(id.0)).collect());
        let mut reader = self.reader().await?;
        let arguments = [Argument::Table(Table(vec![ids]))];
        let rows = reader.connection().rows(&OPEN, arguments).await?;
        rows.iter().map(page).collect()
    }
}

fn page(row: &Row) -> Result<SeriesPage, StorageError> {
    Ok(SeriesPage {
        series: SeriesId(row.get(0)?),
        at: Timestamp::from_millis(row.get(1)?),
        part: row.get(2)?,
        data: row.get(3)?,
    })
}

fn logged(row: &Row) -> Result<LoggedMessage, StorageError> {
    let (seq, device, properties): (i64, String, String) = (row.get(0)?, row.get(2)?, row.get(4)?);
    let bad = |column, cause: &dyn std::fmt::Display| corrupt("message", column, seq, cause);
    Ok(LoggedMessage {
        seq: EventSeq(seq),
        device: row.get(1)?,
        content: NewMessage {
            device: device.parse().map_err(|error| bad("device_id", &error))?,
            at: Timestamp::from_millis(row.get(3)?),
            properties: serde_json::from_str(&properties)
                .map_err(|error| bad("properties", &error))?,
            body: row.get(5)?,
        },
    })
}
