//! The places there are.

use leptos::prelude::*;
use muster_core::policy::Action;

use super::plane::picture;
use super::projection::write_point;
use crate::format;
use crate::pages::windows::AreaTabs;
use crate::routes;
use crate::rpc::places::{Outline, PlaceView};
use crate::session::use_session;
use crate::ui::{ButtonKind, EmptyState, LinkButton, PageHead, TableWrap};

/// The list.
#[component]
pub(super) fn List(
    /// The places.
    places: Vec<PlaceView>,
) -> impl IntoView {
    let may = use_session()
        .me_now()
        .is_some_and(|me| me.can(Action::KeepWindows));
    let new = move || {
        may.then(|| view! {
            <LinkButton href=routes::sheet(routes::PLACES, routes::NEW) kind=ButtonKind::Primary icon="i-plus">
                "New place"
            </LinkButton>
        })
    };
    let body = if places.is_empty() {
        view! {
            <EmptyState title="No places yet" first_time=true>
                "A place is a circle or a polygon on the map. Bulk operations can wait until a device is inside, or outside."
            </EmptyState>
        }
        .into_any()
    } else {
        table(places, may)
    };
    view! {
        <PageHead
            title="Places"
            facts=|| "Bulk operations can wait until a device is inside a place, or outside."
            actions=new
        />
        <AreaTabs at=routes::PLACES/>
        <div class="mt-6">{body}</div>
    }
    .into_any()
}

fn table(places: Vec<PlaceView>, may: bool) -> AnyView {
    let rows = places.into_iter().map(move |place| {
        let name = if may {
            let href = routes::sheet(routes::PLACES, &place.id);
            view! { <a class="id" href=href>{place.name}</a> }.into_any()
        } else {
            place.name.into_any()
        };
        let site = (!place.site.is_empty()).then(|| {
            view! {
                {place.site}
                <span class="sub">
                    <a href=place.href>{format::plural(place.devices, "device", "devices")}</a>
                </span>
            }
        });
        view! {
            <tr>
                <th scope="row" class="wrap">
                    <span class="place-name">{picture(&place.outline)} {name}</span>
                </th>
                <td class="wrap">{words(&place.outline)}</td>
                <td class="wrap">{site}</td>
                <td class="wrap">{place.zone}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <TableWrap>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Outline"</th>
                        <th scope="col">"Site"</th>
                        <th scope="col">"Time zone"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableWrap>
    }
    .into_any()
}

/// "Circle of 250 m around 52.5, 13.4", "Polygon of 5 corners, the first at 52.5, 13.4"
fn words(outline: &Outline) -> String {
    match outline {
        Outline::Circle(lat, lon, radius) => {
            let radius = format::reading(*radius);
            format!("Circle of {radius} m around {}", write_point(*lat, *lon))
        }
        Outline::Polygon(points) => {
            let first = points.first().map(|(lat, lon)| write_point(*lat, *lon));
            format!(
                "Polygon of {} corners, the first at {}",
                points.len(),
                first.unwrap_or_default()
            )
        }
    }
}
