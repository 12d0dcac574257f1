//! The last step: what would happen, before anything does.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::ids::{DeviceId, OperationId};

use super::address::{NewAddress, Step};
use crate::charts::Chart;
use crate::error::AppError;
use crate::format::{self, TimeStyle, plural};
use crate::pages::operation::plan::{fact_list, gate_list};
use crate::panels::loaded::answered;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::operations::{
    CreateOperation, DraftView, ForecastView, PreviewView, preview_operation,
};
use crate::ui::{
    Bar, Button, ButtonKind, CodeBlock, LinkButton, Note, Segment, TextField, TimeStamp, Tone,
    section,
};

/// The step.
pub(super) fn review_step(address: &NewAddress, found: DraftView) -> AnyView {
    let Some(id) = address.draft.or(found.id) else {
        return view! { <Note tone=Tone::Attention>"Begin with the first step."</Note> }.into_any();
    };
    let data = Data::new(move || id, preview_operation);
    let address = address.clone();
    let show = move |answer: Result<PreviewView, AppError>| match answer {
        Ok(preview) => reviewed(id, &address, preview),
        Err(error) => refused(&address, error),
    };
    answered(data, show)
}

/// Something typed before cannot be used.
fn refused(address: &NewAddress, error: AppError) -> AnyView {
    let AppError::Invalid { message, fields } = error else {
        return view! { <Note tone=Tone::Serious alert=true>{error.to_string()}</Note> }.into_any();
    };
    let first = fields
        .first()
        .map(|problem| problem.field.clone())
        .unwrap_or_default();
    let step = Step::ALL
        .into_iter()
        .find(|step| first.starts_with(step.as_str()))
        .unwrap_or(Step::What);
    let href = NewAddress {
        tried: true,
        ..address.at(step)
    }
    .href();
    let words = match fields.as_slice() {
        [only] => only.message.clone(),
        _ => message,
    };
    let label = format!("Back to “{}”", step.title());
    view! {
        <Note
            tone=Tone::Attention
            alert=true
            action=move || view! { <LinkButton href=href>{label}</LinkButton> }
        >
            <strong>"This cannot be started yet. "</strong>
            {words}
        </Note>
    }
    .into_any()
}

fn reviewed(id: OperationId, address: &NewAddress, preview: PreviewView) -> AnyView {
    let targets = u64::from(preview.targets);
    let sample = names(&preview.sample, targets);
    let warnings: Vec<AnyView> = preview
        .warnings
        .iter()
        .map(|warning| {
            let words = format::sentence(warning);
            view! { <Note tone=Tone::Attention>{words}</Note> }.into_any()
        })
        .collect();
    let approval = preview.approval.clone().map(|why| {
        let words = format!("A second person has to agree, because {why}. It begins after that.");
        view! { <Note tone=Tone::Info>{words}</Note> }
    });
    view! {
        <div class="stack">
            <div class="stack-4">
                <p class="lead-count"><strong>{preview.what.clone()}</strong></p>
                <p class="dim2">{preview.who.clone()}". "{sample}</p>
                {approval}
                {warnings}
            </div>
            {excluded(&preview, false)}
            {excluded(&preview, true)}
            {conflicts(&preview)}
            {waves(&preview)}
            {preview.forecast.as_ref().map(expected)}
            {section("review-gates", "A device goes ahead when", true, gate_list(&preview.gates))}
            {section("review-plan", "How", true, fact_list(&preview.facts))}
            <details class="wiz-more">
                <summary>"The same as a call"</summary>
                <div class="mt-3"><CodeBlock label="Call that starts the same" text=preview.call.clone()/></div>
            </details>
            {start(id, address, &preview)}
        </div>
    }
    .into_any()
}

/// Some of the devices by name.
fn names(sample: &[DeviceId], all: u64) -> AnyView {
    if sample.is_empty() {
        return "No device would be changed.".into_any();
    }
    let links: Vec<AnyView> = sample
        .iter()
        .map(|id| {
            view! { <a class="nowrap" href=routes::device(id)>{id.as_str().to_owned()}</a>" " }
                .into_any()
        })
        .collect();
    let more = all.saturating_sub(sample.len() as u64);
    let more = (more > 0).then(|| format!("and {} more", format::count(more)));
    view! { "Among them "{links}{more} }.into_any()
}

/// Devices that are left out; or those among the targets that are left as they are.
fn excluded(preview: &PreviewView, among_targets: bool) -> AnyView {
    let rows: Vec<AnyView> = preview
        .excluded
        .iter()
        .filter(|row| row.among_targets == among_targets)
        .map(|row| {
            view! {
                <li>
                    <strong>{format::count(u64::from(row.devices))}</strong>
                    " "{row.why.clone()}
                    <span class="meta">" "{names(&row.sample, u64::from(row.devices))}</span>
                </li>
            }
            .into_any()
        })
        .collect();
    if rows.is_empty() {
        return ().into_any();
    }
    let list = view! { <ul class="plain-list">{rows}</ul> }.into_any();
    match among_targets {
        true => section(
            "review-alone",
            "Counted, but nothing happens to them",
            true,
            list,
        ),
        false => section("review-out", "Left out", true, list),
    }
}

