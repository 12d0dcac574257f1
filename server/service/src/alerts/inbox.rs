//! What people see of alerts: those in their scope, the worst first.

use std::collections::BTreeMap;
use std::sync::Arc;

use muster_core::alert::{Alert, AlertId, RuleId, State};
use muster_core::cursor::{Cursor, Direction, MAX_PAGE, Page};
use muster_core::ids::DeviceId;
use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_query::Scope;

use crate::access::kinds::SeeDevices;
use crate::access::{Access, DevicePermit, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Pages of ended alerts that are read for one page of those in a scope.
const MAX_READS: usize = 20;

/// Which alerts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AlertTab {
    /// Open ones that nobody looks after, and one's own.
    NeedsMe,
    /// All that are open or acknowledged.
    #[default]
    Open,
    /// Those that are snoozed.
    Snoozed,
    /// Those that are over, the last first.
    Resolved,
}

/// Which part of the alerts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AlertFilter {
    /// Which.
    pub tab: AlertTab,
    /// Of this rule only.
    pub rule: Option<RuleId>,
    /// Alerts on a page, at most [`MAX_PAGE`].
    pub limit: usize,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// How many there are of each kind, in the scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Open ones that nobody looks after, and one's own.
    pub needs_me: u64,
    /// All that are open or acknowledged, snoozed ones left out.
    pub open: u64,
    /// Snoozed ones.
    pub snoozed: u64,
}

/// A page of alerts with the numbers of all.
#[derive(Clone, PartialEq, Debug)]
pub struct AlertsPage {
    /// The page.
    pub page: Page<Alert>,
    /// The numbers.
    pub tally: Tally,
}

/// What somebody sees, and may act on.
#[derive(Debug)]
pub(super) struct Sight<'a> {
    hub: &'a Hub,
    scope: Scope,
    now: Timestamp,
}

impl<'a> Sight<'a> {
    pub(super) fn new(hub: &'a Hub, access: &Access, action: Action) -> Self {
        Self {
            hub,
            scope: access.scope(action),
            now: hub.now(),
        }
    }

    fn has(&self, device: &DeviceId) -> bool {
        self.hub.index().in_scope(device, &self.scope, self.now)
    }

    /// Whether all the devices of an alert are in the scope: somebody who sees a part does not decide for the rest.
    pub(super) fn may_act(&self, alert: &Alert) -> bool {
        match &alert.device {
            Some(device) => self.has(device),
            None if self.scope.is_everything() => true,
            None => {
                let board = self.hub.alert_engine().board();
                let children = board.of_rule(alert.rule).into_iter();
                let mut children = children
                    .filter(|one| one.parent == Some(alert.id))
                    .peekable();
                children.peek().is_some()
                    && children.all(|one| one.device.as_ref().is_some_and(|id| self.has(id)))
            }
        }
    }

    /// The alert as the person sees it, with the devices of the scope counted; `None` when there are none.
    async fn view(&self, alert: &Alert) -> Result<Option<Alert>, ServiceError> {
        if let Some(device) = &alert.device {
            return Ok(self.has(device).then(|| alert.clone()));
        }
        if self.scope.is_everything() {
            return Ok(Some(alert.clone()));
        }
        let known = self.hub.alert_engine().known();
        let devices = match known.find(alert.rule) {
            Some((_, ready)) if alert.fold.is_empty() => {
                let condition = ready.applies.clone().and(ready.holds.clone());
                self.hub.matching_count(&condition, &self.scope).await?
            }
            _ => {
                let board = self.hub.alert_engine().board();
                let children = board.of_rule(alert.rule).into_iter();
                let children = children.filter(|one| one.parent == Some(alert.id));
                let seen = |one: &Arc<Alert>| one.device.as_ref().is_some_and(|id| self.has(id));
                children.filter(seen).count()
            }
        };
        Ok((devices > 0).then(|| Alert {
            devices: devices as u64,
            ..alert.clone()
        }))
    }
}

/// Place in the list: how bad, and the number.
type Edge = (u8, i64);

