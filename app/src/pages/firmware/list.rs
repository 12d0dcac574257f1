//! The list of artifacts.

use leptos::prelude::*;

use super::{NEW, detail};
use crate::format::{self, TimeStyle};
use crate::live::{Item, Topic, use_live};
use crate::pages::fleet::address::FleetAddress;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::firmware::{ArtifactView, FirmwareList, Signed, list_firmware};
use crate::shell::Page;
use crate::ui::{
    ButtonKind, CopyButton, Count, EmptyState, LinkButton, PageHead, TableWrap, TimeStamp,
};

/// Digits of a hash that tell the artifacts of a hub apart at a glance.
const SHORT: usize = 10;

/// The page, with the open artifact above the list. Who runs what changes while one looks, and so do others the list.
pub(super) fn list(all: FirmwareList, open: Memo<Option<String>>) -> AnyView {
    let may_keep = all.may_keep;
    let (all, refresh) = use_refreshed(all, list_firmware);
    use_live(
        || vec![Topic::Books, Topic::Census],
        move |item| {
            if matches!(item, Item::Books | Item::Census(_) | Item::Resync) {
                refresh.ask();
            }
        },
    );
    let many = Memo::new(move |_| all.with(|all| all.rows.len() as u64));
    let facts = move || {
        let versions = format::plural(many.get(), "version", "versions");
        [
            &versions,
            ". Devices fetch them over HTTPS with links that are good for an hour.",
        ]
        .concat()
    };
    let add = move || (may_keep && many.get() > 0).then(add_button);
    let empty = Memo::new(move |_| many.get() == 0);
    let body = move || match empty.get() {
        true => nothing(may_keep),
        false => table(all),
    };
    let detail = move || open.get().map(|sha256| detail::detail(sha256, refresh));
    view! {
        <Page title="Firmware">
            <PageHead title="Firmware" facts=move || dynamic(facts) actions=move || dynamic(add)/>
            {dynamic(detail)}
            {dynamic(body)}
        </Page>
    }
    .into_any()
}

fn add_button() -> AnyView {
    view! { <LinkButton href=NEW kind=ButtonKind::Primary icon="i-upload">"Add firmware"</LinkButton> }
        .into_any()
}

fn nothing(may_keep: bool) -> AnyView {
    view! {
        <EmptyState
            title="No firmware yet"
            first_time=true
            actions=move || may_keep.then(add_button)
        >
            "Add a file with its version and the models it is for. Bulk operations then bring it to devices, in waves."
        </EmptyState>
    }
    .into_any()
}

fn table(all: RwSignal<FirmwareList>) -> AnyView {
    let rows = move || all.with(|all| all.rows.clone());
    let key = |one: &ArtifactView| (one.sha256.clone(), one.available);
    view! {
        <TableWrap>
            <table class="table cards firmware" role="table">
                <caption class="sr-only">"Firmware, the newest first"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Version"</th>
                        <th scope="col" role="columnheader">"Models"</th>
                        <th scope="col" role="columnheader" class="p3">"Passes"</th>
                        <th scope="col" role="columnheader" class="num">"Running now"</th>
                        <th scope="col" role="columnheader">"State"</th>
                        <th scope="col" role="columnheader" class="p2">"Signature"</th>
                        <th scope="col" role="columnheader" class="num p3">"Size"</th>
                        <th scope="col" role="columnheader" class="p4">"SHA-256"</th>
                        <th scope="col" role="columnheader" class="num p3">"Added"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup"><For each=rows key=key let:artifact>{row(artifact, all)}</For></tbody>
            </table>
        </TableWrap>
    }
    .into_any()
}

fn row(artifact: ArtifactView, all: RwSignal<FirmwareList>) -> AnyView {
    let (of, first) = (artifact.sha256.clone(), artifact.running);
    let running = Signal::derive(move || {
        all.with(|all| {
            let now = all.rows.iter().find(|one| one.sha256 == of);
            now.map_or(first, |one| one.running)
        })
    });
    let name = [&artifact.product, " ", &artifact.version].concat();
    let hash: String = artifact.sha256.chars().take(SHORT).collect();
    let copy = ["Copy the SHA-256 of ", &name].concat();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a class="id" href=routes::firmware(&artifact.sha256)>{name}</a>
            </th>
            <td role="cell" data-label="Models" class="wrap c-models">{models(&artifact)}</td>
            <td role="cell" data-label="Passes" class="p3">{passes(&artifact)}</td>
            <td role="cell" data-label="Running now" class="num">
                <Count n=running href=fleet(&artifact.filter)/>
            </td>
            <td role="cell">{state(&artifact)}</td>
            <td role="cell" data-label="Signature" class="p2">{signature(&artifact)}</td>
            <td role="cell" data-label="Size" class="num p3">{format::bytes(artifact.size)}</td>
            <td role="cell" data-label="SHA-256" class="p4">
                <span class="c-hash"><code>{hash}</code><CopyButton text=artifact.sha256 label=copy/></span>
            </td>
            <td role="cell" data-label="Added" class="num p3"><TimeStamp ms=artifact.added_ms style=TimeStyle::Date/></td>
        </tr>
    }
    .into_any()
}

/// The fleet page with a filter.
pub(super) fn fleet(filter: &str) -> String {
    FleetAddress::filtered(filter).href()
}

/// The models in words.
pub(super) fn models(artifact: &ArtifactView) -> String {
    if artifact.models.is_empty() {
        "all".to_owned()
    } else {
        artifact.models.join(", ")
    }
}

/// The versions to pass, in words.
pub(super) fn passes(artifact: &ArtifactView) -> String {
    if artifact.must_pass.is_empty() {
        format::DASH.to_owned()
    } else {
        artifact.must_pass.join(", ")
    }
}

fn state(artifact: &ArtifactView) -> &'static str {
    if artifact.available {
        "Available"
    } else {
        "Withdrawn"
    }
}

/// What is known about the signature, in words.
pub(super) fn signature(artifact: &ArtifactView) -> String {
    let key = artifact.key.as_deref().unwrap_or_default();
    match artifact.signed {
        Signed::No => "unsigned".to_owned(),
        Signed::Verified => ["verified, ", key].concat(),
        Signed::NotChecked => ["not checked, ", key].concat(),
        Signed::Wrong => ["wrong, ", key].concat(),
    }
}
