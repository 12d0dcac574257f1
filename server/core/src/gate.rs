//! Gates: what holds a device back until its context allows a change (product §4).

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

mod calendar;
mod date;
mod place;
mod rule;
mod sheet;
mod slug;
mod window;

#[cfg(feature = "zones")]
mod openings;
#[cfg(feature = "zones")]
mod words;
#[cfg(feature = "zones")]
mod zone;

pub use calendar::{Calendar, ZoneRule};
pub use date::{Date, DateRange, TimeOfDay, Weekday};
pub use place::{MAX_POINTS, MAX_RADIUS_M, MIN_POINTS, Place, Point, Shape, metres_between};
pub use rule::{MAX_MINUTES, MAX_RANGES, MAX_RULES, Nth, Recurrence, Rule};
pub use sheet::{Sheet, SheetKind};
pub use slug::{MAX_SLUG, Slug};
pub use window::Window;

#[cfg(feature = "zones")]
pub use openings::{Hours, LOOK_AHEAD_DAYS, Openings, State};
#[cfg(feature = "zones")]
pub use words::when;
#[cfg(feature = "zones")]
pub use zone::Zone;

/// From one moment until before another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Span {
    /// The first moment of it.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

/// Most characters of the name of a window, calendar or place.
pub const MAX_NAME: usize = 60;

/// Something about a window, a calendar or a place breaks a rule; the text says what and how to mend it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unfit(pub(crate) String);

impl Unfit {
    pub(crate) fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Checks what people call a window, a calendar or a place.
pub(crate) fn check_name(name: &str) -> Result<(), Unfit> {
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.trim() != name || name.chars().any(char::is_control)
    {
        return Err(Unfit::because(
            "a name has 1 to 60 characters, on one line, without blanks around it",
        ));
    }
    Ok(())
}

/// A condition that a device must meet before an operation touches it. Looked at each time it is due.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Gate {
    /// A maintenance window is open, in the device's own time.
    Window {
        /// The window's short name ([`Slug`]).
        window: String,
    },
    /// The service hours of a calendar are over.
    Calendar {
        /// The calendar's short name.
        calendar: String,
    },
    /// A condition of the query language holds.
    Condition {
        /// What people call it.
        label: String,
        /// The condition.
        text: String,
    },
    /// The device is inside a place, or outside.
    Place {
        /// The place's short name.
        place: String,
        /// Inside, or outside.
        inside: bool,
    },
    /// The device is connected.
    Online,
}

/// What the gates say about a device at a moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Verdict {
    /// It may be touched.
    Open {
        /// Until when, if the clock ends it.
        until: Option<Timestamp>,
    },
    /// It has to wait.
    Wait {
        /// Why, in words: "window opens 02:00 local".
        why: String,
        /// When the clock may change that; only an event can when absent.
        look: Option<Timestamp>,
    },
}

impl Gate {
    /// The window, calendar or place that it needs, by short name.
    pub fn needs(&self) -> Option<(SheetKind, &str)> {
        match self {
            Self::Window { window } => Some((SheetKind::Window, window)),
            Self::Calendar { calendar } => Some((SheetKind::Calendar, calendar)),
            Self::Place { place, .. } => Some((SheetKind::Place, place)),
            Self::Condition { .. } | Self::Online => None,
        }
    }

    /// The device is on mains power, or its battery is at `battery` percent or more.
    pub fn power(battery: u8) -> Self {
        Self::Condition {
            label: format!("mains power, or a battery at {battery} % or more"),
            text: format!(
                "properties.reported.power.source = 'mains' OR properties.reported.power.battery >= {battery}"
            ),
        }
    }

    /// The device's network costs little and carries much.
    pub fn network() -> Self {
        Self::Condition {
            label: "ethernet or wifi".to_owned(),
            text: "properties.reported.network.type IN ['ethernet', 'wifi']".to_owned(),
        }
    }

    /// Nobody uses the device.
    pub fn not_in_use() -> Self {
        Self::Condition {
            label: "nobody using the device".to_owned(),
            text: "properties.reported.inUse = false".to_owned(),
        }
    }
}
