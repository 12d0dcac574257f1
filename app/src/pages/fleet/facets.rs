//! The list by the values of a path: bars that narrow it.

use leptos::prelude::*;
use leptos_router::components::Form;
use muster_query::Path;

use super::address::FleetAddress;
use super::filter_bar::hidden_fields;
use super::hints::{Hints, PATHS};
use crate::format;
use crate::routes;
use crate::rpc::fleet::{FleetFacet, TagColumn};
use crate::short::sort_by;
use crate::ui::{Button, ButtonSize, Facet, FacetRow, GroupBy, Segment};

/// Other tags that are offered to group by.
const MAX_OTHERS: usize = 6;

/// What every device has, as the query language names it.
const OF_ALL: [&str; 4] = ["contact", "stage", "modelId", "connectionState"];

/// The bars; none while a text is searched, which groups cannot count.
#[component]
pub(super) fn Facets(
    /// The state of the page.
    address: FleetAddress,
    /// The counts.
    facets: Vec<FleetFacet>,
    /// Every tag in use.
    tags: Vec<TagColumn>,
    /// Paths that complete what is written.
    hints: Hints,
) -> impl IntoView {
    if !address.text.is_empty() {
        return ().into_any();
    }
    let titles: Vec<String> = facets.iter().map(|facet| facet.title.clone()).collect();
    let others = others(&address, &facets, tags, hints);
    let bars = facets
        .into_iter()
        .map(|facet| {
            let (caption, rows) = (caption(&facet), rows(facet));
            view! { <Facet caption=caption rows=rows/> }
        })
        .collect_view();
    view! {
        <div class="mt-4">
            {(!titles.is_empty()).then(|| view! { <GroupBy by=titles.join(", ")>{bars}</GroupBy> })}
            {others}
        </div>
    }
    .into_any()
}

fn rows(facet: FleetFacet) -> Vec<FacetRow> {
    facet
        .groups
        .into_iter()
        .filter_map(|group| {
            let label = group.value?;
            Some(FacetRow {
                words: format!(
                    "{label}: {}",
                    format::plural(group.devices, "device", "devices")
                ),
                label,
                href: group.href,
                n: group.devices,
                segments: vec![Segment {
                    cell: "main",
                    n: group.devices,
                }],
            })
        })
        .collect()
}

/// What the bars are, and what they leave out.
fn caption(facet: &FleetFacet) -> String {
    let title = &facet.title;
    let unset: u64 = facet
        .groups
        .iter()
        .filter(|group| group.value.is_none())
        .map(|group| group.devices)
        .sum();
    let largest = if facet.more { ", the largest" } else { "" };
    match unset {
        0 => format!("{title}{largest}"),
        n => format!("{title}{largest}; not set on {}", format::count(n)),
    }
}

/// Links that group by another path, and a field for any.
fn others(
    address: &FleetAddress,
    facets: &[FleetFacet],
    mut tags: Vec<TagColumn>,
    hints: Hints,
) -> AnyView {
    sort_by(&mut tags, |a, b| {
        b.devices.cmp(&a.devices).then_with(|| a.path.cmp(&b.path))
    });
    let tags = tags.into_iter().map(|tag| Path::Tag(tag.path).to_string());
    let of_all = OF_ALL.into_iter().map(str::to_owned);
    let is_shown = |path: &String| facets.iter().any(|facet| facet.path == *path);
    let others: Vec<String> = of_all
        .filter(|path| !is_shown(path))
        .chain(tags.filter(|path| !is_shown(path)).take(MAX_OTHERS))
        .collect();
    let links = others
        .into_iter()
        .map(|path| {
            let grouped = FleetAddress {
                group: Some(path.clone()),
                ..address.first_page()
            };
            view! { <a class="tag plain" href=grouped.href()>{path}</a> }
        })
        .collect_view();
    let rest = hidden_fields(&FleetAddress {
        group: None,
        ..address.first_page()
    });
    view! {
        <div class="tags mt-2">
            <span class="meta">"Group by"</span>
            {links}
            <Form method="GET" action=routes::FLEET>
                {rest}
                <input
                    class="input input--s mono"
                    name="group"
                    aria-label="Group by any path"
                    placeholder="tags.…"
                    list=PATHS
                    autocomplete="off"
                    spellcheck="false"
                    on:focus=move |_| hints.want_paths()
                />
                <Button submit=true size=ButtonSize::Small>"Group"</Button>
            </Form>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::home::GroupCount;

    fn facet(more: bool, groups: &[(Option<&str>, u64)]) -> FleetFacet {
        let groups = groups.iter().map(|(value, devices)| GroupCount {
            value: value.map(str::to_owned),
            devices: *devices,
            href: String::new(),
        });
        FleetFacet {
            path: "tags.location.site".to_owned(),
            title: "Site".to_owned(),
            groups: groups.collect(),
            more,
        }
    }

    #[test]
    fn captions_say_what_is_left_out() {
        let check = |facet: FleetFacet, want: &str| assert_eq!(caption(&facet), want);
        check(facet(false, &[(Some("a"), 3)]), "Site");
        check(
            facet(true, &[(Some("a"), 3), (None, 1200)]),
            "Site, the largest; not set on 1,200",
        );
    }

    #[test]
    fn devices_without_a_value_have_no_bar() {
        let rows = rows(facet(false, &[(Some("a"), 3), (None, 2), (Some("b"), 1)]));
        let labels: Vec<_> = rows.iter().map(|row| row.words.as_str()).collect();
        assert_eq!(labels, ["a: 3 devices", "b: 1 device"]);
    }
}
