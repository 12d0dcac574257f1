//! Windows, service calendars and places: within the writer's transaction.

use muster_core::device::ETag;
use muster_core::event::NewEvent;
use muster_core::gate::{Sheet, SheetKind, Slug};
use muster_core::operation::Plan;

use super::{Demand, MAX_SHEETS, SheetOutcome, SheetRow, find};
use crate::change::{BooksNews, Change};
use crate::engine::{Connection, Sql};
use crate::error::{StorageError, corrupt};
use crate::settings;
use crate::writer::{Operation, Unit};

const PUT: Sql = Sql::both(
    "writing a sheet",
    "INSERT INTO sheet (kind, sheet_id, name, document, etag, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (kind, sheet_id) DO UPDATE
     SET name = excluded.name, document = excluded.document, etag = excluded.etag, changed_at = excluded.changed_at",
);

const DELETE: Sql = Sql::both(
    "deleting a sheet",
    "DELETE FROM sheet WHERE kind = $1 AND sheet_id = $2",
);

const COUNT: Sql = Sql::both(
    "counting sheets",
    "SELECT COUNT(*) FROM sheet WHERE kind = $1",
);

const COUNT_NAME: Sql = Sql::both(
    "looking for a sheet's name",
    "SELECT COUNT(*) FROM sheet WHERE kind = $1 AND name = $2 AND sheet_id <> $3",
);

const OPEN_PLANS: Sql = Sql::both(
    "reading plans that may need a sheet",
    "SELECT operation_id, plan FROM operation WHERE open = 1 ORDER BY operation_id",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&PUT, &DELETE, &COUNT, &COUNT_NAME, &OPEN_PLANS];

#[derive(Debug)]
pub(super) struct Put {
    pub(super) id: Slug,
    pub(super) sheet: Sheet,
    pub(super) demand: Demand,
    pub(super) event: NewEvent,
}

impl Operation for Put {
    type Output = SheetOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<SheetOutcome, StorageError> {
        let (kind, name) = (self.sheet.kind(), self.sheet.name());
        let before = find(&mut unit.connection, kind, &self.id).await?;
        if let Some(refused) = self.demand.refuses(before.as_ref()) {
            return Ok(refused);
        }
        let connection = &mut unit.connection;
        let of_kind = [kind.as_str().into()];
        if before.is_none()
            && connection.number(&COUNT, of_kind).await?.cast_unsigned() >= MAX_SHEETS
        {
            return Ok(SheetOutcome::TooMany);
        }
        let same = [kind.as_str().into(), name.into(), self.id.as_str().into()];
        if connection.number(&COUNT_NAME, same).await? > 0 {
            return Ok(SheetOutcome::Taken);
        }
        let event = unit.event(self.event.clone());
        // The number of the event that wrote it: never the same again.
        let etag = ETag(event.seq.0.cast_unsigned());
        let arguments = [
            kind.as_str().into(),
            self.id.as_str().into(),
            name.into(),
            self.sheet.to_json().to_string().into(),
            etag.0.into(),
            event.at.millis().into(),
        ];
        unit.connection.run(&PUT, arguments).await?;
        let row = SheetRow {
            id: self.id.clone(),
            etag,
            sheet: self.sheet.clone(),
        };
        let news = BooksNews::Kept(row.clone());
        unit.announce(vec![event], Change::Books(news));
        Ok(SheetOutcome::Done(row))
    }
}

#[derive(Debug)]
pub(super) struct Delete {
    pub(super) kind: SheetKind,
    pub(super) id: Slug,
    pub(super) demand: Demand,
    pub(super) event: NewEvent,
}

impl Operation for Delete {
    type Output = SheetOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<SheetOutcome, StorageError> {
        let before = find(&mut unit.connection, self.kind, &self.id).await?;
        if let Some(refused) = self.demand.refuses(before.as_ref()) {
            return Ok(refused);
        }
        let Some(before) = before else {
            return Ok(SheetOutcome::NotFound);
        };
        if let Some(by) = needed_by(&mut unit.connection, self.kind, &self.id).await? {
            return Ok(SheetOutcome::Needed { by });
        }
        let arguments = [self.kind.as_str().into(), self.id.as_str().into()];
        unit.connection.run(&DELETE, arguments).await?;
        let event = unit.event(self.event.clone());
        let news = BooksNews::Gone(self.kind, self.id.clone());
        unit.announce(vec![event], Change::Books(news));
        Ok(SheetOutcome::Done(before))
    }
}

/// The title of an operation that is not over and has the sheet as a gate.
async fn needed_by(
    connection: &mut Connection<'_>,
    kind: SheetKind,
    id: &Slug,
) -> Result<Option<String>, StorageError> {
    for row in connection.rows(&OPEN_PLANS, []).await? {
        let (operation, plan): (i64, String) = (row.get(0)?, row.get(1)?);
        let plan: Plan = serde_json::from_str(&plan)
            .map_err(|error| corrupt("operation", "plan", operation, error))?;
        let gates = &plan.how.gates;
        if gates
            .iter()
            .any(|gate| gate.needs() == Some((kind, id.as_str())))
        {
            return Ok(Some(plan.title));
        }
    }
    Ok(None)
}

impl Demand {
    /// Why the writer does not want what is there.
    fn refuses(&self, before: Option<&SheetRow>) -> Option<SheetOutcome> {
        match (self, before) {
            (Self::Nothing, _) | (Self::New, None) => None,
            (Self::New, Some(_)) => Some(SheetOutcome::Taken),
            (Self::Match(_), None) => Some(SheetOutcome::NotFound),
            (Self::Match(demand), Some(row)) => {
                let current = row.etag;
                (!demand.matches(current)).then_some(SheetOutcome::Conflict { current })
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct Zone {
    pub(super) key: &'static str,
    pub(super) zone: String,
    pub(super) event: NewEvent,
}

impl Operation for Zone {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        settings::write(&mut unit.connection, self.key, &self.zone).await?;
        let event = unit.event(self.event.clone());
        let news = BooksNews::Zone(self.zone.clone());
        unit.announce(vec![event], Change::Books(news));
        Ok(())
    }
}
