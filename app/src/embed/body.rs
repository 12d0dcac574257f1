//! What each kind of panel shows.

use leptos::prelude::*;
use muster_core::contact::Contact;
use muster_core::lifecycle::Stage;
use muster_core::operation::OperationState;
use muster_core::time::Timestamp;
use muster_index::{Census, Row, Scalar};
use muster_service::embeds::{PanelNews, Shown};
use muster_service::operations::OperationSummary;
use muster_service::series::Series;

use crate::charts::plot;
use crate::format::{self, Zone};
use crate::panels::operations::{progress, running};
use crate::panels::telemetry::{Range, Readings, telemetry_chart};
use crate::rpc::home::read::census_news;
use crate::ui::{Bar, Count, Legend, Look, RollCall, RollPart, Segment, State, look};

/// Height of a chart in pixels.
const CHART: u32 = 160;

/// The middle of the panel.
pub(super) fn body(shown: Shown) -> AnyView {
    let at = shown.at;
    match shown.news {
        PanelNews::Count(n) => figure(format::count(n), devices(n)),
        PanelNews::Contact(census) => contact(&census, at),
        PanelNews::Stages(census) => stages(&census),
        PanelNews::Groups(rows, n) => groups(rows, n),
        PanelNews::Operations(rows, more) => operations(rows, more),
        PanelNews::Telemetry {
            series,
            since,
            every_s,
            span,
        } => {
            let range = Range::from_name(span.as_str()).unwrap_or_default();
            telemetry(&series, since, every_s, range, at)
        }
        PanelNews::Devices(rows, n) => list(rows, n, at),
    }
}

fn devices(n: u64) -> &'static str {
    if n == 1 { "device" } else { "devices" }
}

/// The one number of a panel, and what it counts.
fn figure(value: String, of: impl Into<String>) -> AnyView {
    view! {
        <div class="emb-fig">
            <p class="emb-v">{value}</p>
            <p class="meta">{of.into()}</p>
        </div>
    }
    .into_any()
}

fn contact(census: &Census, at: Timestamp) -> AnyView {
    let census = census_news(census, at.millis());
    let parts: Vec<RollPart> = Contact::ALL
        .into_iter()
        .map(|contact| RollPart {
            look: Look::from(contact),
            n: census.contact(contact),
            href: None,
        })
        .collect();
    let of = format!(
        "{} of {} in contact",
        format::count(census.in_contact()),
        format::plural(census.in_service, "device", "devices")
    );
    let share = format::share(census.in_contact(), census.in_service);
    let parts = Signal::stored(parts);
    view! {
        {figure(share, of)}
        <div class="emb-chart"><RollCall parts=parts/></div>
        <div class="emb-more"><Legend parts=parts/></div>
    }
    .into_any()
}

