//! Making and changing windows and calendars.

use leptos::prelude::*;

use super::{RangeInput, RuleInput};
use crate::error::AppError;
use crate::rpc::Compact;

/// Makes a window or a calendar, or changes the one that the form was rendered with. Its short name comes back.
#[server(prefix = "/rpc", endpoint = "windows/save", output = Compact)]
pub async fn save_hours(
    /// `window` or `calendar`.
    kind: String,
    /// The short name; empty for a new one, made from its name.
    #[server(default)]
    id: String,
    /// The token that the form was rendered with; empty for a new one.
    #[server(default)]
    etag: String,
    /// What people call it.
    name: String,
    /// When it is open.
    #[server(default)]
    rules: Vec<RuleInput>,
    /// Days on which it is not.
    #[server(default)]
    closed: Vec<RangeInput>,
    /// The calendar that a window respects, empty for none; the zone that a calendar follows, empty for that of each
    /// device.
    #[server(default)]
    follows: String,
) -> Result<String, AppError> {
    use muster_core::gate::{Calendar, Sheet, Slug, Window, ZoneRule};
    let (hub, permit) = super::begin()?;
    let name = name.trim().to_owned();
    let id = super::slug(&id, &name)?;
    let (rules, closed) = match (super::input::rules(&rules), super::input::ranges(&closed)) {
        (Ok(rules), Ok(closed)) => (rules, closed),
        (rules, closed) => {
            let errors = [rules.err(), closed.err()];
            return Err(AppError::fields(
                errors.into_iter().flatten().flatten().collect(),
            ));
        }
    };
    let sheet = if kind == "calendar" {
        Sheet::Calendar(Calendar {
            name,
            hours: rules,
            holidays: closed,
            zone: match follows.trim() {
                "" => ZoneRule::Device,
                name => ZoneRule::Fixed {
                    name: name.to_owned(),
                },
            },
        })
    } else {
        Sheet::Window(Window {
            name,
            rules,
            blackouts: closed,
            calendar: match follows.trim() {
                "" => None,
                id => Some(Slug::new(id).map_err(AppError::invalid)?),
            },
        })
    };
    let saved = hub.put_sheet(&permit, id, sheet, super::demand(&etag));
    let row = match saved.await {
        Err(muster_service::ServiceError::AlreadyExists) => {
            return Err(AppError::field(
                "name",
                "another one has this name; choose a different one",
            ));
        }
        other => other?,
    };
    super::done(crate::routes::WINDOWS);
    Ok(row.id.to_string())
}
