//! Parts of tables. Tables themselves are written out: `<table class="table">` with `scope` and `<tbody>`.

use leptos::prelude::*;

use super::Icon;

use crate::reactive::dynamic;

/// Direction of the sorted column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Lets a wide table scroll in its own place.
#[component]
pub fn TableWrap(
    /// The table.
    children: Children,
) -> impl IntoView {
    view! { <div class="table-wrap">{children()}</div> }.into_any()
}

/// A column head that sorts: a link to the list in the other order.
#[component]
pub fn SortHead(
    /// The column.
    #[prop(into)]
    label: String,
    /// The list sorted by it, in the other order if it is sorted by it already.
    #[prop(into)]
    href: Signal<String>,
    /// How it is sorted now.
    #[prop(optional, into)]
    sort: Signal<Option<Sort>>,
    /// `num` for numbers and ages, `p2` to `p4` for what leaves first on narrow lists.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let aria = move || {
        sort.get().map(|sort| match sort {
            Sort::Ascending => "ascending",
            Sort::Descending => "descending",
        })
    };
    let arrow = move || {
        sort.get().map(|sort| {
            let name = match sort {
                Sort::Ascending => "i-up",
                Sort::Descending => "i-down",
            };
            view! { <Icon name=name/> }
        })
    };
    view! {
        <th scope="col" class=class aria-sort=aria>
            <a href=href>
                <span>{label}</span>
                {dynamic(arrow)}
            </a>
        </th>
    }
    .into_any()
}
