//! One artifact: what it is, who runs it and what else they run, withdrawing and deleting.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::list::{fleet, models, passes, signature};
use crate::format;
use crate::pages::person::FormError;
use crate::panels::loaded::loaded;
use crate::panels::refresh::Refresh;
use crate::reactive::effect;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::firmware::{
    Adoption, ArtifactView, DeleteFirmware, SetFirmwareState, VersionCount, show_firmware,
};
use crate::ui::{
    Button, ButtonKind, ButtonSize, CodeBlock, Count, KeyValue, KeyValues, LinkButton, Meter,
    Section,
};

/// The artifact of this hash. What is done to it is seen in the list, too.
pub(super) fn detail(sha256: String, list: Refresh) -> AnyView {
    let data = Data::new(|| (), move |()| show_firmware(sha256.clone()));
    let changed = move || {
        data.refetch();
        list.ask();
    };
    loaded(data, move |adoption| shown(adoption, changed, list))
}

fn shown(
    adoption: Adoption,
    changed: impl Fn() + Copy + Send + Sync + 'static,
    list: Refresh,
) -> AnyView {
    let artifact = &adoption.artifact;
    let title = [&artifact.product, " ", &artifact.version].concat();
    let keep = adoption.may_keep.then(|| acts(artifact, changed, list));
    let (facts, versions) = (facts(artifact), versions(&adoption));
    let hash = artifact.sha256.clone();
    view! {
        <div class="firmware-detail">
            <Section
                id="artifact"
                title=title
                end=|| view! {
                    <LinkButton href=routes::FIRMWARE size=ButtonSize::Small>"Close"</LinkButton>
                }
            >
                {facts}
                <CodeBlock text=hash label="SHA-256" wrap=true/>
                {keep}
            </Section>
            <Section id="adoption" title="What these devices run">{versions}</Section>
        </div>
    }
    .into_any()
}

fn facts(artifact: &ArtifactView) -> AnyView {
    let notes = (!artifact.notes.is_empty())
        .then(|| view! { <p class="firmware-notes">{artifact.notes.clone()}</p> });
    let state = if artifact.available {
        "Available"
    } else {
        "Withdrawn: nothing new installs it"
    };
    let lines = [
        ("State", state.to_owned()),
        ("Models", models(artifact)),
        ("Installed on", range(artifact)),
        ("Passes", passes(artifact)),
        ("Signature", signature(artifact)),
        ("Size", format::bytes(artifact.size)),
    ];
    let lines =
        lines.map(|(term, text)| view! { <KeyValue term=term>{text}</KeyValue> }.into_any());
    view! {
        {notes}
        <KeyValues>{Vec::from(lines)}</KeyValues>
    }
    .into_any()
}

fn range(artifact: &ArtifactView) -> String {
    match (&artifact.from, &artifact.until) {
        (None, None) => "any version".to_owned(),
        (Some(from), None) => [from, " and later"].concat(),
        (None, Some(until)) => ["versions before ", until].concat(),
        (Some(from), Some(until)) => [from, " and later, before ", until].concat(),
    }
}

fn versions(adoption: &Adoption) -> AnyView {
    if adoption.devices == 0 {
        return view! { <p class="meta">"There is no device that it is for."</p> }.into_any();
    }
    let all = adoption.devices;
    let line = |one: &VersionCount| {
        let name = match &one.version {
            Some(version) => version.clone(),
            None => "no version reported".to_owned(),
        };
        let label = [&name, ": ", &format::share(one.devices, all)].concat();
        let is_this = one.version.as_ref() == Some(&adoption.artifact.version);
        let cell = if is_this { "ok" } else { "later" };
        view! {
            <li>
                <span>{name}</span>
                <Meter n=one.devices of=all label=label cell=cell/>
                <span class="num"><Count n=one.devices href=fleet(&one.filter)/></span>
            </li>
        }
        .into_any()
    };
    let lines: Vec<AnyView> = adoption.versions.iter().map(line).collect();
    view! { <ul class="adoption">{lines}</ul> }.into_any()
}

fn acts(
    artifact: &ArtifactView,
    changed: impl Fn() + Copy + Send + Sync + 'static,
    list: Refresh,
) -> AnyView {
    let set = ServerAction::<SetFirmwareState>::new();
    let delete = ServerAction::<DeleteFirmware>::new();
    effect(move || {
        if let Some(Ok(())) = set.value().get() {
            changed();
        }
    });
    effect(move || {
        if let Some(Ok(())) = delete.value().get() {
            list.ask();
            let go = leptos_router::hooks::use_navigate();
            go(routes::FIRMWARE, leptos_router::NavigateOptions::default());
        }
    });
    let error = Signal::derive(move || {
        let of_set = set.value().get().and_then(Result::err);
        of_set.or_else(|| delete.value().get().and_then(Result::err))
    });
    let (sha256, to) = (artifact.sha256.clone(), !artifact.available);
    let word = if to { "Offer it again" } else { "Withdraw" };
    let hash = artifact.sha256.clone();
    view! {
        <div class="stack mt-4">
            <FormError error=error/>
            <div class="row">
                <ActionForm action=set>
                    <input type="hidden" name="artifact" value=sha256/>
                    <input type="hidden" name="available" value=to.to_string()/>
                    <Button submit=true>{word}</Button>
                </ActionForm>
                <details>
                    <summary class="btn btn--danger">"Delete…"</summary>
                    <div class="box box-p mt-3">
                        <p>"The file and what is known about it go. Devices that run it go on."</p>
                        <ActionForm action=delete>
                            <input type="hidden" name="artifact" value=hash/>
                            <div class="row mt-3">
                                <Button submit=true kind=ButtonKind::Danger>"Delete"</Button>
                            </div>
                        </ActionForm>
                    </div>
                </details>
            </div>
        </div>
    }
    .into_any()
}
