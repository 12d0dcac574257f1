//! What the form of a window or a calendar begins with.

use leptos::prelude::*;

use super::HoursForm;
use crate::error::AppError;
use crate::rpc::Compact;

/// A window or a calendar as a form; an empty one for the id `-`.
#[server(prefix = "/rpc", endpoint = "windows/form", output = Compact)]
pub async fn read_form(
    /// `window` or `calendar`.
    kind: String,
    /// The short name.
    id: String,
) -> Result<HoursForm, AppError> {
    use muster_core::gate::{Sheet, SheetKind, Slug, ZoneRule};

    use super::{RangeInput, RuleInput, read};
    let (hub, permit) = super::begin()?;
    let access = permit.access();
    let shelf = hub.shelf(access)?;
    let calendars = shelf.all(SheetKind::Calendar);
    let mut form = HoursForm {
        calendars: calendars
            .map(|row| (row.id.to_string(), row.sheet.name().to_owned()))
            .collect(),
        zones: read::zone_names(&hub, access, &shelf),
        ..HoursForm::default()
    };
    if id == crate::routes::NEW {
        form.rules.push(RuleInput {
            kind: "weekly".to_owned(),
            days: read::default_days(),
            start: "02:00".to_owned(),
            end: "04:00".to_owned(),
            ..RuleInput::default()
        });
        return Ok(form);
    }
    let kind = SheetKind::from_name(&kind).ok_or(AppError::NotFound)?;
    let id = Slug::new(&id).map_err(|_| AppError::NotFound)?;
    let row = shelf.find(kind, &id).ok_or(AppError::NotFound)?;
    let (rules, closed) = match &row.sheet {
        Sheet::Window(window) => {
            let calendar = window.calendar.as_ref();
            form.calendar = calendar.map(ToString::to_string).unwrap_or_default();
            (&window.rules, &window.blackouts)
        }
        Sheet::Calendar(calendar) => {
            if let ZoneRule::Fixed { name } = &calendar.zone {
                form.zone.clone_from(name);
            }
            (&calendar.hours, &calendar.holidays)
        }
        Sheet::Place(_) => return Err(AppError::NotFound),
    };
    form.rules = rules.iter().map(RuleInput::of).collect();
    form.closed = closed.iter().map(RangeInput::of).collect();
    form.id = id.to_string();
    form.etag = row.etag.to_string();
    row.sheet.name().clone_into(&mut form.name);
    Ok(form)
}
