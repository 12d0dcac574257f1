//! Group-by: bars on a common scale; a click filters.

use leptos::prelude::*;

use super::{Bar, Count, Icon, Segment};

use crate::reactive::dynamic;

/// One value and how many have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FacetRow {
    /// The value.
    pub label: String,
    /// The list filtered to it.
    pub href: String,
    /// How many.
    pub n: u64,
    /// Its parts; one of `main` for a plain bar.
    pub segments: Vec<Segment>,
    /// The parts in words, for assistive technology.
    pub words: String,
}

/// All values of one property.
#[component]
pub fn Facet(
    /// The property: "Region, split by contact".
    #[prop(into)]
    caption: String,
    /// The largest first; the rest as one row.
    #[prop(into)]
    rows: Signal<Vec<FacetRow>>,
) -> impl IntoView {
    let rows = move || {
        let rows = rows.get();
        let most = rows.iter().map(|row| row.n).max().unwrap_or(0);
        rows.into_iter()
            .map(|row| {
                view! {
                    <tr>
                        <th scope="row"><a href=row.href.clone()>{row.label}</a></th>
                        <td><Bar segments=row.segments of=most label=row.words height=10/></td>
                        <td class="num"><Count n=row.n href=row.href/></td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <table class="facet">
            <caption>{caption}</caption>
            <tbody>{dynamic(rows)}</tbody>
        </table>
    }
    .into_any()
}

/// One or two facets that fold away.
#[component]
pub fn GroupBy(
    /// The properties: "Region, Firmware".
    #[prop(into)]
    by: String,
    /// Unfolded at first.
    #[prop(default = true)]
    open: bool,
    /// [`Facet`]s.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="groupby" open=open>
            <summary>
                <span class="medium">"Group by"</span>
                <span class="dim2">{by}</span>
                <Icon name="i-chev-d"/>
            </summary>
            <div class="groupby-grid">{children()}</div>
        </details>
    }
    .into_any()
}
