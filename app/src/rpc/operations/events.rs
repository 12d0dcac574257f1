//! What happened to an operation.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use crate::error::AppError;
use crate::live::wire::EventView;
use crate::rpc::Compact;

/// Most events that are read.
#[cfg(feature = "ssr")]
const LATEST: usize = 200;

/// The latest of the operation's own events, newest first.
#[server(name = OperationHistory, prefix = "/rpc", endpoint = "operations/events", output = Compact)]
pub async fn operation_events(
    /// Of which.
    id: OperationId,
) -> Result<Vec<EventView>, AppError> {
    use crate::rpc::home::read::event_view;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let events = hub.operation_events(&access, id, LATEST).await?;
    Ok(events.into_iter().map(event_view).collect())
}
