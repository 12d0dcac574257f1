//! New links for devices whose link has expired: they report the error `link_expired`, and the hub writes another URL.

use muster_core::device::IfMatch;
use muster_core::event::Actor;
use muster_core::firmware::{ArtifactId, Link};
use muster_core::ids::DeviceId;
use muster_core::twin::{Mode, ServiceWrite};
use serde_json::json;
use tokio::sync::mpsc;

use crate::error::ServiceError;
use crate::hub::Hub;

/// A link younger than this is not renewed, in milliseconds: a device whose clock is wrong would ask for ever.
const YOUNG_MS: i64 = 60_000;

/// Writes new links until the hub stops.
pub(crate) async fn run(hub: Hub, mut wanting: mpsc::Receiver<DeviceId>) {
    loop {
        let device = tokio::select! {
            () = hub.stopping().cancelled() => return,
            device = wanting.recv() => match device {
                Some(device) => device,
                None => return,
            },
        };
        if let Err(error) = renew(&hub, &device).await {
            tracing::warn!(
                device.id = %device,
                error = &error as &dyn std::error::Error,
                "a link to firmware could not be renewed"
            );
        }
    }
}

/// Writes a new link where the old one is the hub's and no longer young, and the artifact is still offered.
async fn renew(hub: &Hub, device: &DeviceId) -> Result<(), ServiceError> {
    let Some(row) = hub.store().find_twin(device).await? else {
        return Ok(());
    };
    let Some(asked) = row.twin.desired.value.get("firmware") else {
        return Ok(());
    };
    let text = |name: &str| asked[name].as_str();
    let (Some(hash), Some(url)) = (text("sha256"), text("url")) else {
        return Ok(());
    };
    let made_at = Link::made_at(url);
    let (Ok(id), Some(made_at)) = (ArtifactId::new(hash), made_at) else {
        return Ok(());
    };
    let now = hub.now();
    if now.since(made_at) < YOUNG_MS {
        return Ok(());
    }
    let Some(artifact) = hub.find_artifact(&id).await? else {
        return Ok(());
    };
    let Ok(patch) = hub.firmware_desired(&artifact, device, text("operation")) else {
        return Ok(());
    };
    let write = ServiceWrite {
        mode: Mode::Merge,
        tags: None,
        desired: Some(json!({ "firmware": { "url": patch["firmware"]["url"] } })),
    };
    // Somebody may have asked for other firmware meanwhile.
    let unchanged = Some(IfMatch::parse(&format!("\"{}\"", row.twin.etag)));
    let store = hub.store();
    store
        .write_twin(device.clone(), write, unchanged, Actor::Hub, now)
        .await?;
    metrics::counter!("muster_firmware_links_renewed_total").increment(1);
    Ok(())
}