fn stages(census: &Census) -> AnyView {
    let rows = Stage::ALL.into_iter().map(|stage| {
        view! {
            <tr>
                <th scope="row"><State look=Look::from(stage)/></th>
                <td class="num"><Count n=census.stage(stage) as u64/></td>
            </tr>
        }
    });
    view! {
        <div class="emb-more">
            <table class="table">
                <thead class="sr-only">
                    <tr><th scope="col">"Stage"</th><th scope="col">"Devices"</th></tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn groups(rows: Vec<(Option<Scalar>, usize)>, total: u64) -> AnyView {
    let most = rows.iter().map(|(_, n)| *n as u64).max().unwrap_or(0);
    let told: u64 = rows.iter().map(|(_, n)| *n as u64).sum();
    let line = |label: String, n: u64| {
        let segments = vec![Segment { cell: "main", n }];
        let words = format!("{label}: {}", format::plural(n, "device", "devices"));
        view! {
            <tr>
                <th scope="row">{label}</th>
                <td><Bar segments=segments of=most label=words height=10/></td>
                <td class="num"><Count n=n/></td>
            </tr>
        }
    };
    let lines = rows.into_iter().map(|(value, n)| {
        let label = match value {
            Some(Scalar::String(text)) => text,
            Some(Scalar::Number(number)) => format::reading(number),
            Some(Scalar::Bool(bool)) => bool.to_string(),
            None => "none".to_owned(),
        };
        line(label, n as u64)
    });
    let lines = lines.collect_view();
    let rest = (total > told).then(|| {
        view! {
            <tr>
                <th scope="row" class="dim">"Others"</th>
                <td></td>
                <td class="num"><Count n=total - told/></td>
            </tr>
        }
    });
    view! {
        <div class="emb-more">
            <table class="facet">
                <caption>{format::plural(total, "device", "devices")}</caption>
                <tbody>{lines} {rest}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn operations(rows: Vec<OperationSummary>, more: bool) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="emb-more meta">"No operation is running."</p> }.into_any();
    }
    let lines = rows
        .into_iter()
        .map(crate::rpc::operations::read::row)
        .map(|row| {
            let paused = row.state == OperationState::Paused;
            view! {
                <li class="op">
                    <div class="op-h">
                        <strong>{row.title.clone()}</strong>
                        {paused.then(|| view! { <State look=look::PAUSED/> })}
                    </div>
                    {progress::bar(&row.counts, 8)}
                    <p class="meta">{running::place(&row)} ", " {progress::words(&row.counts)}</p>
                </li>
            }
        });
    view! {
        <div class="emb-more">
            <ul class="ops">{lines.collect_view()}</ul>
            {more.then(|| view! { <p class="meta">"More are under way."</p> })}
        </div>
    }
    .into_any()
}

fn telemetry(
    series: &Series,
    since: Timestamp,
    every_s: u32,
    range: Range,
    at: Timestamp,
) -> AnyView {
    let readings = Readings {
        buckets: &series.buckets,
        level: series.level,
        since: since.millis(),
        every_s,
    };
    let field = series.field.clone().unwrap_or_default();
    let chart = telemetry_chart(&field, readings, range, at.millis());
    let (Some(model), Some(newest)) = (chart, series.buckets.last()) else {
        let words = format!("No reading of {field} in this time.");
        return view! { <p class="emb-more meta">{words}</p> }.into_any();
    };
    let labelled = format!("{}-t {}-d", model.id, model.id);
    let about = format!(
        "{field} at {} UTC",
        format::clock(newest.at.millis(), Zone::Utc)
    );
    view! {
        {figure(format::reading(newest.last), about)}
        <figure class="chart emb-chart">
            <div class="chart-plot">
                <svg
                    class="plot"
                    width="100%"
                    height=CHART
                    role="img"
                    aria-labelledby=labelled
                    inner_html=plot(&model, CHART, Zone::Utc)
                ></svg>
            </div>
        </figure>
    }
    .into_any()
}

fn list(rows: Vec<Row>, total: u64, at: Timestamp) -> AnyView {
    let shown = rows.len() as u64;
    let lines = rows.into_iter().map(|row| {
        let seen = row.entry.last_activity_at.map_or_else(
            || format::DASH.to_owned(),
            |seen| format::ago(seen.millis(), at.millis(), Zone::Utc),
        );
        let state = match row.contact {
            Some(contact) => Look::from(contact),
            None => Look::from(row.entry.stage),
        };
        view! {
            <tr>
                <th scope="row" class="id">{row.entry.id.as_str().to_owned()}</th>
                <td><State look=state/></td>
                <td class="num nowrap">{seen}</td>
            </tr>
        }
    });
    let lines = lines.collect_view();
    let caption = if total > shown {
        format!(
            "The first {} of {}",
            format::count(shown),
            format::plural(total, "device", "devices")
        )
    } else {
        format::plural(total, "device", "devices")
    };
    view! {
        <div class="emb-more">
            <table class="table">
                <caption class="meta">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Device"</th>
                        <th scope="col">"Contact"</th>
                        <th scope="col" class="num">"Last active"</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}
