//! Values that many resources show.

use muster_core::time::{NEVER, Timestamp};

/// An instant; what never happened has a date of its own.
pub(super) fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NEVER.to_owned(), |at| at.to_string())
}

/// The word for it.
pub(super) fn connection_state(connected: bool) -> &'static str {
    if connected {
        "Connected"
    } else {
        "Disconnected"
    }
}
