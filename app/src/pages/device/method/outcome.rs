//! What came of a call.

use leptos::prelude::*;

use super::call::{Call, OFFERED_WAIT_S};
use crate::format;
use crate::panels::payload;
use crate::reactive::dynamic;
use crate::rpc::devices::{CallOutcome, Called};
use crate::ui::{Button, ButtonSize, CodeBlock, Note, Tone};

/// The answer, or why there is none. Read aloud when it comes.
#[component]
pub(super) fn CallResult(call: Call) -> impl IntoView {
    let answer = move || {
        if call.invoke.pending().get() {
            return Some(view! { <p class="meta">"Waiting for the device…"</p> }.into_any());
        }
        match call.invoke.value().get()? {
            Ok(_) => call.called().map(|called| shown(call, called)),
            Err(error) if error.is_of_fields() => None,
            Err(error) => {
                Some(view! { <Note tone=Tone::Serious>{error.to_string()}</Note> }.into_any())
            }
        }
    };
    view! { <div class="method-result" role="status" aria-live="polite">{dynamic(answer)}</div> }
        .into_any()
}

fn shown(call: Call, called: Called) -> AnyView {
    let took = format::latency(called.took_ms);
    let words = match called.outcome {
        CallOutcome::Answered { status, payload } => {
            let answer = match &payload {
                serde_json::Value::Null => {
                    view! { <p class="meta">"The answer has no payload."</p> }.into_any()
                }
                payload => {
                    let text = payload::written(payload);
                    view! { <CodeBlock label="Answer" text=text/> }.into_any()
                }
            };
            return view! {
                <p>
                    <strong>{format!("Status {status}")}</strong>
                    {format!(" from {} after {took}", called.method)}
                </p>
                {answer}
            }
            .into_any();
        }
        CallOutcome::NotOnline { waited_s } => {
            let words = match waited_s {
                0 => "It is not online for methods, so nothing was sent.".to_owned(),
                _ => format!("It did not come online within {took}, so nothing was sent."),
            };
            let again = move || {
                let words = format!("Wait up to {OFFERED_WAIT_S} s for it");
                view! { <Button size=ButtonSize::Small on_press=move |_| call.wait_for_it()>{words}</Button> }
            };
            return view! { <Note tone=Tone::Attention action=again>{words}</Note> }.into_any();
        }
        CallOutcome::NoAnswer { waited_s } => {
            let waited = format::duration(i64::try_from(waited_s).unwrap_or(0) * 1000);
            format!("No answer came within {waited}. It may have done it all the same.")
        }
        CallOutcome::ConnectionLost => {
            "Its connection ended before it answered. It may have done it all the same.".to_owned()
        }
        CallOutcome::Unreadable { what } => format!("It answered after {took}, but {what}."),
    };
    view! { <Note tone=Tone::Attention>{words}</Note> }.into_any()
}
