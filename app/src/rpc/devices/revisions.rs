//! What a device's desired properties were.

use leptos::prelude::*;

use super::Revisions;
use crate::error::AppError;
use crate::rpc::Compact;

/// Changes on one page.
#[cfg(feature = "ssr")]
const PAGE: usize = 25;

/// A page of the changes of a device's desired properties, newest first.
#[server(prefix = "/rpc", endpoint = "devices/revisions", output = Compact)]
pub async fn read_revisions(
    /// Which device.
    id: String,
    /// Where the page begins; the newest change without.
    cursor: Option<String>,
) -> Result<Revisions, AppError> {
    use muster_service::access::kinds::{EditTwin, SeeDevices};
    let (hub, access, permit) = super::begin::<SeeDevices>(&id)?;
    let current = hub.twin(&permit).await?.twin.desired.version;
    let page = hub.revisions(&permit, cursor, PAGE).await?;
    let edit = hub.permit_device::<EditTwin>(&access, permit.device());
    let rows = page.rows.into_iter().map(|row| read::row(&access, row));
    let mut rows: Vec<_> = rows.collect();
    if page.next.is_none() {
        rows.push(read::begin(hub.history_begin(&permit).await?));
    }
    Ok(Revisions {
        rows,
        previous: page.previous,
        next: page.next,
        current,
        may_restore: edit.is_ok(),
    })
}

#[cfg(feature = "ssr")]
mod read {
    use muster_core::event::Actor;
    use muster_core::policy::Action;
    use muster_core::time::Timestamp;
    use muster_service::{Access, Revision};

    use crate::format;
    use crate::panels::events::{patched, who};
    use crate::routes;
    use crate::rpc::devices::RevisionRow;
    use crate::rpc::home::read::cause;

    pub(super) fn row(access: &Access, revision: Revision) -> RevisionRow {
        let changes = patched(&revision.patch);
        let what = match revision.restored {
            Some(version) => format!("Back to version {}: {changes}", format::count(version)),
            None if revision.replaced => format!("Everything replaced: {changes}"),
            None => changes,
        };
        RevisionRow {
            version: revision.version,
            at: revision.at.millis(),
            // It may begin with a path, which is written as it is.
            what,
            reason: revision.reason,
            href: page_of(access, &revision.actor),
            by: format::sentence(&who(&cause(revision.actor)))
                .trim_end_matches('.')
                .to_owned(),
        }
    }

    /// What was there before the first change.
    pub(super) fn begin((version, at): (u64, Timestamp)) -> RevisionRow {
        RevisionRow {
            version,
            at: at.millis(),
            what: "As the history begins".to_owned(),
            reason: None,
            by: String::new(),
            href: None,
        }
    }

    /// The page of whoever did it, if there is one that the person may open.
    fn page_of(access: &Access, actor: &Actor) -> Option<String> {
        match actor {
            Actor::Operation { id } => Some(routes::operation(*id)),
            Actor::Configuration { id } => Some(routes::configuration(id.as_str())),
            Actor::Person { id, .. } if access.can(Action::ManagePeople) => {
                Some(routes::person(*id))
            }
            _ => None,
        }
    }
}
