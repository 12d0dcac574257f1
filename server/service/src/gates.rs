//! Context: windows, calendars and places are kept here, and devices judged by them.

use muster_core::event::{EventKind, NewEvent};
use muster_core::gate::{Sheet, SheetKind, Slug, Span, State, Zone};
use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_storage::{Demand, SheetOutcome, SheetRow};
use serde_json::json;

use crate::access::kinds::KeepWindows;
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

mod books;
mod prepared;

pub use books::{Books, Shelf, ZoneOf};
pub use prepared::Prepared;

/// Setting with the zone of devices that name none.
pub(crate) const ZONE: &str = "gates.zone";

/// Most openings that are told at once.
pub const MAX_OPENINGS: usize = 100;

impl Hub {
    /// Windows, calendars and places as they are now. They are the hub's, not of any scope: whoever sees devices reads them.
    pub fn shelf(&self, access: &Access) -> Result<std::sync::Arc<Shelf>, ServiceError> {
        if !access.can(Action::SeeDevices) {
            return Err(ServiceError::Forbidden(Action::SeeDevices));
        }
        Ok(self.books().shelf())
    }

    /// The next openings of a window, or service hours of a calendar, that end after `from`, in a zone.
    pub fn openings(
        &self,
        access: &Access,
        kind: SheetKind,
        id: &Slug,
        zone: &Zone,
        from: Timestamp,
        count: usize,
    ) -> Result<Vec<Span>, ServiceError> {
        if !(1..=MAX_OPENINGS).contains(&count) {
            return Err(ServiceError::Invalid(format!(
                "1 to {MAX_OPENINGS} openings are told at once"
            )));
        }
        let shelf = self.shelf(access)?;
        let hours = shelf.hours(kind, id, zone).ok_or(ServiceError::NotFound)?;
        Ok(hours.openings(from).take(count).collect())
    }

    /// What is at this moment in a zone, and until when.
    pub fn state_of(
        &self,
        access: &Access,
        kind: SheetKind,
        id: &Slug,
        zone: &Zone,
    ) -> Result<State, ServiceError> {
        let shelf = self.shelf(access)?;
        let state = shelf.state(kind, id, zone, self.now());
        state.ok_or(ServiceError::NotFound)
    }

    /// Makes or replaces a window, a calendar or a place.
    pub async fn put_sheet(
        &self,
        permit: &Permit<KeepWindows>,
        id: Slug,
        sheet: Sheet,
        demand: Demand,
    ) -> Result<SheetRow, ServiceError> {
        let unfit = |unfit: muster_core::gate::Unfit| ServiceError::Invalid(unfit.to_string());
        sheet.check().map_err(unfit)?;
        let _turn = self.books().turn().await;
        self.books().shelf().check(&id, &sheet, self.now())?;
        let kind = sheet.kind();
        let detail = json!({ "kind": kind, "id": id, "name": sheet.name() });
        let event = self.books_event(permit.access(), EventKind::WindowSaved, detail);
        let done = self.store().put_sheet(id, sheet, demand, event).await?;
        outcome(kind, done)
    }

    /// Deletes a window, a calendar or a place that nothing needs.
    pub async fn delete_sheet(
        &self,
        permit: &Permit<KeepWindows>,
        kind: SheetKind,
        id: Slug,
        demand: Demand,
    ) -> Result<(), ServiceError> {
        let _turn = self.books().turn().await;
        let shelf = self.books().shelf();
        let name = shelf.name(kind, &id).ok_or(ServiceError::NotFound)?;
        self.is_free(&shelf, kind, &id)?;
        let detail = json!({ "kind": kind, "id": id, "name": name });
        let event = self.books_event(permit.access(), EventKind::WindowDeleted, detail);
        let done = self.store().delete_sheet(kind, id, demand, event).await?;
        outcome(kind, done).map(|_| ())
    }

    /// Whether nothing needs a sheet any more.
    fn is_free(&self, shelf: &Shelf, kind: SheetKind, id: &Slug) -> Result<(), ServiceError> {
        let windows = shelf.windows_with(kind, id);
        if windows.is_empty() {
            return Ok(());
        }
        Err(ServiceError::Invalid(format!(
            "{id} is respected by the windows {}; take it out there first",
            windows.join(", ")
        )))
    }

    /// The zone of devices that name none and stand on no site with one.
    pub async fn set_default_zone(
        &self,
        permit: &Permit<KeepWindows>,
        name: &str,
    ) -> Result<(), ServiceError> {
        let zone = zone_named(name)?;
        let _turn = self.books().turn().await;
        let before = self.books().shelf().default_zone().name().to_owned();
        let name = zone.name().to_owned();
        let detail = json!({ "zone": name, "before": before });
        let event = self.books_event(permit.access(), EventKind::ZoneChanged, detail);
        Ok(self.store().set_zone(ZONE, name, event).await?)
    }

    fn books_event(&self, access: &Access, kind: EventKind, detail: serde_json::Value) -> NewEvent {
        NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind,
            detail,
        }
    }
}

/// The zone of a name, or an error that says what to give.
pub fn zone_named(name: &str) -> Result<Zone, ServiceError> {
    Zone::find(name).ok_or_else(|| {
        ServiceError::Invalid(format!(
            "{name:?} is no time zone; give a name of the time zone database, such as Europe/Berlin or UTC"
        ))
    })
}

fn outcome(kind: SheetKind, outcome: SheetOutcome) -> Result<SheetRow, ServiceError> {
    match outcome {
        SheetOutcome::Done(row) => Ok(row),
        SheetOutcome::NotFound => Err(ServiceError::NotFound),
        SheetOutcome::Taken => Err(ServiceError::AlreadyExists),
        SheetOutcome::Conflict { current } => Err(ServiceError::Conflict { current }),
        SheetOutcome::Needed { by } => Err(ServiceError::Invalid(format!(
            "this {} is a gate of the operation “{by}”; it can be deleted once that is over",
            kind.as_str()
        ))),
        SheetOutcome::TooMany => Err(ServiceError::Invalid(format!(
            "the hub keeps at most {} of a kind; delete a {} that nobody needs",
            muster_storage::MAX_SHEETS,
            kind.as_str()
        ))),
    }
}
