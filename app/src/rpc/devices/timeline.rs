//! What happened to a device.

use leptos::prelude::*;

use super::Timeline;
use crate::error::AppError;
use crate::rpc::Compact;

/// Events on one page.
#[cfg(feature = "ssr")]
const PAGE: usize = 50;

/// A page of the device's events, newest first.
#[server(prefix = "/rpc", endpoint = "devices/timeline", output = Compact)]
pub async fn read_timeline(
    /// Which.
    id: String,
    /// Where the page begins; the newest events without.
    cursor: Option<String>,
) -> Result<Timeline, AppError> {
    use crate::rpc::home::read::event_view;
    use muster_service::access::kinds::SeeDevices;
    let (hub, _, permit) = super::begin::<SeeDevices>(&id)?;
    let page = hub.timeline(&permit, cursor, PAGE).await?;
    Ok(Timeline {
        rows: page.rows.into_iter().map(event_view).collect(),
        previous: page.previous,
        next: page.next,
        now: hub.now().millis(),
    })
}
