//! One configuration: whom it covers, what it says, what it contradicts, and the way to change it.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::NEW;
use super::conflicts::conflict_table;
use super::delete::DeleteForm;
use super::form::{ConfigurationForm, Filled};
use super::list::{counted, drifting, target};
use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded_page;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::configurations::{
    ConfigurationRow, ConfigurationView, ConflictRow, Covers, MetricRow, PathRow,
    show_configuration,
};
use crate::rpc::data::Data;
use crate::shell::Page;
use crate::ui::{
    Breadcrumb, Crumb, Fact, Facts, KeyValue, KeyValues, LinkButton, PageHead, Section, Stamp,
    TableWrap, TimeStamp,
};

/// `/configurations/:id`
#[component]
pub fn ConfigurationPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |before: Option<&String>| {
        let id = params.with(|params| params.get("id"));
        id.or_else(|| before.cloned()).unwrap_or_default()
    });
    let data = Data::new(move || id.get(), show_configuration);
    loaded_page("Configuration", data, |found| {
        view! { <One found=found/> }.into_any()
    })
}

#[component]
fn One(found: ConfigurationView) -> impl IntoView {
    let id = found.row.id.clone();
    let (filled, may_keep, etag) = (Filled::from(&found), found.may_keep, found.etag.clone());
    let paths = found.paths.clone();
    let (created, updated) = (found.created_ms, found.updated_ms);
    let (labels, target_now) = (found.labels.clone(), target(&found.row));
    let asked = id.clone();
    let (found, refresh) = use_refreshed(found, move || show_configuration(asked.clone()));
    use_live(
        || vec![Topic::Events],
        move |item| {
            if matches!(item, Item::Events(_) | Item::Resync) {
                refresh.ask();
            }
        },
    );
    let crumbs = vec![Crumb {
        label: "Configurations".to_owned(),
        href: routes::CONFIGURATIONS.to_owned(),
    }];
    let copy = [NEW, "&from=", &routes::encode(&id)].concat();
    let actions = move || {
        may_keep.then(|| view! { <LinkButton href=copy icon="i-copy">"Duplicate"</LinkButton> })
    };
    let priority = found.with_untracked(|found| found.row.priority);
    let now = use_now();
    let ago = Signal::derive(move || TimeStyle::Ago {
        now: now.get().max(updated),
    });
    let facts =
        move || view! { "Priority " {priority} ", changed " <TimeStamp ms=updated style=ago/> "." };
    let changed = move || {
        let changed = found.with(|found| found.etag != etag);
        changed.then(|| {
            view! {
                <p class="meta">"It was changed meanwhile. Load the page again before you change it."</p>
            }
        })
    };
    let edit = may_keep.then(|| {
        let (of, with) = (filled.id.clone(), filled.etag.clone());
        view! {
            <Section id="change" title="Change" rule=true>
                {dynamic(changed)}
                <ConfigurationForm filled=filled/>
            </Section>
            <Section id="delete" title="Delete" rule=true>
                <DeleteForm id=of etag=with/>
            </Section>
        }
    });
    let strip = move || figures(found.with(|found| found.row.clone()));
    let results = move || found.with(results);
    let contested = move || conflicts(found.with(|found| found.conflicts.clone()));
    view! {
        <Page title=id.clone()>
            <Breadcrumb crumbs=crumbs/>
            <PageHead title=id facts=facts actions=actions/>
            {dynamic(strip)}
            <div class="stack mt-6">
                <Section id="content" title="What it says">
                    <KeyValues>
                        <KeyValue term="Target">{target_now}</KeyValue>
                        <KeyValue term="Made"><TimeStamp ms=created style=TimeStyle::Date/></KeyValue>
                        {(!labels.is_empty()).then(|| view! { <KeyValue term="Labels">{labels}</KeyValue> })}
                    </KeyValues>
                    {content(paths)}
                </Section>
                {dynamic(results)}
                {dynamic(contested)}
                {edit}
            </div>
        </Page>
    }
    .into_any()
}

fn figures(row: ConfigurationRow) -> AnyView {
    let what = match row.covers {
        Covers::Devices => "devices",
        Covers::Modules => "modules",
        Covers::Edge => "edge devices",
    };
    let note = |text: &str| Signal::stored(Some(text.to_owned()));
    let (targeted, applied) = (
        counted(&row, 0, row.targeted),
        counted(&row, 1, row.applied),
    );
    let drift = drifting(&row);
    view! {
        <Facts>
            <Fact term="Targeted" note=note(what)>{targeted}</Fact>
            <Fact term="Applied" note=note("where it wins and was written")>{applied}</Fact>
            <Fact term="Drift" note=note("applied, but some property is reported otherwise")>{drift}</Fact>
        </Facts>
    }
    .into_any()
}

fn content(paths: Vec<PathRow>) -> AnyView {
    let rows = paths
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" class="wrap"><code>{row.path}</code></th>
                    <td class="wrap mono">{row.value}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableWrap>
            <table class="table configurations mt-3">
                <caption class="sr-only">"Paths and values"</caption>
                <thead><tr><th scope="col">"Desired property"</th><th scope="col">"Value"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </TableWrap>
    }
    .into_any()
}

fn results(found: &ConfigurationView) -> AnyView {
    if found.results.is_empty() {
        return ().into_any();
    }
    let stamp = found.results_ms;
    let rows = found.results.iter().map(metric).collect_view();
    view! {
        <Section id="metrics" title="Metrics" end=move || view! { <Stamp ms=stamp/> }>
            <TableWrap>
                <table class="table configurations">
                    <caption class="sr-only">"Metrics"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Metric"</th>
                            <th scope="col" class="num">"Rows"</th>
                            <th scope="col">"Query"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableWrap>
        </Section>
    }
    .into_any()
}

fn metric(metric: &MetricRow) -> AnyView {
    let result = match &metric.result {
        Ok(rows) => format::count(*rows).into_any(),
        Err(problem) => view! { <span class="dim">{format::sentence(problem)}</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{metric.name.clone()}</th>
            <td class="num">{result}</td>
            <td class="wrap"><code>{metric.query.clone()}</code></td>
        </tr>
    }
    .into_any()
}

fn conflicts(conflicts: Vec<ConflictRow>) -> AnyView {
    if conflicts.is_empty() {
        return ().into_any();
    }
    view! {
        <Section id="conflicts" title="Conflicts">{conflict_table(conflicts)}</Section>
    }
    .into_any()
}
