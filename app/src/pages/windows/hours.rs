//! Windows or calendars as a list, in words.

use leptos::prelude::*;

use super::figure::{clock, colour};
use crate::routes;
use crate::rpc::windows::HoursView;
use crate::ui::TableWrap;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Windows or calendars; their forms are below `pages`.
pub(super) fn table(rows: &[HoursView], pages: &'static str, may: bool) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="meta">"None yet."</p> }.into_any();
    }
    let row = |(at, row): (usize, &HoursView)| {
        let name = if may {
            let href = routes::sheet(pages, &row.id);
            view! { <a class="id" href=href>{row.name.clone()}</a> }.into_any()
        } else {
            row.name.clone().into_any()
        };
        let class = if pages == routes::WINDOWS {
            colour(at)
        } else {
            "week-service".to_owned()
        };
        let lines = |lines: &[String], class: &'static str| {
            let lines = lines.iter().cloned();
            lines
                .map(|line| view! { <span class=class>{line}</span> })
                .collect_view()
        };
        view! {
            <tr role="row">
                <th scope="row" role="rowheader" class="wrap">
                    <svg class="week-swatch" aria-hidden="true"><rect class=class width="100%" height="100%"></rect></svg>
                    {name}
                </th>
                <td role="cell" class="wrap">{lines(&row.rules, "week-line")}{lines(&row.but, "sub")}</td>
                <td role="cell" class="wrap">
                    {row.next.clone()}
                    <span class="sub">{this_week(&row.spans)}</span>
                </td>
            </tr>
        }
    };
    let rows = rows.iter().enumerate().map(row).collect_view();
    view! {
        <TableWrap>
            <table class="table cards week-table" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Name"</th>
                        <th scope="col" role="columnheader">"Hours"</th>
                        <th scope="col" role="columnheader">"Next, and in the week shown"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </TableWrap>
    }
    .into_any()
}

/// The openings of the week in words: "Mon 02:00–04:00, Sun 02:00–04:00".
fn this_week(spans: &[Vec<(u16, u16)>]) -> String {
    let days = spans.iter().zip(DAYS).flat_map(|(spans, day)| {
        let spans = spans.iter();
        spans.map(move |(from, until)| format!("{day} {}–{}", clock(*from), clock(*until)))
    });
    let days: Vec<String> = days.collect();
    if days.is_empty() {
        return "Not in this week".to_owned();
    }
    days.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_told() {
        let check = |spans: &[Vec<(u16, u16)>], want: &str| assert_eq!(this_week(spans), want);
        check(
            &[vec![(120, 240)], vec![(0, 60), (1380, 1440)]],
            "Mon 02:00–04:00, Tue 00:00–01:00, Tue 23:00–24:00",
        );
        check(&[Vec::new()], "Not in this week");
    }
}
