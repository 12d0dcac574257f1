//! What waits for a second person: each request with what it would do, and the decision in place.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::approval::{ApprovalId, Changed, Impact};

use crate::clock::use_now;
use crate::error::AppError;
use crate::format::{self, TimeStyle};
use crate::panels::refresh::Refresh;
use crate::reactive::effect;
use crate::routes;
use crate::rpc::approvals::{ApprovalView, DecideApproval, WithdrawApproval};
use crate::ui::{Button, ButtonKind, Count, Icon, IconSize, Note, TextArea, TimeStamp, Tone};

/// Requests that wait, newest first. What somebody types stays while others come and go.
pub fn waiting_list(waiting: Signal<Vec<ApprovalView>>, refresh: Refresh) -> AnyView {
    view! {
        <For each=move || waiting.get() key=|request| request.id.0 let:request>
            {card(request, refresh)}
        </For>
    }
    .into_any()
}

fn card(request: ApprovalView, refresh: Refresh) -> AnyView {
    let id = ["request-", &request.id.0.to_string()].concat();
    let now = use_now();
    let style = Signal::derive(move || TimeStyle::Ago { now: now.get() });
    let title = match request.href.clone() {
        Some(href) => view! { <a class="plain" href=href>{request.summary.clone()}</a> }.into_any(),
        None => request.summary.clone().into_any(),
    };
    let heading = id.clone();
    let who = if request.mine {
        "You asked ".to_owned()
    } else {
        [&request.asked_by, " asked "].concat()
    };
    let reasons = request.reasons.join("; ");
    let sample = request.impact.as_ref().and_then(sample);
    view! {
        <article class="dec dec--open" aria-labelledby=heading>
            <header class="dec-h">
                <Icon name="i-approve" size=IconSize::Large/>
                <div class="grow">
                    <h3 id=id>{title}</h3>
                    <p class="meta">
                        {who} <TimeStamp ms=request.asked_ms style=style/> ". Expires "
                        <TimeStamp ms=request.expires_ms style=style/> "."
                    </p>
                </div>
                {request.impact.as_ref().map(impact)}
            </header>
            <div class="dec-b">
                {changes(&request.changes)}
                <ul class="dec-f">
                    <li>
                        <Icon name="s-info"/>
                        <span>"Needs a second person: " {reasons} "."</span>
                    </li>
                    {sample}
                </ul>
            </div>
            {foot(&request, refresh)}
        </article>
    }
    .into_any()
}

fn impact(impact: &Impact) -> AnyView {
    let n = u64::from(impact.devices);
    let href = impact.query.as_deref().map(fleet_link);
    let of = [
        "devices, ",
        &impact.percent().to_string(),
        " % of the fleet",
    ]
    .concat();
    let count = match href {
        Some(href) => view! { <Count n=n href=href/> }.into_any(),
        None => view! { <Count n=n/> }.into_any(),
    };
    view! { <span class="dec-n">{count}<small>{of}</small></span> }.into_any()
}

fn fleet_link(query: &str) -> String {
    [routes::FLEET, "?filter=", &routes::encode(query)].concat()
}

fn sample(impact: &Impact) -> Option<AnyView> {
    if impact.sample.is_empty() {
        return None;
    }
    let links = impact.sample.iter().map(|id| {
        view! { " " <a href=routes::device(id)>{id.as_str().to_owned()}</a> }
    });
    let links = links.collect_view();
    Some(view! { <li><Icon name="i-fleet"/><span>"Among them:" {links}</span></li> }.into_any())
}

/// What would change, part by part.
pub fn changes(changes: &[Changed]) -> AnyView {
    if changes.is_empty() {
        return ().into_any();
    }
    let rows = changes.iter().map(|changed| {
        let before = changed
            .before
            .clone()
            .map(|text| view! { <del>{text}</del> });
        let after = changed
            .after
            .clone()
            .map(|text| view! { <ins>{text}</ins> });
        let part = format::sentence(&changed.part);
        let part = part.trim_end_matches('.').to_owned();
        view! {
            <tr>
                <th scope="row">{part}</th>
                <td class="v">{before}</td>
                <td class="v">{after}</td>
            </tr>
        }
        .into_any()
    });
    let rows = rows.collect_view();
    view! {
        <table class="table twin diff">
            <thead>
                <tr>
                    <th scope="col">"Part"</th>
                    <th scope="col">"Now"</th>
                    <th scope="col">"Then"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn foot(request: &ApprovalView, refresh: Refresh) -> AnyView {
    if request.mine {
        withdrawal(request.id, refresh)
    } else if let Some(barred) = request.barred.clone() {
        view! { <footer class="dec-a"><p class="meta">{barred}</p></footer> }.into_any()
    } else {
        decision(request, refresh)
    }
}

fn withdrawal(id: ApprovalId, refresh: Refresh) -> AnyView {
    let action = ServerAction::<WithdrawApproval>::new();
    let error = failure(move || action.value().get(), refresh);
    view! {
        <ActionForm action=action>
            <footer class="dec-a">
                {error}
                <input type="hidden" name="id" value=id.0.to_string()/>
                <p class="meta grow">"Waits for somebody else: nobody decides what they asked for themselves."</p>
                <Button submit=true>"Withdraw"</Button>
            </footer>
        </ActionForm>
    }
    .into_any()
}

fn decision(request: &ApprovalView, refresh: Refresh) -> AnyView {
    let action = ServerAction::<DecideApproval>::new();
    let error = failure(move || action.value().get(), refresh);
    let at_comment = Signal::derive(move || {
        let answer = action.value().get();
        answer.and_then(Result::err)?.of_field("comment")
    });
    let id = request.id.0.to_string();
    let field = ["comment-", &id].concat();
    let verb = match &request.impact {
        Some(impact) => ["Approve ", &format::count(u64::from(impact.devices))].concat(),
        None => "Approve".to_owned(),
    };
    view! {
        <ActionForm action=action>
            <footer class="dec-a">
                {error}
                <input type="hidden" name="id" value=id/>
                <div class="dec-comment">
                    <TextArea
                        id=field
                        name="comment"
                        label="Comment"
                        rows=2
                        hint=Signal::stored(Some("Whoever asked reads it. A refusal needs one.".to_owned()))
                        error=at_comment
                    />
                </div>
                <Button submit=true kind=ButtonKind::Primary icon="i-check" name="approve" value="true">
                    {verb}
                </Button>
                <Button submit=true name="approve" value="false">"Refuse"</Button>
            </footer>
        </ActionForm>
    }
    .into_any()
}

/// What went wrong, unless it stands beside a field. Reads the list again when something was done.
fn failure(
    answer: impl Fn() -> Option<Result<(), AppError>> + Clone + Send + Sync + 'static,
    refresh: Refresh,
) -> AnyView {
    let done = answer.clone();
    effect(move || {
        if let Some(Ok(())) = done() {
            refresh.ask();
        }
    });
    let words = move || {
        let error = answer()?.err().filter(|error| !error.is_of_fields())?;
        Some(view! {
            <div class="dec-comment">
                <Note tone=Tone::Attention alert=true>{error.to_string()}</Note>
            </div>
        })
    };
    view! { {words} }.into_any()
}
