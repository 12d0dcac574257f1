//! One device: reading it, changing its twin, going back to what it was, letting it in or not.

mod compare;
mod connection_string;
mod invoke_method;
mod method_history;
mod restore;
mod revisions;
mod save_twin;
mod set_status;
mod show;
mod telemetry;
mod timeline;
mod twin;
mod way_back;
mod wire;

pub use compare::{CompareDesired, compare_desired};
pub use connection_string::{ShowConnectionString, show_connection_string};
pub use invoke_method::{InvokeMethod, invoke_method};
pub use method_history::{ReadMethodHistory, read_method_history};
pub use restore::{RestoreDesired, restore_desired};
pub use revisions::{ReadRevisions, read_revisions};
pub use save_twin::{SaveTwin, save_twin};
pub use set_status::{SetStatus, set_status};
pub use show::{ShowDevice, show_device};
pub use telemetry::{ReadTelemetry, read_telemetry};
pub use timeline::{ReadTimeline, read_timeline};
pub use twin::{ReadTwin, read_twin};
pub use way_back::{ReadWayBack, read_way_back};
pub use wire::{
    CallOutcome, Called, Comparison, Connection, Delivery, DeviceView, DifferenceRow, Keys,
    MethodHistory, RevisionRow, Revisions, Rights, Saved, Secret, Telemetry, Timeline, TwinView,
    WayBack,
};

#[cfg(feature = "ssr")]
use muster_core::ids::DeviceId;
#[cfg(feature = "ssr")]
use muster_service::access::Kind;
#[cfg(feature = "ssr")]
use muster_service::{Access, DevicePermit, Hub};

#[cfg(feature = "ssr")]
use crate::error::AppError;

/// A difference as pages show it: values as JSON, so that `"1"` and `1` differ in sight too.
#[cfg(feature = "ssr")]
fn difference(found: muster_core::twin::history::Difference) -> DifferenceRow {
    let shown = |value: serde_json::Value| value.to_string();
    DifferenceRow {
        path: found.path,
        before: found.before.map(shown),
        after: found.after.map(shown),
    }
}

/// How each of these begins: the hub, who asks, and the proof that they may do `K` to the device. An id that breaks
/// the rule names no device.
#[cfg(feature = "ssr")]
fn begin<K: Kind>(id: &str) -> Result<(Hub, Access, DevicePermit<K>), AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let id = DeviceId::new(id).map_err(|_| AppError::NotFound)?;
    let permit = hub.permit_device::<K>(&access, &id)?;
    Ok((hub, access, permit))
}
