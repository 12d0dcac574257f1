//! Tables: states, densities, heads, paging.

use leptos::prelude::*;
use muster_core::contact::Contact;

use super::show;
use crate::ui::{
    Breadcrumb, Button, ButtonKind, ButtonSize, Crumb, EmptyState, Look, Pager, SkeletonRows, Sort,
    SortHead, State, Tab, TableWrap, Tabs,
};

const ROWS: [(&str, Contact, &str); 3] = [
    ("ct-hbr-03-0142", Contact::Reporting, "1 min"),
    ("ct-hbr-03-0145", Contact::Asleep, "52 min"),
    ("ct-hbr-05-0009", Contact::Silent, "3 h"),
];

fn rows() -> AnyView {
    ROWS.map(|(name, contact, age)| {
        view! {
            <tr>
                <th scope="row"><a class="id" href="#g-tables">{name}</a></th>
                <td><State look=Look::from(contact)/></td>
                <td class="num dim2">{age}</td>
            </tr>
        }
    })
    .collect_view()
    .into_any()
}

fn density(density: &'static str) -> AnyView {
    view! {
        <table class="table" data-density=density>
            <tbody>{rows()}</tbody>
        </table>
    }
    .into_any()
}

pub(super) fn tables() -> AnyView {
    let crumb = |label: &str| Crumb {
        label: label.into(),
        href: "#g-tables".into(),
    };
    let tab = |label: &str, count, current| Tab {
        label: label.into(),
        href: "#g-tables".into(),
        count,
        current,
    };
    let tabs = vec![
        tab("In service", Some(48_210), true),
        tab("Silent", Some(318), false),
        tab("Access", None, false),
    ];
    let content = view! {
        <Breadcrumb crumbs=vec![crumb("Fleet"), crumb("North"), crumb("Harbour Cold Store")]/>
        <Tabs label="Saved views" tabs=tabs/>
        <TableWrap>
            <table class="table" aria-label="Devices in service">
                <thead>
                    <tr>
                        <SortHead label="Device" href="#g-tables" sort=Some(Sort::Ascending)/>
                        <th scope="col">"Contact"</th>
                        <SortHead label="Last seen" href="#g-tables" class="num"/>
                    </tr>
                </thead>
                <tbody>{rows()}</tbody>
            </table>
        </TableWrap>
        <Pager previous=None next=Some("#g-tables".to_owned())>"1–25 of 48,210 · sorted by device"</Pager>
        <div class="split mt-6">
            <div>
                <h3 class="mb-2">"Loading"</h3>
                <table class="table" aria-busy="true" aria-label="Devices, loading">
                    <thead>
                        <tr><th scope="col">"Device"</th><th scope="col">"Contact"</th><th scope="col">"Site"</th></tr>
                    </thead>
                    <tbody><SkeletonRows rows=4 columns=3/></tbody>
                </table>
            </div>
            <div>
                <h3 class="mb-2">"Nothing matches"</h3>
                <EmptyState
                    title="No device matches all four filters"
                    actions=|| view! {
                        <Button size=ButtonSize::Small>"Remove “Firmware is 5.0”"</Button>
                        <Button size=ButtonSize::Small kind=ButtonKind::Quiet>"Clear all"</Button>
                    }
                >
                    "“Firmware is 5.0” alone excludes 48,210 devices."
                </EmptyState>
            </div>
        </div>
        <h3 class="mt-6 mb-2">"First time"</h3>
        <EmptyState
            title="No devices yet"
            first_time=true
            actions=|| view! {
                <Button size=ButtonSize::Small kind=ButtonKind::Primary>"Add a device"</Button>
                <Button size=ButtonSize::Small>"Try it on 50 simulated devices"</Button>
            }
        >
            "A device gets an identity here and reports by itself from then on."
        </EmptyState>
        <h3 class="mt-6 mb-2">"Density: compact, regular, comfortable"</h3>
        <div class="gal-3 gal-3--top">
            {density("compact")}
            {density("regular")}
            {density("comfortable")}
        </div>
    };
    show("g-tables", "Table states", content)
}
