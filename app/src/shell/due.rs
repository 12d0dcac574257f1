//! How many decisions and alerts wait for the person, beside their places in the navigation.

use leptos::prelude::*;
use muster_core::policy::Action;

use crate::format;
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::quietly;
use crate::routes;
use crate::rpc::alerts::alert_tally;
use crate::rpc::approvals::approvals_due;
use crate::rpc::data::Data;
use crate::session::Me;

/// The numbers; each follows what happens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    /// For those who decide.
    approvals: Option<Data<u64>>,
    /// For those who work on alerts.
    alerts: Option<Data<u64>>,
}

/// The numbers for a person.
pub(super) fn use_due(me: &Me) -> Due {
    let may = |action| me.can(action) && !me.must_change_password;
    let approvals = may(Action::ApproveOperations).then(|| Data::new(|| (), |()| approvals_due()));
    let alerts = may(Action::HandleAlerts).then(|| Data::new(|| (), |()| alert_tally()));
    let topics = move || {
        let approvals = approvals.map(|_| Topic::Approvals);
        let alerts = alerts.map(|_| Topic::Alerts);
        approvals.into_iter().chain(alerts).collect()
    };
    use_live(topics, move |item| {
        let due = match item {
            Item::Approvals => [approvals, None],
            Item::Alerts => [alerts, None],
            Item::Resync => [approvals, alerts],
            _ => [None, None],
        };
        for due in due.into_iter().flatten() {
            due.refetch();
        }
    });
    Due { approvals, alerts }
}

impl Due {
    /// The number beside a place, as the navigation shows it; nothing while it is zero or not known.
    pub(super) fn badge(self, href: &str) -> Option<AnyView> {
        let due = match href {
            routes::APPROVALS => self.approvals?,
            routes::ALERTS => self.alerts?,
            _ => return None,
        };
        Some(quietly(due, |due| match due {
            Ok(due) if due > 0 => view! {
                <span class="nav-n nav-n--due">
                    {format::count(due)} <span class="sr-only">" waiting"</span>
                </span>
            }
            .into_any(),
            _ => ().into_any(),
        }))
    }
}
