//! Maintenance windows and service calendars.

mod delete;
mod form;
mod input;
#[cfg(feature = "ssr")]
mod read;
mod save;
mod set_zone;
mod today;
mod week;
mod wire;

pub use delete::{DeleteSheet, delete_sheet};
pub use form::{ReadForm, read_form};
pub use input::{RangeInput, RuleInput};
pub use save::{SaveHours, save_hours};
pub use set_zone::{SetZone, set_zone};
pub use today::{ReadToday, read_today};
pub use week::{ReadWeek, read_week};
pub use wire::{Day, HoursForm, HoursView, Today, Week, ZoneView};

#[cfg(feature = "ssr")]
pub(super) use read::zone_names;

#[cfg(feature = "ssr")]
use muster_service::Hub;
#[cfg(feature = "ssr")]
use muster_service::Permit;
#[cfg(feature = "ssr")]
use muster_service::access::kinds::KeepWindows;

/// How changes begin: the hub, and the proof that whoever asks may keep windows.
#[cfg(feature = "ssr")]
pub(super) fn begin() -> Result<(Hub, Permit<KeepWindows>), crate::error::AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<KeepWindows>(&access)?;
    Ok((hub, permit))
}

/// What a form demands of the sheet that is there: none for a new one, the one it was rendered with otherwise.
#[cfg(feature = "ssr")]
pub(super) fn demand(etag: &str) -> muster_service::Demand {
    use muster_core::device::IfMatch;
    if etag.is_empty() {
        muster_service::Demand::New
    } else {
        muster_service::Demand::Match(IfMatch::OneOf(vec![etag.to_owned()]))
    }
}

/// The short name of a form: the one that is there, or one made from the name.
#[cfg(feature = "ssr")]
pub(super) fn slug(
    id: &str,
    name: &str,
) -> Result<muster_core::gate::Slug, crate::error::AppError> {
    use muster_core::gate::Slug;
    if !id.is_empty() {
        return Slug::new(id).map_err(crate::error::AppError::invalid);
    }
    Slug::from_name(name).ok_or_else(|| {
        crate::error::AppError::field(
            "name",
            "a name needs at least one letter or digit from a to z or 0 to 9",
        )
    })
}

/// Puts it back into the list after a form was sent without script.
#[cfg(feature = "ssr")]
pub(super) fn done(path: &str) {
    if crate::session::is_plain_form() {
        leptos_axum::redirect(path);
    }
}
