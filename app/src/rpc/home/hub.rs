//! The administrator's home.

use leptos::prelude::*;

use super::HubFacts;
use crate::error::AppError;
use crate::rpc::Compact;

/// How the hub is.
#[server(prefix = "/rpc", endpoint = "home/hub", output = Compact)]
pub async fn read_hub() -> Result<HubFacts, AppError> {
    use super::read;
    use muster_service::access::kinds::{ManageHub, ManagePeople, SeeAudit};
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let manage = hub.permit::<ManageHub>(&access)?;
    let people = hub
        .people_list(&hub.permit::<ManagePeople>(&access)?)
        .await?;
    let acts = hub
        .audit(&hub.permit::<SeeAudit>(&access)?, None, read::EVENTS)
        .await?
        .rows;
    // A hub that cannot write right now still has this page: it says so.
    let facts = hub.facts(&manage).await.ok();
    Ok(HubFacts {
        census: read::census(&hub, &access),
        connections: hub.connections().len() as u64,
        writer_us: facts
            .as_ref()
            .and_then(|facts| u64::try_from(facts.writer.as_micros()).ok()),
        people: people.len() as u64,
        active_people: people.iter().filter(|person| person.active).count() as u64,
        last_backup: facts
            .and_then(|facts| facts.last_backup_at)
            .map(|at| at.millis()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        hostname: hub.hostname().to_owned(),
        acts: acts.into_iter().map(read::event_view).collect(),
        now: hub.now().millis(),
    })
}
