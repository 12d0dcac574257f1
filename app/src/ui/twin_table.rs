//! Desired beside reported: what differs first, then what agrees, then what is only reported.

use leptos::prelude::*;

use super::{Look, State, look, use_zone};
use crate::format::{self, Zone};
use crate::reactive::dynamic;

/// How the two sides of a property stand to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TwinState {
    /// Both are there and differ.
    Differs,
    /// Only desired; the device has not answered.
    DesiredOnly,
    /// Both are there and agree.
    InSync,
    /// Only reported.
    ReportedOnly,
}

/// A property of a twin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TwinRow {
    /// Its path: `reporting.interval`.
    pub path: String,
    /// The desired value as a reader sees it.
    pub desired: Option<String>,
    /// The reported value as a reader sees it.
    pub reported: Option<String>,
    /// How the two stand to each other.
    pub state: TwinState,
    /// Since when: the desired change that is not confirmed, or the last report.
    pub since: Option<i64>,
}

impl TwinRow {
    /// How long it has been so, or since when.
    fn words(&self, now: i64, zone: Zone) -> String {
        match (self.state, self.since) {
            (TwinState::Differs | TwinState::DesiredOnly, Some(at)) => {
                format!("Not confirmed, {}", format::duration(now - at))
            }
            (TwinState::Differs | TwinState::DesiredOnly, None) => "Not confirmed".to_owned(),
            (TwinState::InSync, Some(at)) => format::since(at, now, zone),
            (TwinState::InSync, None) => "In sync".to_owned(),
            (TwinState::ReportedOnly, Some(at)) => format::ago(at, now, zone),
            (TwinState::ReportedOnly, None) => String::new(),
        }
    }
}

/// Groups in reading order.
fn groups(rows: Vec<TwinRow>) -> [(&'static str, Vec<TwinRow>); 3] {
    let (different, rest): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|row| matches!(row.state, TwinState::Differs | TwinState::DesiredOnly));
    let (in_sync, reported) = rest
        .into_iter()
        .partition(|row| row.state == TwinState::InSync);
    [
        ("Different", different),
        ("In sync", in_sync),
        ("Reported only", reported),
    ]
}

/// The table.
#[component]
pub fn TwinTable(
    /// All properties, in order of their paths.
    #[prop(into)]
    rows: Signal<Vec<TwinRow>>,
    /// The present.
    #[prop(into)]
    now: Signal<i64>,
) -> impl IntoView {
    let zone = use_zone();
    let bodies = move || {
        groups(rows.get())
            .into_iter()
            .filter(|(_, rows)| !rows.is_empty())
            .map(|(title, rows)| {
                let n = rows.len();
                let rows = rows
                    .into_iter()
                    .map(|row| row_view(row, now, zone))
                    .collect_view();
                view! {
                    <tbody>
                        <tr class="t-group">
                            <th scope="rowgroup" colspan="4">{title}" "<span>{n}</span></th>
                        </tr>
                        {rows}
                    </tbody>
                }
            })
            .collect_view()
    };
    view! {
        <div class="table-wrap">
            <table class="table twin">
                <thead>
                    <tr>
                        <th scope="col">"Property"</th>
                        <th scope="col">"Desired"</th>
                        <th scope="col">"Reported"</th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                {dynamic(bodies)}
            </table>
        </div>
    }
    .into_any()
}

fn row_view(row: TwinRow, now: Signal<i64>, zone: Signal<Zone>) -> impl IntoView {
    let differs = matches!(row.state, TwinState::Differs | TwinState::DesiredOnly);
    let path = row.path.clone();
    let (desired, reported) = (row.desired.clone(), row.reported.clone());
    let look: Option<Look> = match row.state {
        TwinState::Differs | TwinState::DesiredOnly => Some(look::DRIFT),
        TwinState::InSync => Some(look::IN_SYNC),
        TwinState::ReportedOnly => None,
    };
    let state = move || {
        let words = row.words(now.get(), zone.get());
        match look {
            Some(look) => view! { <State look=look word=words/> }.into_any(),
            None => view! { <span class="dim">{words}</span> }.into_any(),
        }
    };
    let desired = match desired {
        Some(value) if differs => {
            view! { <td class="v" data-l="Desired"><ins>{value}</ins></td> }.into_any()
        }
        Some(value) => view! { <td class="v" data-l="Desired">{value}</td> }.into_any(),
        None => view! { <td class="v v--unset" data-l="Desired">"not set"</td> }.into_any(),
    };
    let reported = match reported {
        Some(value) if differs => {
            view! { <td class="v" data-l="Reported"><del>{value}</del></td> }.into_any()
        }
        Some(value) => view! { <td class="v" data-l="Reported">{value}</td> }.into_any(),
        None => view! { <td class="v v--unset" data-l="Reported">"not reported"</td> }.into_any(),
    };
    view! {
        <tr class=differs.then_some("is-diff")>
            <th scope="row" class="mono">{path}</th>
            {desired}
            {reported}
            <td>{dynamic(state)}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_reading_order() {
        let row = |path: &str, state| TwinRow {
            path: path.into(),
            desired: None,
            reported: None,
            state,
            since: None,
        };
        let rows = vec![
            row("a", TwinState::ReportedOnly),
            row("b", TwinState::InSync),
            row("c", TwinState::Differs),
            row("d", TwinState::DesiredOnly),
        ];
        let names: Vec<(&str, Vec<String>)> = groups(rows)
            .into_iter()
            .map(|(title, rows)| (title, rows.into_iter().map(|r| r.path).collect()))
            .collect();
        assert_eq!(
            names,
            [
                ("Different", vec!["c".to_owned(), "d".to_owned()]),
                ("In sync", vec!["b".to_owned()]),
                ("Reported only", vec!["a".to_owned()]),
            ]
        );
    }

    #[test]
    fn words_say_how_long() {
        let check = |state, since, want: &str| {
            let row = TwinRow {
                path: String::new(),
                desired: None,
                reported: None,
                state,
                since,
            };
            assert_eq!(row.words(10_320_000, Zone::Utc), want);
        };
        check(
            TwinState::Differs,
            Some(0),
            "Not confirmed, 2\u{a0}h 52\u{a0}min",
        );
        check(TwinState::InSync, Some(0), "since today 00:00");
        check(TwinState::ReportedOnly, Some(10_280_000), "40\u{a0}s ago");
        check(TwinState::DesiredOnly, None, "Not confirmed");
    }
}
