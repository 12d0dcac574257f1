//! The form of a configuration: a plain form of a server function, with a preview where there is script.

use leptos::form::ActionForm;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::preview::{preview_view, previewed};
use super::target::TargetField;
use crate::error::AppError;
use crate::pages::person::FormError;
use crate::reactive::{dynamic, effect};
use crate::routes;
use crate::rpc::configurations::{ConfigurationView, PreviewView, SaveConfiguration};
use crate::ui::{Button, ButtonKind, LinkButton, TextArea, TextField};

/// What the fields hold at first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Filled {
    /// Its name; empty for a new one.
    pub(super) id: String,
    /// The token it was read with; empty for a new one.
    pub(super) etag: String,
    pub(super) target: String,
    pub(super) priority: String,
    pub(super) content: String,
    pub(super) labels: String,
    pub(super) metrics: String,
}

impl From<&ConfigurationView> for Filled {
    fn from(found: &ConfigurationView) -> Self {
        Self {
            id: found.row.id.clone(),
            etag: found.etag.clone(),
            target: found.row.target.clone(),
            priority: found.row.priority.to_string(),
            content: found.content.clone(),
            labels: found.labels.clone(),
            metrics: found.metrics.clone(),
        }
    }
}

/// The answer to the last wish for a preview.
pub(super) type Answer = RwSignal<Option<Result<PreviewView, AppError>>>;

/// The form. Once it is saved, the page of the configuration follows.
#[component]
pub(super) fn ConfigurationForm(
    /// What the fields hold at first.
    filled: Filled,
) -> impl IntoView {
    let action = ServerAction::<SaveConfiguration>::new();
    let is_new = filled.etag.is_empty();
    let navigate = use_navigate();
    effect(move || {
        if let Some(Ok(page)) = action.value().get() {
            navigate(&page, NavigateOptions::default());
        }
    });
    let preview: Answer = RwSignal::new(None);
    let error = Signal::derive(move || {
        let refused = action.value().get().and_then(Result::err);
        refused.or_else(|| preview.get().and_then(Result::err))
    });
    let of = move |field: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref()?.of_field(field)))
    };
    let form = NodeRef::<html::Div>::new();
    let name = if is_new {
        view! {
            <TextField
                id="configuration-id"
                name="id"
                label="Name"
                required=true
                mono=true
                hint=Some("Lower-case letters, digits and - + % _ * ! '. It cannot be changed later.".to_owned())
                error=of("id")
            />
        }
        .into_any()
    } else {
        view! { <input type="hidden" name="id" value=filled.id.clone()/> }.into_any()
    };
    let look = move |_| previewed(form, preview);
    let shown = move || match preview.get() {
        Some(Ok(found)) => preview_view(found).into_any(),
        _ => ().into_any(),
    };
    let back = match filled.id.as_str() {
        "" => routes::CONFIGURATIONS.to_owned(),
        id => routes::configuration(id),
    };
    view! {
        <ActionForm action=action>
            <div class="configuration-form" node_ref=form on:input=move |_| preview.set(None)>
                <FormError error=error/>
                <input type="hidden" name="etag" value=filled.etag/>
                {name}
                <TargetField value=filled.target error=of("target")/>
                <TextField
                    id="configuration-priority"
                    name="priority"
                    label="Priority"
                    kind="number"
                    value=filled.priority
                    required=true
                    hint=Some("Where two configurations say different things, the higher one wins; of equal ones the newer.".to_owned())
                    error=of("priority")
                />
                <TextArea
                    id="configuration-content"
                    name="content"
                    label="Content"
                    value=filled.content
                    rows=10
                    mono=true
                    hint=Some("JSON: paths of desired properties with their values. What is at a path is replaced; null takes it away.".to_owned())
                    error=of("content")
                />
                <TextArea
                    id="configuration-labels"
                    name="labels"
                    label="Labels"
                    value=filled.labels
                    rows=2
                    hint=Some("One per line, as team: operations.".to_owned())
                    error=of("labels")
                />
                <TextArea
                    id="configuration-metrics"
                    name="metrics"
                    label="Metrics"
                    value=filled.metrics
                    rows=3
                    mono=true
                    hint=Some("At most five, one per line, as done: SELECT deviceId FROM devices WHERE …".to_owned())
                    error=of("metrics")
                />
                <div aria-live="polite">{dynamic(shown)}</div>
                <div class="row">
                    <span class="js-only"><Button on_press=Callback::new(look)>"Preview"</Button></span>
                    <Button submit=true kind=ButtonKind::Primary>
                        {if is_new { "Make the configuration" } else { "Save" }}
                    </Button>
                    <LinkButton href=back kind=ButtonKind::Quiet>"Cancel"</LinkButton>
                </div>
            </div>
        </ActionForm>
    }
    .into_any()
}
