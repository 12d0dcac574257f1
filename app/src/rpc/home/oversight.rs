//! The supervisor's home.

use leptos::prelude::*;

use super::Oversight;
use crate::error::AppError;
use crate::rpc::Compact;

/// How the fleet is, where it is silent, and what people did.
#[server(prefix = "/rpc", endpoint = "home/oversight", output = Compact)]
pub async fn read_oversight() -> Result<Oversight, AppError> {
    use super::read;
    use muster_service::access::kinds::SeeAudit;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let acts = match hub.permit::<SeeAudit>(&access) {
        Ok(permit) => Some(hub.audit(&permit, None, read::EVENTS).await?.rows),
        Err(_) => None,
    };
    Ok(Oversight {
        waiting: crate::rpc::approvals::waiting(&hub, &access).await?,
        census: read::census(&hub, &access),
        silent: read::silent_sites(&hub, &access),
        presence: read::presence(&hub, &access).await?,
        acts: acts.map(|acts| acts.into_iter().map(read::event_view).collect()),
        notes: read::notes(&hub, &access).await?,
        now: hub.now().millis(),
    })
}
