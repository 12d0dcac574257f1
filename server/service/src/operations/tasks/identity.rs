//! Moves in the life of devices, and whether they may connect.

use muster_core::device::Status;
use muster_core::event::EventKind;
use muster_core::lifecycle::Step;
use muster_index::Row;
use muster_storage::{DeviceChange, Effect};
use serde_json::json;

use super::Work;

pub(super) fn change_stage(device: &Row, step: Step, reason: &str) -> Work {
    let stage = device.entry.stage;
    match stage.after(step) {
        Err(not_allowed) => Work::Skip(not_allowed.to_string()),
        Ok(next) => Work::Now(Effect::Identity {
            change: Box::new(DeviceChange {
                step: Some(step),
                ..DeviceChange::default()
            }),
            kind: EventKind::StageChanged,
            detail: json!({ "from": stage, "to": next, "reason": said(reason) }),
        }),
    }
}

pub(super) fn set_enabled(device: &Row, enabled: bool, reason: &str) -> Work {
    let status = if enabled {
        Status::Enabled
    } else {
        Status::Disabled
    };
    if device.entry.status == status {
        return Work::Skip("it is so already".to_owned());
    }
    Work::Now(Effect::Identity {
        change: Box::new(DeviceChange {
            status: Some(status),
            status_reason: Some(said(reason)),
            ..DeviceChange::default()
        }),
        kind: EventKind::DeviceUpdated,
        detail: json!({ "status": status.as_str(), "reason": said(reason) }),
    })
}

fn said(reason: &str) -> Option<String> {
    let reason = reason.trim();
    (!reason.is_empty()).then(|| reason.to_owned())
}
