//! The administrator's home.

use leptos::prelude::*;

use super::HubFacts;
use crate::error::AppError;

/// How many of the latest acts are searched for a backup.
#[cfg(feature = "ssr")]
const LOOK_BACK: usize = muster_service::timeline::MAX_EVENTS;

/// How the hub is.
#[server(prefix = "/rpc", endpoint = "home/hub")]
pub async fn read_hub() -> Result<HubFacts, AppError> {
    use super::read;
    use muster_core::event::EventKind;
    use muster_service::access::kinds::{ManageHub, ManagePeople, SeeAudit};
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    hub.permit::<ManageHub>(&access)?;
    let people = hub.people_list(&hub.permit::<ManagePeople>(&access)?).await?;
    let acts = hub.audit(&hub.permit::<SeeAudit>(&access)?, None, LOOK_BACK).await?.rows;
    let backup = acts.iter().find(|event| event.kind == EventKind::BackupWritten);
    let writer = hub.ready().await.ok();
    Ok(HubFacts {
        census: read::census(&hub, &access),
        connections: hub.connections().len() as u64,
        writer_us: writer.and_then(|time| u64::try_from(time.as_micros()).ok()),
        people: people.len() as u64,
        active_people: people.iter().filter(|person| person.active).count() as u64,
        last_backup: backup.map(|event| event.at.millis()),
        acts_looked_at: acts.len() as u64,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        hostname: hub.hostname().to_owned(),
        acts: acts.into_iter().take(read::EVENTS).map(read::event_view).collect(),
        now: hub.now().millis(),
    })
}
