//! The operator's home.

use leptos::prelude::*;

use super::Queue;
use crate::error::AppError;
use crate::rpc::Compact;

/// What needs an operator, in the person's scope.
#[server(prefix = "/rpc", endpoint = "home/queue", output = Compact)]
pub async fn read_queue() -> Result<Queue, AppError> {
    use super::read;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let events = hub.latest_events(&access, read::EVENTS).await?;
    Ok(Queue {
        census: read::census(&hub, &access),
        silent: read::silent_sites(&hub, &access),
        failed: read::failed(&hub, &access).await?,
        presence: read::presence(&hub, &access).await?,
        events: events.into_iter().map(read::event_view).collect(),
        notes: read::notes(&hub, &access).await?,
        now: hub.now().millis(),
    })
}
