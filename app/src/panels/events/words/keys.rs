//! What happened to the keys of a device.

use muster_core::event::EventKind;

/// The sentence without its full stop.
pub(super) fn sentence(who: &str, it: &str, kind: EventKind) -> String {
    match kind {
        EventKind::KeyMinted => format!("{who} made a new secondary key for {it}"),
        _ => format!("{who} made the new key of {it} the primary one; its old keys are revoked"),
    }
}
