//! The gallery: every part in the states it can reach, to compare, test and copy from.

mod brand;
mod buttons;
mod charts;
mod colour;
mod dialogs;
mod fields;
mod messages;
mod panels;
mod populations;
mod tables;
mod twins;

use leptos::prelude::*;

use super::PageHead;

/// Noon of the examples: Thu 19 Nov 2026 14:32:08 UTC. The gallery reads no clock, so that it always looks the same.
pub(super) const NOW: i64 = 1_795_098_728_000;

/// All parts on one page; put it into the shell, or let it stand alone.
#[component]
pub fn Gallery() -> impl IntoView {
    view! {
        <PageHead
            title="Components and states"
            facts=|| "One page to compare, test and copy from. Every part is shown in the states it can reach."
        />
        {brand::brand()}
        {colour::colour()}
        {brand::type_scale()}
        {brand::icons()}
        {buttons::buttons()}
        {fields::fields()}
        {panels::panels()}
        {tables::tables()}
        {populations::populations()}
        {charts::charts()}
        {twins::twins()}
        {messages::messages()}
        {dialogs::dialogs()}
    }
    .into_any()
}

/// One part of the gallery.
fn show(id: &'static str, title: &'static str, content: impl IntoView + 'static) -> AnyView {
    view! {
        <section class="gal" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {content.into_view()}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests;
