//! What the hub keeps about context: windows, calendars and places, each under a short name.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Calendar, Place, Unfit, Window};

/// What a sheet is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetKind {
    /// A maintenance window.
    Window,
    /// A service calendar.
    Calendar,
    /// A place.
    Place,
}

/// A window, a calendar or a place.
#[derive(Clone, PartialEq, Debug)]
pub enum Sheet {
    /// A maintenance window.
    Window(Window),
    /// A service calendar.
    Calendar(Calendar),
    /// A place.
    Place(Place),
}

impl SheetKind {
    /// All kinds; their names are stored and never change meaning.
    pub const ALL: [SheetKind; 3] = [Self::Window, Self::Calendar, Self::Place];

    /// The stored name, which is the word too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Calendar => "calendar",
            Self::Place => "place",
        }
    }

    /// The kind of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Sheet {
    /// What it is about.
    pub fn kind(&self) -> SheetKind {
        match self {
            Self::Window(_) => SheetKind::Window,
            Self::Calendar(_) => SheetKind::Calendar,
            Self::Place(_) => SheetKind::Place,
        }
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Window(window) => &window.name,
            Self::Calendar(calendar) => &calendar.name,
            Self::Place(place) => &place.name,
        }
    }

    /// Checks its form.
    pub fn check(&self) -> Result<(), Unfit> {
        match self {
            Self::Window(window) => window.check(),
            Self::Calendar(calendar) => calendar.check(),
            Self::Place(place) => place.check(),
        }
    }

    /// As JSON; [`Sheet::from_json`] reads it again.
    pub fn to_json(&self) -> Value {
        let json = match self {
            Self::Window(window) => serde_json::to_value(window),
            Self::Calendar(calendar) => serde_json::to_value(calendar),
            Self::Place(place) => serde_json::to_value(place),
        };
        json.expect("names and checked numbers are JSON")
    }

    /// Reads the JSON of a sheet of that kind. The error says what cannot be read.
    pub fn from_json(kind: SheetKind, json: Value) -> Result<Self, Unfit> {
        let read = match kind {
            SheetKind::Window => serde_json::from_value(json).map(Self::Window),
            SheetKind::Calendar => serde_json::from_value(json).map(Self::Calendar),
            SheetKind::Place => serde_json::from_value(json).map(Self::Place),
        };
        read.map_err(|error| Unfit::because(format!("this is no {}: {error}", kind.as_str())))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use serde_json::json;

    #[test]
    fn sheets_are_stored_in_a_form_that_people_can_write() {
        let check = |kind, json: Value| {
            let sheet = Sheet::from_json(kind, json.clone()).unwrap();
            sheet.check().unwrap();
            assert_eq!(sheet.to_json(), json);
            assert_eq!(sheet.kind(), kind);
        };
        check(
            SheetKind::Window,
            json!({
                "name": "Night",
                "rules": [
                    { "when": { "kind": "weekly", "days": ["mon", "sun"] }, "start": "02:00", "minutes": 120 },
                    { "when": { "kind": "once", "date": "2026-12-01" }, "start": "12:00", "minutes": 1440 },
                ],
                "blackouts": [{ "from": "2026-12-24", "to": "2026-12-26", "note": "Christmas" }],
                "calendar": "shops",
            }),
        );
        check(
            SheetKind::Calendar,
            json!({
                "name": "Shops",
                "hours": [{ "when": { "kind": "weekly", "days": ["sat"] }, "start": "09:00", "minutes": 600 }],
                "holidays": [],
                "zone": { "kind": "fixed", "name": "Europe/Berlin" },
            }),
        );
        check(
            SheetKind::Place,
            json!({
                "name": "Yard",
                "shape": { "kind": "circle", "centre": { "lat": 52.5, "lon": 13.4 }, "radiusM": 250.0 },
                "zone": null,
                "site": "b7",
            }),
        );
    }

    #[test]
    fn what_is_no_sheet_is_refused_with_the_reason() {
        let check = |json: Value, want: &str| {
            let sheet = Sheet::from_json(SheetKind::Window, json);
            let answer = sheet
                .and_then(|sheet| sheet.check())
                .unwrap_err()
                .to_string();
            assert!(answer.contains(want), "{answer}");
        };
        check(json!({ "name": "x" }), "missing field `rules`");
        check(json!({ "name": "x", "rules": [] }), "1 to 30 openings");
        check(json!({ "name": "", "rules": [] }), "1 to 60 characters");
        check(
            json!({ "name": "x", "rules": [], "cron": "* *" }),
            "unknown field `cron`",
        );
        let rule = |when: Value, minutes: u32| json!({ "name": "x", "rules": [{ "when": when, "start": "02:00", "minutes": minutes }] });
        let weekly = |days: Value| json!({ "kind": "weekly", "days": days });
        check(rule(weekly(json!([])), 60), "at least one day");
        check(rule(weekly(json!(["mon", "mon"])), 60), "each day once");
        check(rule(weekly(json!(["mon"])), 0), "1 minute to 24 hours");
        check(rule(weekly(json!(["mon"])), 1441), "1 minute to 24 hours");
        check(
            rule(json!({ "kind": "once", "date": "2026-02-30" }), 60),
            "no date",
        );
    }
}