impl Hub {
    /// A page of the alerts a person sees, the worst first and of those the oldest; those that are over by their end.
    pub async fn alerts(
        &self,
        permit: &Permit<SeeDevices>,
        filter: AlertFilter,
    ) -> Result<AlertsPage, ServiceError> {
        let limit = filter.limit.clamp(1, MAX_PAGE);
        let all = self.visible_alerts(permit.access()).await?;
        let tally = self.tally(permit.access(), &all);
        if filter.tab == AlertTab::Resolved {
            let page = self.ended_in_scope(permit.access(), &filter, limit).await?;
            return Ok(AlertsPage { page, tally });
        }
        let now = self.now();
        let mut rows: BTreeMap<Edge, Alert> = BTreeMap::new();
        for alert in all {
            let wanted = filter.rule.is_none_or(|rule| rule == alert.rule)
                && belongs(permit.access(), &alert, filter.tab, now);
            if wanted {
                rows.insert(edge(&alert), alert);
            }
        }
        let question = format!("alerts {:?} {:?}", filter.tab, filter.rule);
        let cursor = filter.cursor.as_deref();
        let cursor = cursor.map(|text| Cursor::<Edge>::decode(text, &question));
        let cursor = cursor
            .transpose()
            .map_err(|bad| ServiceError::Invalid(bad.to_string()))?;
        let page = cut(rows, cursor, limit, &question);
        Ok(AlertsPage { page, tally })
    }

    /// How many alerts need the person, or somebody.
    pub async fn alert_tally(&self, permit: &Permit<SeeDevices>) -> Result<Tally, ServiceError> {
        let all = self.visible_alerts(permit.access()).await?;
        Ok(self.tally(permit.access(), &all))
    }

    /// An alert, also one that is over, with those that stand below it in the scope, at most [`MAX_PAGE`].
    pub async fn alert(
        &self,
        permit: &Permit<SeeDevices>,
        id: AlertId,
    ) -> Result<(Alert, Vec<Alert>), ServiceError> {
        let sight = Sight::new(self, permit.access(), Action::SeeDevices);
        let board = self.alert_engine().board();
        let found = match board.find(id) {
            Some(found) => Some(found.as_ref().clone()),
            None => self.store().find_alert(id).await?,
        };
        let found = found.filter(|alert| alert.state != State::Pending);
        let found = found.ok_or(ServiceError::NotFound)?;
        let alert = sight.view(&found).await?.ok_or(ServiceError::NotFound)?;
        let below = board.of_rule(alert.rule).into_iter();
        let below = below.filter(|one| one.parent == Some(id));
        let seen = |one: &Arc<Alert>| one.device.as_ref().is_some_and(|id| sight.has(id));
        let below = below.filter(seen).take(MAX_PAGE);
        Ok((alert, below.map(|one| one.as_ref().clone()).collect()))
    }

    /// How many alerts of each rule are going on in the scope.
    pub async fn alerts_by_rule(
        &self,
        permit: &Permit<SeeDevices>,
    ) -> Result<BTreeMap<RuleId, u64>, ServiceError> {
        let mut counts = BTreeMap::new();
        for alert in self.visible_alerts(permit.access()).await? {
            *counts.entry(alert.rule).or_default() += 1;
        }
        Ok(counts)
    }

    /// Where a device of the scope is, as its tag `location.site` says.
    pub fn site_of(&self, access: &Access, device: &DeviceId) -> Option<String> {
        let scope = access.scope(Action::SeeDevices);
        let row = self.index().get(device, &scope, self.now())?;
        let site = row.entry.tags.get("location")?.get("site")?.as_str()?;
        Some(site.to_owned())
    }

    /// The open alerts of a device, the worst first.
    pub fn alerts_of_device(&self, permit: &DevicePermit<SeeDevices>) -> Vec<Alert> {
        let all = self.alert_engine().board().all_of_device(permit.device());
        let active = all.into_iter().filter(|alert| alert.state.is_active());
        let mut active: Vec<Alert> = active.map(|alert| alert.as_ref().clone()).collect();
        active.sort_by_key(edge);
        active
    }

