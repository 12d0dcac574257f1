//! The queue as a table: each line a matter, its devices, one next step.

use leptos::prelude::*;

use crate::panels::needs::Need;
use crate::reactive::dynamic;
use crate::ui::{ButtonKind, ButtonSize, Count, Glyph, LinkButton, Look, State, Tone};

/// The matters.
#[component]
pub(super) fn NeedsTable(
    /// Most urgent first.
    #[prop(into)]
    needs: Signal<Vec<Need>>,
) -> impl IntoView {
    let content = move || {
        let needs = needs.get();
        if needs.is_empty() {
            let fine = Look {
                tone: Tone::Ok,
                icon: "s-ok",
                word: "Good",
                cell: "ok",
            };
            return view! { <p><State look=fine word="Nothing needs you right now."/></p> }
                .into_any();
        }
        let rows = needs
            .into_iter()
            .enumerate()
            .map(|(i, need)| line(i, need))
            .collect_view();
        view! {
            <table class="table queue stackable" role="table">
                <caption class="sr-only">"What needs you, most urgent first"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Matter"</th>
                        <th scope="col" role="columnheader" class="num">"Devices"</th>
                        <th scope="col" role="columnheader">"Next step"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! { {dynamic(content)} }
}

fn line(index: usize, need: Need) -> impl IntoView {
    let first_and_urgent = index == 0 && need.look.tone == Tone::Critical;
    let kind = if first_and_urgent {
        ButtonKind::Primary
    } else {
        ButtonKind::Default
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="wrap">
                <div class="q-what">
                    <Glyph look=need.look/>
                    <div>
                        <span>{need.title}</span>
                        <span class="sub">{need.note}</span>
                    </div>
                </div>
            </th>
            <td role="cell" class="num"><Count n=need.devices href=need.href.clone()/></td>
            <td role="cell" class="end-a q-act">
                <LinkButton href=need.href kind=kind size=ButtonSize::Small>{need.action}</LinkButton>
            </td>
        </tr>
    }
    .into_any()
}
