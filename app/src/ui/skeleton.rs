//! The shape of what loads.

use leptos::prelude::*;

/// How much of its place a line takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SkeletonWidth {
    /// 30 %.
    W30,
    /// 40 %.
    W40,
    /// 60 %.
    W60,
    /// 80 %.
    W80,
}

impl SkeletonWidth {
    fn class(self) -> &'static str {
        match self {
            Self::W30 => "w-30",
            Self::W40 => "w-40",
            Self::W60 => "w-60",
            Self::W80 => "w-80",
        }
    }
}

/// One line.
#[component]
pub fn Skeleton(
    /// How long.
    width: SkeletonWidth,
    /// As tall as a figure.
    #[prop(optional)]
    large: bool,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let large = if large { " skel--l" } else { "" };
    let gap = if class.is_empty() { "" } else { " " };
    view! { <span class=format!("skel{large} {}{gap}{class}", width.class())></span> }.into_any()
}

/// A figure and three lines: the shape of most panels.
#[component]
pub fn SkeletonLines() -> impl IntoView {
    view! {
        <Skeleton width=SkeletonWidth::W40 large=true/>
        <Skeleton width=SkeletonWidth::W80 class="mt-4"/>
        <Skeleton width=SkeletonWidth::W60 class="mt-2"/>
        <Skeleton width=SkeletonWidth::W30 class="mt-2"/>
    }
    .into_any()
}

/// Rows of a table.
#[component]
pub fn SkeletonRows(
    /// How many rows.
    rows: usize,
    /// How many columns.
    columns: usize,
) -> impl IntoView {
    const WIDTHS: [SkeletonWidth; 3] = [SkeletonWidth::W60, SkeletonWidth::W40, SkeletonWidth::W80];
    (0..rows)
        .map(|row| {
            let cells = (0..columns)
                .map(|column| {
                    let width = WIDTHS[(row + column) % WIDTHS.len()];
                    view! { <td><Skeleton width=width/></td> }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view()
        .into_any()
}
