//! The wizard: what, who, how, review. Each step is a plain form; the hub keeps what was typed after each.

pub mod address;
mod careful;
mod fields;
mod gates;
mod how;
mod review;
mod what;
mod what_fields;
mod who;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use muster_core::policy::Action;

use crate::error::AppError;
use crate::pages::failure::FailurePage;
use crate::panels::loaded::loaded;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::operations::{DraftView, read_draft};
use crate::session::use_session;
use crate::shell::Page;
use crate::ui::{Breadcrumb, Crumb, Icon, IconSize, LinkButton, Note, PageHead, Tone};
use address::{NewAddress, Step};
use fields::Form;

/// `/operations/new`
#[component]
pub fn NewOperationPage() -> impl IntoView {
    if !use_session().with(|me| me.can(Action::RunOperations)) {
        let error = AppError::Forbidden {
            action: Action::RunOperations.in_words().to_owned(),
        };
        return view! { <FailurePage error=error/> }.into_any();
    }
    let search = use_location().search;
    let address = Memo::new(move |_| NewAddress::parse(&search.get()));
    let asked = move || address.with(|a| (a.draft, a.handed.clone(), a.ids.clone(), a.step));
    let data = Data::new(asked, |(draft, handed, ids, _)| {
        read_draft(draft, handed, ids)
    });
    let show = move |found: DraftView| {
        let found = StoredValue::new(found);
        let body = move || step(&address.get(), found.get_value(), search.get());
        view! { {dynamic(body)} }.into_any()
    };
    let crumbs = vec![Crumb {
        label: "Operations".to_owned(),
        href: routes::OPERATIONS.to_owned(),
    }];
    view! {
        <Page title="New operation" class="wizard">
            <Breadcrumb crumbs=crumbs/>
            <PageHead
                title="New operation"
                facts=|| "Nothing is touched before you start it on the last step. What you typed is kept as a draft after each step."
            />
            {dynamic(move || steps(&address.get()))}
            {loaded(data, show)}
        </Page>
    }
    .into_any()
}

/// The row of steps. Those that were passed lead back.
fn steps(address: &NewAddress) -> AnyView {
    let steps: Vec<AnyView> = Step::ALL
        .into_iter()
        .map(|step| {
            let title = step.title();
            if step < address.step {
                let href = address.at(step).href();
                view! {
                    <li class="is-done"><Icon name="i-check" size=IconSize::Small/><a href=href>{title}</a></li>
                }
                .into_any()
            } else {
                let current = (step == address.step).then_some("step");
                view! { <li aria-current=current>{title}</li> }.into_any()
            }
        })
        .collect();
    view! { <ol class="wiz" aria-label="Steps">{steps}</ol> }.into_any()
}

fn step(address: &NewAddress, found: DraftView, search: String) -> AnyView {
    let form = Form::new(found.problems.clone(), address.tried);
    let failed = address.failed.then(|| {
        view! {
            <Note tone=Tone::Serious alert=true>
                "The hub did not keep this step. Nothing was started. Try again; if you have fifty drafts, discard one first."
            </Note>
        }
    });
    let wrong = (form.wrong(address.step.as_str()) > 0).then(|| {
        view! { <Note tone=Tone::Attention alert=true>"Correct what is marked, then go on."</Note> }
    });
    let body = match address.step {
        Step::What => what::what_step(address, found, form),
        Step::Who => who::who_step(address, found, form, search),
        Step::How => how::how_step(address, found, form),
        Step::Review => review::review_step(address, found),
    };
    view! { <div class="wiz-body">{failed}{wrong}{body}</div> }.into_any()
}

/// The buttons under a step.
fn next(address: &NewAddress, label: &'static str) -> AnyView {
    let back = Step::ALL
        .into_iter()
        .rev()
        .find(|step| *step < address.step)
        .map(|step| {
            let href = address.at(step).href();
            view! { <LinkButton href=href>"Back"</LinkButton> }
        });
    view! {
        <div class="row mt-6">
            <button class="btn btn--primary" type="submit">{label}</button>
            {back}
            <LinkButton href=routes::OPERATIONS kind=crate::ui::ButtonKind::Quiet>"Leave"</LinkButton>
        </div>
    }
    .into_any()
}

/// The number of the draft, for forms; empty before there is one.
fn draft_field(address: &NewAddress) -> AnyView {
    let id = address.draft.map_or(String::new(), |id| id.to_string());
    view! { <input type="hidden" name="id" value=id/> }.into_any()
}