    /// The alerts that are going on and stand for themselves, as the person sees them.
    async fn visible_alerts(&self, access: &Access) -> Result<Vec<Alert>, ServiceError> {
        let sight = Sight::new(self, access, Action::SeeDevices);
        let mut visible = Vec::new();
        for alert in self.alert_engine().board().all() {
            // Whoever sees a part of what folded sees the alert that stands for it.
            if !alert.state.is_active() || alert.parent.is_some() {
                continue;
            }
            visible.extend(sight.view(&alert).await?);
        }
        Ok(visible)
    }

    fn tally(&self, access: &Access, all: &[Alert]) -> Tally {
        let now = self.now();
        let count = |tab: AlertTab| {
            let belongs = |alert: &&Alert| belongs(access, alert, tab, now);
            all.iter().filter(belongs).count() as u64
        };
        Tally {
            needs_me: count(AlertTab::NeedsMe),
            open: count(AlertTab::Open),
            snoozed: count(AlertTab::Snoozed),
        }
    }

    /// A page of alerts that are over; of those that stood for many only whoever sees all devices is told.
    async fn ended_in_scope(
        &self,
        access: &Access,
        filter: &AlertFilter,
        limit: usize,
    ) -> Result<Page<Alert>, ServiceError> {
        let sight = Sight::new(self, access, Action::SeeDevices);
        let seen = |alert: &Alert| {
            let of_rule = filter.rule.is_none_or(|rule| rule == alert.rule);
            let in_scope = match &alert.device {
                Some(device) => sight.has(device),
                None => sight.scope.is_everything(),
            };
            of_rule && in_scope
        };
        let mut cursor = filter.cursor.clone();
        let mut page = self.store().ended_alerts(cursor.as_deref(), limit).await?;
        for _ in 0..MAX_READS {
            page.rows.retain(seen);
            cursor.clone_from(&page.next);
            if !page.rows.is_empty() || cursor.is_none() {
                break;
            }
            page = self.store().ended_alerts(cursor.as_deref(), limit).await?;
        }
        page.rows.retain(seen);
        Ok(page)
    }
}

fn edge(alert: &Alert) -> Edge {
    (alert.severity as u8, alert.id.0)
}

/// Whether an alert that is going on is on a tab.
fn belongs(access: &Access, alert: &Alert, tab: AlertTab, now: Timestamp) -> bool {
    let snoozed = alert.is_snoozed(now);
    match tab {
        AlertTab::Snoozed => snoozed,
        AlertTab::Open => !snoozed,
        AlertTab::NeedsMe => {
            let me = access.person().map(|person| person.id);
            let mine = alert.assignee.as_ref().map(|assignee| assignee.id);
            match mine {
                Some(mine) => !snoozed && me == Some(mine),
                None => alert.needs_somebody(now),
            }
        }
        AlertTab::Resolved => false,
    }
}

/// The part of the rows that a page shows.
fn cut(
    rows: BTreeMap<Edge, Alert>,
    cursor: Option<Cursor<Edge>>,
    limit: usize,
    question: &str,
) -> Page<Alert> {
    let address = |direction, row: Option<&Alert>| {
        row.map(|row| {
            let edge = edge(row);
            Cursor { direction, edge }.encode(question)
        })
    };
    let all: Vec<(Edge, Alert)> = rows.into_iter().collect();
    let (from, to) = match &cursor {
        None => (0, limit),
        Some(cursor) if cursor.direction == Direction::Forward => {
            let from = all.partition_point(|(edge, _)| *edge <= cursor.edge);
            (from, from + limit)
        }
        Some(cursor) => {
            let to = all.partition_point(|(edge, _)| *edge < cursor.edge);
            (to.saturating_sub(limit), to)
        }
    };
    let to = to.min(all.len());
    let more = to < all.len();
    let part = all.into_iter().take(to).skip(from);
    let rows: Vec<Alert> = part.map(|(_, alert)| alert).collect();
    let previous = (from > 0).then(|| address(Direction::Backward, rows.first()));
    let next = more.then(|| address(Direction::Forward, rows.last()));
    Page {
        previous: previous.flatten(),
        next: next.flatten(),
        rows,
    }
}
