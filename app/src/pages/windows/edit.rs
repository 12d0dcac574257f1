//! The form of a window or a calendar.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::rule_fields::{RangeFields, RuleFields};
use crate::error::AppError;
use crate::pages::person::FormError;
use crate::reactive::effect;
use crate::routes;
use crate::rpc::windows::{DeleteSheet, HoursForm, SaveHours};
use crate::shell::Page;
use crate::ui::{
    Breadcrumb, Button, ButtonKind, Choice, Crumb, Field, LinkButton, PageHead, Section,
    SelectField, TextField,
};

/// What the form is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kind {
    /// As the hub knows it.
    pub(super) name: &'static str,
    /// The title of the form for a new one.
    pub(super) new: &'static str,
    facts: &'static str,
    closed: &'static str,
    save: &'static str,
    delete: &'static str,
}

/// A maintenance window.
pub(super) const WINDOW: Kind = Kind {
    name: "window",
    new: "New window",
    facts: "Times are those of each device's own clock.",
    closed: "Blackouts",
    save: "Keep the window",
    delete: "Delete this window",
};

/// A service calendar.
pub(super) const CALENDAR: Kind = Kind {
    name: "calendar",
    new: "New calendar",
    facts: "Service hours are when devices have to serve; windows that respect them stay closed.",
    closed: "Holidays",
    save: "Keep the calendar",
    delete: "Delete this calendar",
};

/// The form.
#[component]
pub(super) fn EditPage(
    /// What it is about.
    kind: Kind,
    /// What it begins with.
    form: HoursForm,
) -> impl IntoView {
    let action = ServerAction::<SaveHours>::new();
    follow(action, routes::WINDOWS);
    let title = if form.id.is_empty() {
        kind.new.to_owned()
    } else {
        form.name.clone()
    };
    let crumbs = vec![Crumb {
        label: "Windows".to_owned(),
        href: routes::WINDOWS.to_owned(),
    }];
    let delete = (!form.id.is_empty()).then(|| {
        let (id, etag) = (form.id.clone(), form.etag.clone());
        view! { <DeleteForm kind=kind.name id=id etag=etag words=kind.delete back=routes::WINDOWS/> }
    });
    view! {
        <Page title=title.clone()>
            <Breadcrumb crumbs=crumbs/>
            <PageHead title=title facts=move || kind.facts/>
            {fields(kind, form, action)}
            {delete}
        </Page>
    }
    .into_any()
}

fn fields(kind: Kind, form: HoursForm, action: ServerAction<SaveHours>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let of = move |field: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref()?.of_field(field)))
    };
    let other = if kind == WINDOW {
        calendar_field(form.calendars, form.calendar, of("follows"))
    } else {
        zone_field(
            "hours-zone",
            "follows",
            "Clock",
            form.zone,
            form.zones,
            "Empty for the clock of each device.",
            of("follows"),
        )
    };
    view! {
        <ActionForm action=action>
            <div class="hours-form">
                <FormError error=error/>
                <input type="hidden" name="kind" value=kind.name/>
                <input type="hidden" name="id" value=form.id/>
                <input type="hidden" name="etag" value=form.etag/>
                <TextField id="hours-name" name="name" label="Name" value=form.name required=true error=of("name")/>
                <Section id="openings" title="Hours">
                    <RuleFields rules=form.rules error=error/>
                </Section>
                <Section id="closed" title=kind.closed rule=true>
                    <RangeFields ranges=form.closed error=error/>
                </Section>
                {other}
                <div class="row">
                    <Button submit=true kind=ButtonKind::Primary>{kind.save}</Button>
                    <LinkButton href=routes::WINDOWS kind=ButtonKind::Quiet>"Cancel"</LinkButton>
                </div>
            </div>
        </ActionForm>
    }
}

fn calendar_field(
    calendars: Vec<(String, String)>,
    chosen: String,
    error: Signal<Option<String>>,
) -> AnyView {
    let none = Choice {
        value: String::new(),
        label: "None".to_owned(),
    };
    let choices = calendars
        .into_iter()
        .map(|(value, label)| Choice { value, label });
    view! {
        <SelectField
            id="hours-calendar"
            name="follows"
            label="Respects the service hours of"
            choices=[none].into_iter().chain(choices).collect()
            chosen=chosen
            hint=Some("The window stays closed while they last.".to_owned())
            error=error
        />
    }
    .into_any()
}

/// A field for a zone with suggestions.
pub(crate) fn zone_field(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    zone: String,
    zones: Vec<String>,
    hint: &'static str,
    error: Signal<Option<String>>,
) -> AnyView {
    let list = [id, "-list"].concat();
    let zones = zones
        .into_iter()
        .map(|zone| view! { <option value=zone></option> });
    view! {
        <Field id=id label=label hint=Signal::stored(Some(hint.to_owned())) error=error>
            <input
                class="input"
                id=id
                name=name
                value=zone
                list=list.clone()
                placeholder="Europe/Berlin"
                autocomplete="off"
                spellcheck="false"
            />
            <datalist id=list>{zones.collect_view()}</datalist>
        </Field>
    }
    .into_any()
}

/// Leads to `back` once an action is done.
pub(crate) fn follow<S>(action: ServerAction<S>, back: &'static str)
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Error: Clone + Send + Sync + 'static,
{
    let value = action.value();
    let navigate = leptos_router::hooks::use_navigate();
    effect(move || {
        if value.with(|answer| matches!(answer, Some(Ok(_)))) {
            navigate(back, leptos_router::NavigateOptions::default());
        }
    });
}

/// Deleting, behind a summary.
#[component]
pub(crate) fn DeleteForm(
    /// As the hub knows it.
    kind: &'static str,
    /// The short name.
    id: String,
    /// The token it was read with.
    etag: String,
    /// What the button says.
    words: &'static str,
    /// Where to go then.
    back: &'static str,
) -> impl IntoView {
    let action = ServerAction::<DeleteSheet>::new();
    follow(action, back);
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    view! {
        <details class="mt-8">
            <summary class="btn btn--quiet">"Delete…"</summary>
            <div class="box box-p mt-3 person-form">
                <p>"What still needs it keeps it from being deleted. Events about it stay in the audit trail."</p>
                <FormError error=error/>
                <ActionForm action=action>
                    <input type="hidden" name="kind" value=kind/>
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="etag" value=etag/>
                    <Button submit=true kind=ButtonKind::Danger>{words}</Button>
                </ActionForm>
            </div>
        </details>
    }
}
