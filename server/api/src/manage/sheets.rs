//! Windows, service calendars and places: the same verbs for each, and what follows from windows and calendars.

pub(super) mod delete;
pub(super) mod list;
pub(super) mod openings;
pub(super) mod put;
mod schemas;
pub(super) mod show;
pub(super) mod zone;

use muster_core::gate::{SheetKind, Slug};
use muster_service::SheetRow;
use serde_json::{Value, json};

use super::call::Call;
use super::parameter::{Kind, Parameter, Place};
use super::problem::Problem;

pub(super) use schemas::{calendar, place, window};

const TAG: &str = "Windows and places";

/// Which window, calendar or place.
static NAME: Parameter = Parameter::path(
    "name",
    Kind::Text(muster_core::gate::MAX_SLUG),
    "The short name.",
    "night",
);

/// Whether there may be one already.
static IF_NONE_MATCH: Parameter = Parameter {
    name: "If-None-Match",
    place: Place::Header,
    kind: Kind::Word(&["*"]),
    what: "Only when there is none of that short name yet; else the answer is 409.",
    example: "*",
};

/// In which zone.
static ZONE: Parameter = Parameter::query(
    "zone",
    Kind::Text(64),
    "A name of the time zone database; the zone of the fleet without.",
    "Europe/Berlin",
);

/// The sheet in the path. A text that is no short name names none.
fn name(call: &Call) -> Result<Slug, Problem> {
    let name = call.text(&NAME).and_then(|name| Slug::new(name).ok());
    name.ok_or_else(Problem::not_found)
}

/// A sheet as answers show it: what was written, its short name and its token.
fn shown(row: &SheetRow) -> Value {
    let mut json = row.sheet.to_json();
    json["id"] = json!(row.id);
    json["etag"] = row.etag.to_string().into();
    json
}

/// The named schema of a kind.
fn answer_name(kind: SheetKind) -> &'static str {
    match kind {
        SheetKind::Window => "Window",
        SheetKind::Calendar => "Calendar",
        SheetKind::Place => "Place",
    }
}
