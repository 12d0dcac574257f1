//! Windows, service calendars and places: reading.

use muster_core::device::{ETag, IfMatch};
use muster_core::event::NewEvent;
use muster_core::gate::{Sheet, SheetKind, Slug};

use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::store::Store;

pub(crate) mod change;

/// Most sheets of a kind that are kept.
pub const MAX_SHEETS: u64 = 500;

/// The columns that [`sheet_of`] reads.
macro_rules! columns {
    () => {
        "SELECT kind, sheet_id, document, etag FROM sheet "
    };
}

const FIND: Sql = Sql::both(
    "reading a sheet",
    concat!(columns!(), "WHERE kind = $1 AND sheet_id = $2"),
);

const ALL: Sql = Sql::both(
    "reading the sheets",
    concat!(columns!(), "ORDER BY kind, sheet_id LIMIT $1"),
);

pub(crate) const STATEMENTS: &[&Sql] = &[&FIND, &ALL];

/// A window, a calendar or a place, as it is kept.
#[derive(Clone, PartialEq, Debug)]
pub struct SheetRow {
    /// Its short name, one of its kind.
    pub id: Slug,
    /// Its concurrency token; never the same again, also when it was deleted and made anew.
    pub etag: ETag,
    /// What it says.
    pub sheet: Sheet,
}

/// What a writer demands of the sheet that is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Demand {
    /// Nothing: it is made or replaced.
    Nothing,
    /// There is none yet.
    New,
    /// It is this one.
    Match(IfMatch),
}

/// The end of writing a sheet.
#[derive(Clone, PartialEq, Debug)]
pub enum SheetOutcome {
    /// This is how it is now.
    Done(SheetRow),
    /// There is none of that short name.
    NotFound,
    /// There is one of that short name, or another of that name.
    Taken,
    /// It is not the one that was demanded.
    Conflict {
        /// Its token now.
        current: ETag,
    },
    /// There are [`MAX_SHEETS`] of the kind already.
    TooMany,
    /// An operation that is not over has it as a gate.
    Needed {
        /// The operation's title.
        by: String,
    },
}

impl Store {
    /// All windows, calendars and places.
    pub async fn sheets(&self) -> Result<Vec<SheetRow>, StorageError> {
        let mut reader = self.reader().await?;
        let limit = MAX_SHEETS * SheetKind::ALL.len() as u64;
        let rows = reader.connection().rows(&ALL, [limit.into()]).await?;
        rows.iter().map(sheet_of).collect()
    }

    /// Makes or replaces a sheet.
    pub async fn put_sheet(
        &self,
        id: Slug,
        sheet: Sheet,
        demand: Demand,
        event: NewEvent,
    ) -> Result<SheetOutcome, StorageError> {
        let put = change::Put {
            id,
            sheet,
            demand,
            event,
        };
        self.write("writing a sheet", put).await
    }

    /// Deletes a sheet; the outcome holds what it was.
    pub async fn delete_sheet(
        &self,
        kind: SheetKind,
        id: Slug,
        demand: Demand,
        event: NewEvent,
    ) -> Result<SheetOutcome, StorageError> {
        let delete = change::Delete {
            kind,
            id,
            demand,
            event,
        };
        self.write("deleting a sheet", delete).await
    }

    /// Remembers the zone of devices that name none, under a setting.
    pub async fn set_zone(
        &self,
        key: &'static str,
        zone: String,
        event: NewEvent,
    ) -> Result<(), StorageError> {
        self.write("storing the zone", change::Zone { key, zone, event })
            .await
    }
}

async fn find(
    connection: &mut Connection<'_>,
    kind: SheetKind,
    id: &Slug,
) -> Result<Option<SheetRow>, StorageError> {
    let arguments = [kind.as_str().into(), id.as_str().into()];
    let row = connection.row(&FIND, arguments).await?;
    row.as_ref().map(sheet_of).transpose()
}

fn sheet_of(row: &Row) -> Result<SheetRow, StorageError> {
    let (kind, id, document): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let odd = |why: String| corrupt("sheet", "sheet_id", &id, why);
    let known = SheetKind::from_name(&kind).ok_or_else(|| odd(format!("unknown kind {kind}")))?;
    let json = serde_json::from_str(&document).map_err(|error| odd(error.to_string()))?;
    Ok(SheetRow {
        id: Slug::new(&id).map_err(|unfit| odd(unfit.to_string()))?,
        etag: ETag(row.get::<i64>(3)?.cast_unsigned()),
        sheet: Sheet::from_json(known, json).map_err(|unfit| odd(unfit.to_string()))?,
    })
}
