//! The first step: what is done to each device.

use leptos::prelude::*;
use muster_core::operation::TaskKind;

use super::address::NewAddress;
use super::fields::{Form, Line, line};
use super::what_fields::fields_of;
use super::{draft_field, next};
use crate::pages::operations::filter::{kind_icon, kind_word};
use crate::rpc::operations::DraftView;
use crate::ui::{Icon, section};

/// What can be chosen, with what it means.
const KINDS: [(TaskKind, &str); 9] = [
    (
        TaskKind::UpdateTwin,
        "Write or remove single properties; everything else stays.",
    ),
    (
        TaskKind::InvokeMethod,
        "Devices do something at once and answer.",
    ),
    (
        TaskKind::InstallFirmware,
        "Devices download it, install it and report back.",
    ),
    (
        TaskKind::ChangeStage,
        "Into maintenance, back into service, or retired.",
    ),
    (
        TaskKind::SetEnabled,
        "Let devices connect, or keep them out.",
    ),
    (
        TaskKind::RotateKeys,
        "New keys, one after the other, without losing contact.",
    ),
    (
        TaskKind::RestoreDesired,
        "As they were at a moment of your choice.",
    ),
    (TaskKind::Export, "Identities and twins into a file."),
    (TaskKind::Delete, "Identities and twins are gone for good."),
];

/// The step: first the kind, then its fields.
pub(super) fn what_step(address: &NewAddress, found: DraftView, form: Form) -> AnyView {
    let chosen = address
        .kind
        .or_else(|| TaskKind::from_name(&found.draft.what.kind));
    let kinds: Vec<AnyView> = KINDS
        .into_iter()
        .map(|(kind, words)| {
            let href = NewAddress {
                kind: Some(kind),
                tried: false,
                ..address.clone()
            }
            .href();
            let current = (chosen == Some(kind)).then_some("true");
            view! {
                <li>
                    <a class="kind" href=href aria-current=current>
                        <Icon name=kind_icon(kind)/>
                        <span class="medium">{kind_word(kind)}</span>
                        <span class="meta">{words}</span>
                    </a>
                </li>
            }
            .into_any()
        })
        .collect();
    let fields = chosen.map(|kind| kind_form(address, kind, &found, &form));
    let kinds = view! { <ul class="kinds">{kinds}</ul> }.into_any();
    view! {
        {section("kind", "What is to be done?", false, kinds)}
        {fields}
    }
    .into_any()
}

fn kind_form(address: &NewAddress, kind: TaskKind, found: &DraftView, form: &Form) -> AnyView {
    let who = &found.draft.who;
    let mut what = found.draft.what.clone();
    if what.at.is_empty() {
        what.at.clone_from(&address.moment);
    }
    let title = Line {
        hint: Some("Empty names it after what it does."),
        ..Line::default()
    };
    // What another page handed over, until there is a draft that keeps it.
    let handed = address.draft.is_none().then(|| {
        view! {
            <input type="hidden" name="who[by]" value=who.by.clone()/>
            <input type="hidden" name="who[filter]" value=who.filter.clone()/>
            <input type="hidden" name="who[ids]" value=who.ids.clone()/>
        }
    });
    view! {
        <form class="wiz-form" method="post" action="/rpc/operations/save_what">
            {draft_field(address)}
            <input type="hidden" name="what[kind]" value=kind.as_str()/>
            {handed}
            {fields_of(kind, &what, &found.known, form)}
            {line(form, "what[title]", "Title", &what.title, title)}
            {next(address, "Next: who")}
        </form>
    }
    .into_any()
}
