//! What the palette offers for a text.

use muster_core::policy::Action;

use super::super::navigation::{Entry, navigation};
use crate::pages::fleet::address::FleetAddress;
use crate::routes;
use crate::rpc::fleet::{Found, ViewRow};
use crate::session::Me;
use crate::ui::Look;

/// Most views offered at once.
const MAX_VIEWS: usize = 6;

/// Somewhere to go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// Its name.
    pub(super) label: String,
    /// What it is.
    pub(super) about: String,
    /// Its symbol.
    pub(super) icon: &'static str,
    /// Its address.
    pub(super) href: String,
}

/// The pages of a person.
pub(super) fn places(me: &Me) -> Vec<Entry> {
    let groups = navigation(me).into_iter();
    let mut places: Vec<Entry> = groups.flat_map(|group| group.entries).collect();
    if !places.iter().any(|place| place.href == routes::FLEET) {
        places.push(Entry {
            href: routes::FLEET,
            label: "Fleet",
            icon: "i-fleet",
        });
    }
    if me.can(Action::RunOperations) {
        places.push(Entry {
            href: routes::NEW_OPERATION,
            label: "New operation: change many devices",
            icon: "i-plus",
        });
    }
    if !places.iter().any(|place| place.href == routes::OPERATIONS) {
        places.push(Entry {
            href: routes::OPERATIONS,
            label: "Operations",
            icon: "i-layers",
        });
    }
    places.push(Entry {
        href: routes::ACCOUNT,
        label: "Account",
        icon: "i-user",
    });
    places
}

/// Those of the devices found for another text that fit this one by what is shown of them.
pub(super) fn fitting(text: &str, devices: &[Found]) -> Vec<Found> {
    let wanted = text.trim().to_lowercase();
    let fits = |device: &&Found| {
        let shown = [device.id.as_str(), &device.about].map(str::to_lowercase);
        !wanted.is_empty() && shown.iter().any(|text| text.contains(&wanted))
    };
    devices.iter().filter(fits).cloned().collect()
}

/// The lines for a text: pages and views of that name first, then devices. Devices come when the hub has answered: above
/// the others they would move under Enter what somebody has chosen.
pub(super) fn lines(
    text: &str,
    places: &[Entry],
    views: &[ViewRow],
    devices: &[Found],
) -> Vec<Line> {
    let wanted = text.trim().to_lowercase();
    let fits = |name: &str| name.to_lowercase().contains(&wanted);
    let places = places.iter().filter(|place| fits(place.label));
    let mut lines: Vec<Line> = places.map(page).collect();
    lines.extend(
        views
            .iter()
            .filter(|view| fits(&view.name))
            .take(MAX_VIEWS)
            .map(view),
    );
    lines.extend(devices.iter().map(device));
    if !wanted.is_empty() {
        let address = FleetAddress {
            text: text.trim().to_owned(),
            ..FleetAddress::default()
        };
        lines.push(Line {
            label: format!("All devices with “{}”", text.trim()),
            about: "Fleet".to_owned(),
            icon: "i-search",
            href: address.href(),
        });
    }
    lines
}

fn device(device: &Found) -> Line {
    let state = device.contact.map(|contact| Look::from(contact).word);
    let parts = [Some(device.about.as_str()), state];
    let parts: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    Line {
        label: device.id.as_str().to_owned(),
        about: parts.join(" · "),
        icon: "i-sensor",
        href: routes::device(&device.id),
    }
}

fn view(view: &ViewRow) -> Line {
    let about = if view.shared {
        "Shared view"
    } else {
        "Your view"
    };
    Line {
        label: view.name.clone(),
        about: about.to_owned(),
        icon: "i-bookmark",
        href: FleetAddress::of_view(view.id, &view.query).href(),
    }
}

fn page(place: &Entry) -> Line {
    Line {
        label: place.label.to_owned(),
        about: "Page".to_owned(),
        icon: place.icon,
        href: place.href.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use muster_core::contact::Contact;
    use muster_core::ids::DeviceId;
    use muster_core::view::ViewId;

    const PLACES: [Entry; 2] = [
        Entry {
            href: "/queue",
            label: "Queue",
            icon: "i-queue",
        },
        Entry {
            href: "/fleet",
            label: "Fleet",
            icon: "i-fleet",
        },
    ];

    #[test]
    fn lines_follow_the_text() {
        let views = [ViewRow {
            id: ViewId(7),
            name: "Queue of drift".to_owned(),
            query: "?sort=seen".to_owned(),
            shared: true,
            mine: true,
            owner: String::new(),
            pinned: false,
        }];
        let devices = [Found {
            id: DeviceId::new("que-1").unwrap(),
            contact: Some(Contact::Silent),
            about: "Harbour".to_owned(),
        }];
        let check = |text: &str, devices: &[Found], want: &[(&str, &str)]| {
            let found = lines(text, &PLACES, &views, devices);
            let found: Vec<_> = found
                .iter()
                .map(|line| (line.label.as_str(), line.href.as_str()))
                .collect();
            assert_eq!(found, want, "{text}");
        };
        let view = ("Queue of drift", "/fleet?sort=seen&view=7");
        check("", &[], &[("Queue", "/queue"), ("Fleet", "/fleet"), view]);
        check(
            " QUE ",
            &devices,
            &[
                ("Queue", "/queue"),
                view,
                ("que-1", "/devices/que-1"),
                ("All devices with “QUE”", "/fleet?q=QUE"),
            ],
        );
        assert_eq!(device(&devices[0]).about, "Harbour · Silent");
        let check = |text: &str, want: usize| {
            assert_eq!(fitting(text, &devices).len(), want, "{text}");
        };
        check("que-", 1);
        check("harb", 1);
        check("que-2", 0);
        check(" ", 0);
    }
}
