//! Where the device stands, its name, its state, one sentence, the actions.

use leptos::prelude::*;
use muster_core::device::Status;
use muster_core::lifecycle::Stage;
use muster_core::twin::Object;
use muster_query::{Condition, Literal};

use super::address::{DeviceAddress, View};
use super::method::MethodAction;
use super::status::StatusAction;
use crate::format;
use crate::panels::filters;
use crate::panels::refresh::Refresh;
use crate::panels::twin::tree;
use crate::routes;
use crate::rpc::devices::DeviceView;
use crate::ui::{Breadcrumb, Crumb, LinkButton, Look, PageHead, Pill, look};

/// The head of the page.
#[component]
pub(super) fn DeviceHead(
    /// The device as it is now.
    device: RwSignal<DeviceView>,
    /// Reads it again.
    refresh: Refresh,
) -> impl IntoView {
    let (id, rights) = device.with_untracked(|device| (device.id.clone(), device.rights));
    let crumbs = Memo::new(move |_| device.with(|device| crumbs(&device.tags)));
    let contact = Memo::new(move |_| device.with(|device| device.contact));
    let other = Memo::new(move |_| device.with(other_pill));
    let pills = move || {
        view! {
            {move || contact.get().map(|contact| view! { <Pill look=Look::from(contact)/> })}
            {move || other.get().map(|look| view! { <Pill look=look/> })}
        }
    };
    let edit = rights
        .edit_twin
        .then(|| DeviceAddress::twin(View::Form).href(&id));
    let actions = move || {
        view! {
            {edit.map(|href| view! { <LinkButton href=href icon="i-configure">"Change desired…"</LinkButton> })}
            {rights.invoke.then(|| view! { <MethodAction device=device/> })}
            {rights.provision.then(|| view! { <StatusAction device=device refresh=refresh/> })}
        }
    };
    view! {
        {move || view! { <Breadcrumb crumbs=crumbs.get()/> }}
        <PageHead
            title=id.as_str().to_owned()
            pills=pills
            facts=move || move || device.with(sentence)
            actions=actions
        />
    }
    .into_any()
}

/// The fleet, and the region and the site where they are tagged: each the list of what is there.
fn crumbs(tags: &Object) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb {
        label: "Fleet".to_owned(),
        href: routes::FLEET.to_owned(),
    }];
    let mut narrower = Condition::all();
    for name in ["region", "site"] {
        // The shortest path is the one people mean: `site` has the name, `location.site` may be a code.
        let found = tree::leaves(tags)
            .into_iter()
            .filter(|(path, value)| {
                path.last().is_some_and(|last| last == name) && value.is_string()
            })
            .min_by_key(|(path, _)| path.len());
        if let Some((path, value)) = found {
            let text = tree::shown(value);
            narrower = narrower.and(filters::tag_is(
                &tree::dotted(&path),
                Literal::String(text.clone()),
            ));
            crumbs.push(Crumb {
                label: text,
                href: filters::href(&narrower),
            });
        }
    }
    crumbs
}

/// At most one pill beside the word of contact: what most explains the device's state.
fn other_pill(device: &DeviceView) -> Option<Look> {
    match (device.status, device.stage) {
        (Status::Disabled, _) => Some(Look::from(Status::Disabled)),
        (_, stage @ (Stage::Planned | Stage::Maintenance | Stage::Retired)) => {
            Some(Look::from(stage))
        }
        _ if device.open_properties > 0 => Some(look::DRIFT),
        _ => None,
    }
}

/// One sentence of facts.
fn sentence(device: &DeviceView) -> String {
    let model = match device.model.as_str() {
        "" => String::new(),
        model => format!("Model {model}. "),
    };
    let every = format::duration(i64::from(device.every_s) * 1000);
    let rhythm = match (device.contact, device.sleeps) {
        (None, _) => "Out of service".to_owned(),
        (Some(_), true) => format!("Wakes every {every} and sleeps in between"),
        (Some(_), false) => format!("Expected at least every {every}"),
    };
    format!("{model}{}", format::sentence(&rhythm))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_way_to_a_device_narrows_the_fleet() {
        let tags =
            json!({"region": "north", "location": {"site": "hbr"}, "site": "Harbour", "note": 1});
        let crumbs: Vec<_> = crumbs(tags.as_object().unwrap())
            .into_iter()
            .map(|crumb| (crumb.label, crumb.href))
            .collect();
        let want = [
            ("Fleet", "/fleet"),
            ("north", "/fleet?filter=tags.region%20%3D%20%27north%27"),
            (
                "Harbour",
                "/fleet?filter=tags.region%20%3D%20%27north%27%20AND%20tags.site%20%3D%20%27Harbour%27",
            ),
        ];
        assert_eq!(
            crumbs,
            want.map(|(label, href)| (label.to_owned(), href.to_owned()))
        );
    }
}
