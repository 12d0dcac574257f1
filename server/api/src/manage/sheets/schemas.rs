//! The schemas of windows, calendars and places: as bodies give them, and as answers show them.

use muster_core::gate::{
    MAX_MINUTES, MAX_NAME, MAX_POINTS, MAX_RADIUS_M, MAX_RANGES, MAX_RULES, MAX_SLUG, MIN_POINTS,
    Nth, SheetKind, Weekday,
};
use serde_json::{Value, json};

use crate::manage::schema;

/// A window.
pub(in crate::manage) fn window() -> Value {
    shown(SheetKind::Window)
}

/// A calendar.
pub(in crate::manage) fn calendar() -> Value {
    shown(SheetKind::Calendar)
}

/// A place.
pub(in crate::manage) fn place() -> Value {
    shown(SheetKind::Place)
}

/// What a body gives: what may be left out is not required.
pub(super) fn body(kind: SheetKind) -> Value {
    let required: &[&str] = match kind {
        SheetKind::Window => &["name", "rules"],
        SheetKind::Calendar => &["name", "hours"],
        SheetKind::Place => &["name", "shape"],
    };
    schema::closed(&members(kind), required)
}

fn shown(kind: SheetKind) -> Value {
    let mut members = members(kind);
    members.extend([("id", slug()), ("etag", schema::any_text())]);
    schema::object(&members)
}

fn members(kind: SheetKind) -> Vec<(&'static str, Value)> {
    let name = json!({ "type": "string", "minLength": 1, "maxLength": MAX_NAME });
    match kind {
        SheetKind::Window => vec![
            ("name", name),
            ("rules", rules()),
            ("blackouts", ranges()),
            ("calendar", schema::or_null(slug())),
        ],
        SheetKind::Calendar => vec![
            ("name", name),
            ("hours", rules()),
            ("holidays", ranges()),
            ("zone", zone_rule()),
        ],
        SheetKind::Place => vec![
            ("name", name),
            ("shape", shape()),
            ("zone", schema::or_null(schema::text(128))),
            ("site", schema::or_null(schema::text(128))),
        ],
    }
}

fn slug() -> Value {
    json!({ "type": "string", "maxLength": MAX_SLUG, "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" })
}

fn date() -> Value {
    json!({ "type": "string", "format": "date", "description": "A day from the year 2000 to 2199." })
}

fn weekday() -> Value {
    schema::words(Weekday::ALL.map(Weekday::as_str))
}

/// An object that says in `kind` which of several it is.
fn one(kind: &str, members: &[(&str, Value)]) -> Value {
    let mut all = vec![("kind", json!({ "const": kind }))];
    all.extend_from_slice(members);
    schema::object(&all)
}

fn rules() -> Value {
    let days = json!({
        "type": "array", "items": weekday(), "minItems": 1, "maxItems": 7, "uniqueItems": true,
    });
    let nth = schema::words(Nth::ALL.map(Nth::in_words));
    let when = json!({ "oneOf": [
        one("weekly", &[("days", days)]),
        one("monthly", &[("nth", nth), ("day", weekday())]),
        one("once", &[("date", date())]),
    ]});
    let rule = schema::object(&[
        ("when", when),
        (
            "start",
            json!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" }),
        ),
        (
            "minutes",
            json!({ "type": "integer", "minimum": 1, "maximum": MAX_MINUTES }),
        ),
    ]);
    json!({ "type": "array", "items": rule, "minItems": 1, "maxItems": MAX_RULES })
}

fn ranges() -> Value {
    let range = schema::closed(
        &[("from", date()), ("to", date()), ("note", schema::text(80))],
        &["from", "to"],
    );
    json!({ "type": "array", "items": range, "maxItems": MAX_RANGES })
}

fn zone_rule() -> Value {
    json!({ "oneOf": [one("device", &[]), one("fixed", &[("name", schema::text(64))])] })
}

fn point() -> Value {
    let degrees =
        |most: u32| json!({ "type": "number", "minimum": -f64::from(most), "maximum": most });
    schema::object(&[("lat", degrees(90)), ("lon", degrees(180))])
}

fn shape() -> Value {
    let radius = json!({ "type": "number", "exclusiveMinimum": 0, "maximum": MAX_RADIUS_M });
    let points = json!({
        "type": "array", "items": point(), "minItems": MIN_POINTS, "maxItems": MAX_POINTS,
    });
    json!({ "oneOf": [
        one("circle", &[("centre", point()), ("radiusM", radius)]),
        one("polygon", &[("points", points)]),
    ]})
}