fn conflicts(preview: &PreviewView) -> AnyView {
    let rows: Vec<AnyView> = preview
        .conflicts
        .iter()
        .map(|row| {
            let n = plural(u64::from(row.devices), "device", "devices");
            view! {
                <li>
                    <a href=routes::operation(row.operation)>{row.title.clone()}</a>
                    {format!(" still has {n} to do. A device that both have is changed by one after the other.")}
                </li>
            }
            .into_any()
        })
        .collect();
    if rows.is_empty() {
        return ().into_any();
    }
    let list = view! { <ul class="plain-list">{rows}</ul> }.into_any();
    section("review-conflicts", "Other operations at work", true, list)
}

fn waves(preview: &PreviewView) -> AnyView {
    if preview.waves.len() < 2 {
        return ().into_any();
    }
    let most = preview
        .waves
        .iter()
        .map(|(_, n)| u64::from(*n))
        .max()
        .unwrap_or(0);
    let rows: Vec<AnyView> = preview
        .waves
        .iter()
        .enumerate()
        .map(|(index, (words, n))| {
            let n = u64::from(*n);
            let part = vec![Segment { cell: "main", n }];
            view! {
                <tr>
                    <th scope="row"><span class="wave-no">{index + 1}</span>{words.clone()}</th>
                    <td class="w-bar"><Bar segments=part of=most label=format::count(n) height=10/></td>
                    <td class="num">{format::count(n)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let table = view! {
        <table class="table waves">
            <thead class="sr-only">
                <tr><th scope="col">"Wave"</th><th scope="col">"Share"</th><th scope="col">"Devices"</th></tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section("review-waves", "Waves", true, table.into_any())
}

/// When it would be through.
fn expected(forecast: &ForecastView) -> AnyView {
    let done = plural(u64::from(forecast.done), "device", "devices");
    let words = match (forecast.finish, forecast.left) {
        (Some(ms), _) => view! {
            {format!("{done} through by ")}
            <TimeStamp ms=ms style=TimeStyle::DateTime/>
            ", if everything succeeds and nobody keeps a wave waiting."
        }
        .into_any(),
        (None, left) => {
            let left = plural(u64::from(left), "is", "are");
            format!("{done} through; {left} not: no window opens for them in time, or they are not expected.").into_any()
        }
    };
    let chart = forecast
        .chart
        .clone()
        .map(|model| view! { <div class="mt-3"><Chart model=model height=168/></div> });
    let body = view! { <p class="small">{words}</p> {chart} };
    section("review-forecast", "Forecast", true, body.into_any())
}

/// The button that says the number; before what cannot be taken back the number is typed.
fn start(id: OperationId, address: &NewAddress, preview: &PreviewView) -> AnyView {
    let action = ServerAction::<CreateOperation>::new();
    let error = move || {
        let error = action.value().get()?.err()?;
        Some(view! { <Note tone=Tone::Serious alert=true>{error.to_string()}</Note> })
    };
    let field = Signal::derive(move || action.value().get()?.err()?.of_field("count"));
    let n = u64::from(preview.targets);
    let devices = plural(n, "device", "devices");
    let label = match (n, preview.approval.is_some()) {
        (0, _) => "Start with no device yet".to_owned(),
        (_, true) => format!("Ask for approval for {devices}"),
        (_, false) => format!("Start on {devices}"),
    };
    let kind = if preview.grave {
        ButtonKind::Stop
    } else {
        ButtonKind::Primary
    };
    let typed = preview.grave.then(|| {
        let hint = format!("This cannot be taken back. Type {n} to say that you mean it.");
        view! {
            <TextField
                id="count"
                name="count"
                label="Number of devices"
                required=true
                hint=Signal::stored(Some(hint))
                error=field
            />
        }
    });
    let back = address.at(Step::How).href();
    view! {
        <ActionForm action=action>
            <input type="hidden" name="id" value=id.to_string()/>
            <div class="wiz-form">
                {dynamic(error)}
                {typed}
                <div class="row">
                    <Button submit=true kind=kind>{label}</Button>
                    <LinkButton href=back>"Back"</LinkButton>
                    <LinkButton href=routes::OPERATIONS kind=ButtonKind::Quiet>"Keep as draft"</LinkButton>
                </div>
            </div>
        </ActionForm>
    }
    .into_any()
}
