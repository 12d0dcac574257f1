//! Gates: what holds a device back until its context allows a change (product §4).

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A condition that a device must meet before an operation touches it. Looked at each time it is due.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Gate {
    /// A maintenance window is open, in the device's own time.
    Window {
        /// The window's name.
        window: String,
    },
    /// The service hours of a calendar are over.
    Calendar {
        /// The calendar's name.
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
        /// The place's name.
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
