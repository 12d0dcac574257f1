//! Bringing a version back: what would change, and why somebody wants it.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use muster_core::ids::DeviceId;
use muster_core::operation::TaskKind;
use muster_core::policy::Action;

use super::super::address::{DeviceAddress, Tab};
use super::differences::{differences, refused};
use crate::error::AppError;
use crate::format;
use crate::pages::operation_new::address::NewAddress;
use crate::panels::loaded::answered;
use crate::reactive::{dynamic, effect};
use crate::rpc::data::Data;
use crate::rpc::devices::{RestoreDesired, WayBack, read_way_back};
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, LinkButton, Note, TextField, Tone, section};

/// The section for a version and the moment it was made at.
pub(super) fn restore_section(id: DeviceId, version: u64, at: i64) -> AnyView {
    let device = id.as_str().to_owned();
    let data = Data::new(
        move || version,
        move |version| read_way_back(device.clone(), version),
    );
    let show = move |found| match found {
        Ok(found) => view! { <Question id=id.clone() found=found/> }.into_any(),
        Err(error) => refused(error),
    };
    let many = use_session()
        .with(|me| me.can(Action::RunOperations))
        .then(|| {
            let wizard = NewAddress {
                kind: Some(TaskKind::RestoreDesired),
                // Versions are known by the millisecond, and the moment has to be after this one.
                moment: format::iso(at + 999),
                ..NewAddress::default()
            };
            view! {
                <p class="meta mt-4">
                    "Other devices too? "
                    <a href=wizard.href()>"Bring all devices of a query back to this moment"</a>
                </p>
            }
        });
    view! {
        <div class="mt-6">
            {section("restore", "Bring a version back", false, view! { {answered(data, show)}{many} }.into_any())}
        </div>
    }
    .into_any()
}

#[component]
fn Question(id: DeviceId, found: WayBack) -> impl IntoView {
    let action = ServerAction::<RestoreDesired>::new();
    let navigate = use_navigate();
    let there = id.clone();
    effect(move || {
        if let Some(Ok(version)) = action.value().get() {
            let address = DeviceAddress {
                saved: Some(version),
                ..DeviceAddress::tab(Tab::History)
            };
            navigate(&address.href(&there), NavigateOptions::default());
        }
    });
    let error = move || {
        let words = match action.value().get()?.err()? {
            AppError::Conflict { .. } => {
                "Somebody changed the twin meanwhile. Nothing was written. Open this version again to see what would change now."
                    .to_owned()
            }
            other => other.to_string(),
        };
        Some(view! { <Note tone=Tone::Serious alert=true>{words}</Note> })
    };
    let close = DeviceAddress::tab(Tab::History).href(&id);
    let version = format::count(found.version);
    let told = if found.connected {
        "It is written as a change of its own. The device is connected and hears of it at once."
    } else {
        "It is written as a change of its own. The device hears of it at its next contact."
    };
    let close = move |word: &'static str| {
        view! { <LinkButton href=close.clone() kind=ButtonKind::Quiet>{word}</LinkButton> }
    };
    let form = if found.may && !found.rows.is_empty() {
        let (id, etag) = (id.as_str().to_owned(), found.etag.clone());
        let number = found.version.to_string();
        let deed = format!("Bring version {version} back");
        view! {
            <ActionForm action=action>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="version" value=number/>
                <input type="hidden" name="etag" value=etag/>
                <div class="fields mt-4">
                    {dynamic(error)}
                    <p>{told}</p>
                    <TextField
                        id="restore-reason"
                        name="reason"
                        label="Reason"
                        required=true
                        hint=Signal::stored(Some("It stands in the history of the device; at most 500 characters.".to_owned()))
                    />
                    <div class="row">
                        <Button submit=true kind=ButtonKind::Primary>{deed}</Button>
                        {close("Cancel")}
                    </div>
                </div>
            </ActionForm>
        }
        .into_any()
    } else {
        view! { <div class="row mt-4">{close("Close")}</div> }.into_any()
    };
    let words = format!(
        "From version {}, in force, back to version {version}.",
        format::count(found.current)
    );
    view! {
        <p class="lede">{words}</p>
        {differences(found.rows, "Desired properties are as they were in this version. There is nothing to bring back.")}
        {form}
    }
    .into_any()
}
