//! What happened: a device's timeline, the latest events, the acts of people.

use muster_core::cursor::Page;
use muster_core::event::Event;
use muster_core::ids::OperationId;
use muster_core::policy::Action;
use muster_storage::EventQuery;

use crate::access::kinds::{SeeAudit, SeeDevices};
use crate::access::{Access, DevicePermit, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most events one answer holds.
pub const MAX_EVENTS: usize = 200;

/// How many events are looked at to fill a list for somebody whose scope is part of the fleet.
const LOOK_BACK: usize = 2_000;

impl Hub {
    /// A device's events, newest first.
    pub async fn timeline(
        &self,
        permit: &DevicePermit<SeeDevices>,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Event>, ServiceError> {
        let query = EventQuery {
            device: Some(permit.device().clone()),
            limit: limit.min(MAX_EVENTS),
            cursor,
            ..EventQuery::default()
        };
        Ok(self.store().events(query).await?)
    }

    /// The acts of people and of the console, newest first.
    pub async fn audit(
        &self,
        _permit: &Permit<SeeAudit>,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Event>, ServiceError> {
        let query = EventQuery {
            audited_only: true,
            limit: limit.min(MAX_EVENTS),
            cursor,
            ..EventQuery::default()
        };
        Ok(self.store().events(query).await?)
    }

    /// What happened to an operation that the person sees, newest first. Events of devices outside their scope are
    /// left out.
    pub async fn operation_events(
        &self,
        access: &Access,
        id: OperationId,
        limit: usize,
    ) -> Result<Vec<Event>, ServiceError> {
        self.visible_row(access, id).await?;
        let mut events = self.store().operation_events(id, limit).await?;
        let scope = access.scope(Action::SeeDevices);
        let now = self.now();
        events.retain(|event| {
            let device = event.device.as_ref();
            device.is_none_or(|id| self.index().in_scope(id, &scope, now))
        });
        Ok(events)
    }

    /// The newest events on devices the person sees, newest first. Looks back a bounded way, so a person with a
    /// small scope may get fewer than `limit`.
    pub async fn latest_events(
        &self,
        access: &Access,
        limit: usize,
    ) -> Result<Vec<Event>, ServiceError> {
        let limit = limit.min(MAX_EVENTS);
        let scope = access.scope(Action::SeeDevices);
        let now = self.now();
        let mut found = Vec::with_capacity(limit);
        let mut cursor = None;
        let mut looked_at = 0;
        while found.len() < limit && looked_at < LOOK_BACK {
            let page = self
                .store()
                .events(EventQuery {
                    notable_only: true,
                    limit: MAX_EVENTS,
                    cursor,
                    ..EventQuery::default()
                })
                .await?;
            looked_at += page.rows.len();
            found.extend(page.rows.into_iter().filter(|event| {
                let device = event.device.as_ref();
                device.is_some_and(|id| self.index().in_scope(id, &scope, now))
            }));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}
