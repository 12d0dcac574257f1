//! Configurations that contradict each other.

use leptos::prelude::*;

use crate::routes;
use crate::rpc::configurations::ConflictRow;
use crate::ui::{Count, TableWrap};

/// Who wins over whom, about what, on how many devices.
pub(super) fn conflict_table(conflicts: Vec<ConflictRow>) -> AnyView {
    let rows = conflicts.into_iter().map(row).collect_view();
    view! {
        <p class="lede">"Both say something about the same property. On devices that both cover, the first one wins."</p>
        <TableWrap>
            <table class="table configurations">
                <caption class="sr-only">"Configurations that contradict each other"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Wins"</th>
                        <th scope="col">"Loses"</th>
                        <th scope="col">"About"</th>
                        <th scope="col" class="num">"Devices"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableWrap>
    }
    .into_any()
}

fn row(conflict: ConflictRow) -> AnyView {
    let devices = match conflict.devices {
        0 => view! { <span class="dim">"none now"</span> }.into_any(),
        n => view! { <Count n=Signal::stored(n) href=conflict.list/> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row"><a class="id" href=routes::configuration(&conflict.winner)>{conflict.winner.clone()}</a></th>
            <td><a href=routes::configuration(&conflict.loser)>{conflict.loser.clone()}</a></td>
            <td class="wrap c-target"><code>{conflict.paths.join(", ")}</code></td>
            <td class="num">{devices}</td>
        </tr>
    }
    .into_any()
}
