//! The rules of approval, for administrators.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::approval::{Act, ApprovalPolicy, Threshold};

use crate::error::AppError;
use crate::format;
use crate::pages::person::FormError;
use crate::panels::loaded::loaded;
use crate::reactive::{dynamic, effect};
use crate::routes;
use crate::rpc::approvals::{PolicyView, SetPolicy, Waits, show_policy};
use crate::rpc::data::Data;
use crate::shell::Page;
use crate::ui::{
    Breadcrumb, Button, ButtonKind, Check, Crumb, Note, PageHead, Section, TableWrap, TextArea,
    TextField, Tone,
};

/// `/approvals/rules`
#[component]
pub fn RulesPage() -> impl IntoView {
    let data = Data::new(|| (), |()| show_policy());
    let action = ServerAction::<SetPolicy>::new();
    let said = RwSignal::new(None::<&'static str>);
    effect(move || {
        if let Some(Ok(saved)) = action.value().get() {
            said.set(Some(if saved.waits {
                "Weaker rules wait for another administrator."
            } else {
                "Saved."
            }));
            data.set(saved.now);
            if saved.waits {
                // What waits stands above the fields, and "Save" below them.
                window().scroll_to_with_x_and_y(0.0, 0.0);
            }
        }
    });
    let crumbs = vec![Crumb {
        label: "Approvals".to_owned(),
        href: routes::APPROVALS.to_owned(),
    }];
    view! {
        <Page title="Approval rules">
            <Breadcrumb crumbs=crumbs/>
            <PageHead
                title="Approval rules"
                facts=|| "What needs a second person. Stricter rules hold at once; weaker ones need another administrator, if there is one."
            />
            {loaded(data, move |found| form(found, action, said))}
        </Page>
    }
    .into_any()
}

/// A change that waits, on the page of what it would change.
pub(crate) fn waits_note(waits: Waits) -> AnyView {
    view! {
        <Note
            tone=Tone::Running
            action=|| view! { <a href=routes::APPROVALS>"Approvals"</a> }
        >
            <strong>"Waits for a second person. "</strong>
            {waits.summary} ". Asked for by " {waits.asked_by} "; nothing has changed yet."
        </Note>
    }
    .into_any()
}

fn form(
    found: PolicyView,
    action: ServerAction<SetPolicy>,
    said: RwSignal<Option<&'static str>>,
) -> AnyView {
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let of = move |field: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref()?.of_field(field)))
    };
    let policy = found.policy;
    let rows = Act::ALL
        .iter()
        .enumerate()
        .map(|(i, act)| row(i, *act, policy.threshold(*act), error))
        .collect_view();
    let ApprovalPolicy {
        dangerous_methods,
        people,
        tools,
        hours,
        ..
    } = policy;
    let marked = Signal::stored(Some(
        "One name per line; * stands for any characters.".to_owned(),
    ));
    let status = move || said.get();
    view! {
        <ActionForm action=action>
            <div class="stack" on:input=move |_| said.set(None)>
                {found.waits.map(waits_note)}
                <FormError error=error/>
                <Section id="sizes" title="Operations on many devices">
                    <p class="lede">
                        "More devices, or a larger share of the fleet, need a second person. 0 devices means always; an "
                        "empty field does not count. Shares count from 50 devices on."
                    </p>
                    <TableWrap>
                        <table class="table rules">
                            <thead>
                                <tr>
                                    <th scope="col">"What"</th>
                                    <th scope="col">"More than so many devices"</th>
                                    <th scope="col">"More than % of the fleet"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </TableWrap>
                </Section>
                <Section id="more" title="Methods, people, tools">
                    <div class="person-form">
                        <TextArea
                            id="dangerous"
                            name="dangerous"
                            label="Dangerous methods"
                            value=dangerous_methods.join("\n")
                            rows=4
                            mono=true
                            hint=marked
                            error=of("dangerous")
                        />
                        <Check
                            name="people"
                            label="Giving people rights needs a second administrator"
                            hint="Also taking them from somebody who approves. Without a second administrator it happens at once."
                            checked=people
                        />
                        <Check
                            name="tools"
                            label="Operations of tools need approval"
                            hint="Tools sign with the key of a shared access policy."
                            checked=tools
                        />
                        <TextField
                            id="hours"
                            name="hours"
                            label="Requests end after, in hours"
                            kind="number"
                            value=hours.to_string()
                            required=true
                            error=of("hours")
                        />
                        <div class="row">
                            <Button submit=true kind=ButtonKind::Primary>"Save"</Button>
                            <span class="meta" aria-live="polite">{status}</span>
                        </div>
                    </div>
                </Section>
            </div>
        </ActionForm>
    }
    .into_any()
}

fn row(i: usize, act: Act, threshold: Threshold, error: Signal<Option<AppError>>) -> AnyView {
    let words = format::sentence(act.in_words());
    let words = words.trim_end_matches('.').to_owned();
    let name = |part: &str| ["thresholds[", &i.to_string(), "][", part, "]"].concat();
    let field = |part: &'static str, label: String, value: Option<String>, max: &'static str| {
        let name = name(part);
        let (id, refused) = (name.clone(), name.clone());
        let wrong = Signal::derive(move || error.with(|error| error.as_ref()?.of_field(&refused)));
        let says = [&id, "-error"].concat();
        let (described, words_id) = (says.clone(), says);
        let message = move || {
            let id = words_id.clone();
            wrong
                .get()
                .map(|text| view! { <p class="hint hint--error" id=id>{text}</p> })
        };
        view! {
            <input
                class="input"
                id=id
                name=name
                type="number"
                min="0"
                max=max
                value=value
                aria-label=label
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                aria-describedby=move || wrong.with(Option::is_some).then(|| described.clone())
            />
            {dynamic(message)}
        }
        .into_any()
    };
    let devices = threshold.devices.map(|n| n.to_string());
    let percent = threshold.percent.map(|n| n.to_string());
    let of = |unit: &str| [&words, ", ", unit].concat();
    let devices = field("devices", of("devices"), devices, "4294967295");
    let percent = field("percent", of("percent of the fleet"), percent, "100");
    view! {
        <tr>
            <th scope="row">
                {words}
                <input type="hidden" name=name("act") value=act.as_str()/>
            </th>
            <td>{devices}</td>
            <td>{percent}</td>
        </tr>
    }
    .into_any()
}
