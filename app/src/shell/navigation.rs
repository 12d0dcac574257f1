//! Where people of each role can go (visual language §13).

use muster_core::policy::{Action, Role};

use crate::routes;
use crate::session::Me;

/// A place in the navigation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its address.
    pub href: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Its symbol.
    pub icon: &'static str,
}

/// Entries that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// What they have in common; the first group needs no name.
    pub heading: Option<&'static str>,
    /// The entries.
    pub entries: Vec<Entry>,
}

const FLEET: Entry = Entry {
    href: routes::FLEET,
    label: "Fleet",
    icon: "i-fleet",
};

const HEALTH: Entry = Entry {
    href: routes::HEALTH,
    label: "Health",
    icon: "i-monitor",
};

const OPERATIONS: Entry = Entry {
    href: routes::OPERATIONS,
    label: "Operations",
    icon: "i-layers",
};

const FIRMWARE: Entry = Entry {
    href: routes::FIRMWARE,
    label: "Firmware",
    icon: "i-box",
};

const CONFIGURATIONS: Entry = Entry {
    href: routes::CONFIGURATIONS,
    label: "Configurations",
    icon: "i-configure",
};

const ALERTS: Entry = Entry {
    href: routes::ALERTS,
    label: "Alerts",
    icon: "i-bell",
};

const ALERT_RULES: Entry = Entry {
    href: routes::ALERT_RULES,
    label: "Alert rules",
    icon: "i-flag",
};

const PEOPLE: Entry = Entry {
    href: routes::PEOPLE,
    label: "People",
    icon: "i-users",
};

const APPROVALS: Entry = Entry {
    href: routes::APPROVALS,
    label: "Approvals",
    icon: "i-approve",
};

const WINDOWS: Entry = Entry {
    href: routes::WINDOWS,
    label: "Windows",
    icon: "i-window",
};

const EMBEDS: Entry = Entry {
    href: routes::EMBEDS,
    label: "Embeds",
    icon: "i-embed",
};

/// Where devices are changed in numbers.
const CONFIGURE: &[Entry] = &[CONFIGURATIONS, FIRMWARE, WINDOWS];

/// The entry of a role's home.
pub fn home_entry(role: Role) -> Entry {
    let (label, icon) = match role {
        Role::Operator => ("Queue", "i-queue"),
        Role::Supervisor => ("Oversight", "i-eye"),
        Role::Manager => ("Goals", "i-target"),
        Role::Admin => ("Server health", "i-server"),
    };
    Entry {
        href: routes::home_of(role),
        label,
        icon,
    }
}

/// The navigation of a person: the union of their roles, each place once. Whoever has to choose a password first can
/// go nowhere else.
pub fn navigation(me: &Me) -> Vec<Group> {
    if me.must_change_password {
        return Vec::new();
    }
    let mut places: Vec<Entry> = Vec::new();
    for role in me.roles() {
        match role {
            Role::Operator | Role::Supervisor => {
                places.extend([home_entry(role), FLEET, ALERTS, OPERATIONS, HEALTH])
            }
            Role::Manager => places.extend([home_entry(role), HEALTH]),
            // Administrators look at everything.
            Role::Admin => {
                places.extend([home_entry(role), FLEET, ALERTS, OPERATIONS, HEALTH]);
                places.extend(Role::ALL.map(home_entry));
            }
        }
    }
    let mut main: Vec<Entry> = Vec::new();
    for place in places {
        if !main.contains(&place) {
            main.push(place);
        }
    }
    let mut groups = vec![Group {
        heading: None,
        entries: main,
    }];
    if me.can(Action::RunOperations) {
        groups.push(Group {
            heading: Some("Configure"),
            entries: CONFIGURE.to_vec(),
        });
        groups.push(Group {
            heading: Some("Oversee"),
            entries: match me.can(Action::KeepAlertRules) {
                true => vec![APPROVALS, ALERT_RULES],
                false => vec![APPROVALS],
            },
        });
    }
    if me.can(Action::KeepEmbeds) {
        match groups
            .last_mut()
            .filter(|group| group.heading == Some("Oversee"))
        {
            Some(oversee) => oversee.entries.push(EMBEDS),
            // Managers have one row.
            None => groups[0].entries.push(EMBEDS),
        }
    }
    if me.can(Action::ManagePeople) {
        groups.push(Group {
            heading: Some("Admin"),
            entries: vec![PEOPLE],
        });
    }
    groups
}

/// Whether `path` is the place or below it. A device belongs to the fleet.
pub(crate) fn is_at(path: &str, href: &str) -> bool {
    let below = |parent: &str| {
        path.strip_prefix(parent)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let rules = href == routes::ALERTS && below(routes::ALERT_RULES);
    (below(href) && !rules)
        || (href == routes::FLEET && below(routes::DEVICES))
        || (href == routes::WINDOWS && (below(routes::CALENDARS) || below(routes::PLACES)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Grant;
    use muster_core::ids::PersonId;

    fn labels(roles: &[Role]) -> Vec<&'static str> {
        let grants = roles.iter().map(|role| Grant {
            role: *role,
            scope: String::new(),
        });
        let me = Me {
            id: PersonId(1),
            name: String::new(),
            display_name: String::new(),
            grants: grants.collect(),
            home: String::new(),
            must_change_password: false,
        };
        let groups = navigation(&me).into_iter();
        groups.flat_map(|g| g.entries).map(|e| e.label).collect()
    }

    #[test]
    fn each_role_sees_its_places() {
        const CONFIGURE: [&str; 4] = ["Configurations", "Firmware", "Windows", "Approvals"];
        let check = |roles: &[Role], homes: &[&str], rest: &[&str]| {
            assert_eq!(labels(roles), [homes, rest].concat());
        };
        check(
            &[Role::Operator],
            &["Queue", "Fleet", "Alerts", "Operations", "Health"],
            &CONFIGURE,
        );
        check(
            &[Role::Supervisor],
            &["Oversight", "Fleet", "Alerts", "Operations", "Health"],
            &[&CONFIGURE[..], &["Alert rules", "Embeds"]].concat(),
        );
        check(&[Role::Manager], &["Goals", "Health"], &["Embeds"]);
        check(
            &[Role::Admin],
            &[
                "Server health",
                "Fleet",
                "Alerts",
                "Operations",
                "Health",
                "Queue",
                "Oversight",
                "Goals",
            ],
            &[&CONFIGURE[..], &["Alert rules", "Embeds", "People"]].concat(),
        );
        check(
            &[Role::Manager, Role::Operator],
            &["Queue", "Fleet", "Alerts", "Operations", "Health", "Goals"],
            &[&CONFIGURE[..], &["Embeds"]].concat(),
        );
    }

    #[test]
    fn devices_belong_to_the_fleet() {
        let check = |path, href, want| assert_eq!(is_at(path, href), want, "{path} at {href}");
        check("/fleet", routes::FLEET, true);
        check("/devices/a", routes::FLEET, true);
        check("/people/7", routes::PEOPLE, true);
        check("/fleetwide", routes::FLEET, false);
        check("/hub", routes::FLEET, false);
        check("/alerts", routes::ALERTS, true);
        check("/alerts/rules", routes::ALERTS, false);
        check("/alerts/rules/7", routes::ALERT_RULES, true);
    }
}
