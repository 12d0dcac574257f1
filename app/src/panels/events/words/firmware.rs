//! What happened to firmware.

use muster_core::event::EventKind;
use serde_json::Value;

use super::text;

/// The sentence without its full stop.
pub(super) fn told(who: &str, kind: EventKind, detail: &Value) -> String {
    let what = text(detail, "artifact").unwrap_or("a version");
    match kind {
        EventKind::FirmwareAdded => format!("{who} added the firmware {what}"),
        EventKind::FirmwareDeleted => format!("{who} deleted the firmware {what}"),
        _ if text(detail, "state") == Some("available") => {
            format!("{who} offers the firmware {what} again")
        }
        _ => format!("{who} withdrew the firmware {what}"),
    }
}
