//! The list by the values of a tag: bars that narrow it.

use leptos::prelude::*;

use super::address::{FleetAddress, tag_title};
use crate::format;
use crate::rpc::fleet::{FleetFacet, TagColumn};
use crate::ui::{Facet, FacetRow, GroupBy, Segment};

/// Other tags that are offered to group by.
const MAX_OTHERS: usize = 8;

/// The bars; nothing where no tag is in use.
#[component]
pub(super) fn Facets(
    /// The state of the page.
    address: FleetAddress,
    /// The counts.
    facets: Vec<FleetFacet>,
    /// Every tag in use.
    tags: Vec<TagColumn>,
) -> impl IntoView {
    if facets.is_empty() {
        return ().into_any();
    }
    let titles: Vec<String> = facets.iter().map(|facet| tag_title(&facet.path)).collect();
    let others = others(&address, &facets, tags);
    let bars = facets
        .into_iter()
        .map(|facet| {
            let (caption, rows) = (caption(&facet), rows(facet));
            view! { <Facet caption=caption rows=rows/> }
        })
        .collect_view();
    view! {
        <div class="mt-4">
            <GroupBy by=titles.join(", ")>{bars}</GroupBy>
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
    let title = tag_title(&facet.path);
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

/// Links that group by another tag.
fn others(
    address: &FleetAddress,
    facets: &[FleetFacet],
    mut tags: Vec<TagColumn>,
) -> Option<impl IntoView + use<>> {
    tags.retain(|tag| facets.iter().all(|facet| facet.path != tag.path));
    tags.sort_by(|a, b| b.devices.cmp(&a.devices).then_with(|| a.path.cmp(&b.path)));
    tags.truncate(MAX_OTHERS);
    let links = tags
        .iter()
        .map(|tag| {
            let grouped = FleetAddress {
                group: Some(tag.path.clone()),
                ..address.first_page()
            };
            view! { <a class="tag plain" href=grouped.href()>{tag.path.clone()}</a> }
        })
        .collect_view();
    (!tags.is_empty()).then(|| {
        view! { <p class="tags mt-2"><span class="meta">"Group by"</span>{links}</p> }
    })
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
            path: "location.site".to_owned(),
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
