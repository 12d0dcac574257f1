//! A device of an operation.

use leptos::prelude::*;
use muster_core::ids::OperationId;
use muster_core::operation::TargetState;

use super::super::address::OperationAddress;
use super::super::payload::{Payload, Shown};
use super::retry::{Marked, mark};
use crate::clock::use_now;
use crate::format::{self, DASH, TimeStyle};
use crate::panels::operations::pass::Pass;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::operations::TargetRow;
use crate::ui::{Button, ButtonKind, ButtonSize, Look, State, TimeStamp};

/// Its row.
pub(super) fn row(
    id: OperationId,
    target: TargetRow,
    shown: Shown,
    pass: Pass,
    marked: Option<Marked>,
) -> AnyView {
    let now = use_now();
    let age = Signal::derive(move || TimeStyle::Age { now: now.get() });
    let wave = u32::from(target.wave) + 1;
    let dash = || view! { <span class="dim">{DASH}</span> }.into_any();
    let began = match target.began {
        Some(ms) => view! { <TimeStamp ms=ms style=age/> }.into_any(),
        None => dash(),
    };
    let took = match (target.began, target.ended) {
        (Some(began), Some(ended)) if ended >= began => format::latency(ended - began).into_any(),
        _ => dash(),
    };
    let why = target.why.clone().map(|why| {
        let href = OperationAddress::because(target.state, &why).href(id);
        let words = format::sentence(&why);
        view! { <a class="plain" href=href>{words}</a> }
    });
    let look = target.look.map(|ms| {
        let ago = Signal::derive(move || TimeStyle::Ago { now: now.get() });
        view! { <span class="sub">"next look "<TimeStamp ms=ms style=ago/></span> }
    });
    let step = target.step.as_deref().map(format::sentence);
    // A device that is through without an attempt was never begun: that is a number, too.
    let attempts = match target.attempt {
        0 if !target.state.is_over() => dash(),
        0 => view! { "0" <span class="sub">"nothing was sent"</span> }.into_any(),
        n => n.to_string().into_any(),
    };
    let mark = marked
        .filter(|_| target.state == TargetState::Failed)
        .map(|marked| mark(&target.device, marked));
    let over = pass.button(id, &target);
    let device = target.device.clone();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                {mark}<a class="id" href=routes::device(&device)>{device.as_str().to_owned()}</a>
            </th>
            <td role="cell"><State look=Look::from(target.state)/></td>
            <td role="cell" class="wrap">{why}{step}{look}</td>
            <td role="cell" data-label="Wave" class="num">{wave.to_string()}</td>
            <td role="cell" data-label="Attempts" class="num">{attempts}</td>
            <td role="cell" data-label="Began" class="num">{began}</td>
            <td role="cell" data-label="Took" class="num">{took}</td>
            <td role="cell">{over}{answer(target, shown)}</td>
        </tr>
    }
    .into_any()
}

/// Status and payload, where the device answered.
fn answer(target: TargetRow, shown: Shown) -> AnyView {
    let status = target.status.map(|status| status.to_string());
    let payload = target.result.map(|value| {
        let label = format!("Show the payload of {}", target.device);
        let payload = Payload {
            device: target.device.as_str().to_owned(),
            text: crate::panels::payload::written(&value),
        };
        view! {
            <span class="js-only">
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    on_press=move |_| shown.show(payload.clone())
                >
                    "Payload" <span class="sr-only">{label}</span>
                </Button>
            </span>
        }
    });
    view! { {dynamic(move || status.clone())}{payload} }.into_any()
}
