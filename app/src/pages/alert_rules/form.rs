//! The form of a rule: a plain form of a server function, with a preview where there is script.

use leptos::form::ActionForm;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use muster_core::alert::Severity;

use super::delete::delete_form;
use super::preview::{preview_view, previewed};
use crate::error::AppError;
use crate::pages::person::FormError;
use crate::reactive::{dynamic, effect};
use crate::routes;
use crate::rpc::alerts::{RuleForm, RulePreviewView, SaveRule};
use crate::ui::{
    Button, ButtonKind, Check, Choice, LinkButton, SelectField, TextArea, TextField, Tone,
};

/// The answer to the last wish for a preview.
pub(super) type Answer = RwSignal<Option<Result<RulePreviewView, AppError>>>;

/// The form. Once it is saved, the list of rules follows.
pub(super) fn form(found: RuleForm) -> AnyView {
    let action = ServerAction::<SaveRule>::new();
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
    let hint = |words: &'static str| Signal::stored(Some(words.to_owned()));
    let minutes = |seconds: u32| match seconds {
        0 => String::new(),
        seconds => (seconds / 60).to_string(),
    };
    let node = NodeRef::<html::Div>::new();
    let draft = found.draft;
    let severities = [
        (Severity::Critical, Tone::Critical),
        (Severity::Serious, Tone::Serious),
        (Severity::Attention, Tone::Attention),
    ];
    let severities = severities.map(|(severity, tone)| Choice {
        value: severity.as_str().to_owned(),
        label: tone.word().to_owned(),
    });
    let none = Choice {
        value: String::new(),
        label: "No window".to_owned(),
    };
    let windows = found
        .windows
        .into_iter()
        .map(|(value, label)| Choice { value, label });
    let windows = [none].into_iter().chain(windows).collect();
    let window = draft.mute_window.map(|window| window.to_string());
    let shown = move || match preview.get() {
        Some(Ok(found)) => preview_view(&found),
        _ => ().into_any(),
    };
    let fold_at = match draft.fold_at {
        0 => String::new(),
        at => at.to_string(),
    };
    let id = found.id.map(|id| id.to_string()).unwrap_or_default();
    let delete = found.id.map(|id| delete_form(id, found.etag.clone()));
    view! {
        <ActionForm action=action>
            <div class="rule-form" node_ref=node on:input=move |_| preview.set(None)>
                <FormError error=error/>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="etag" value=found.etag/>
                <TextField id="rule-name" name="rule[name]" label="Name" value=draft.name required=true
                    hint=hint("Say what is wrong, as it stands in the inbox: Cold store is too warm.") error=of("name")/>
                <SelectField id="rule-severity" name="rule[severity]" label="Severity" choices=severities.to_vec()
                    chosen=draft.severity.as_str() error=of("severity")/>
                <TextArea id="rule-condition" name="rule[condition]" label="Condition" value=draft.condition rows=3 mono=true
                    hint=hint("In the query language: properties.reported.temperature > 8, contact = 'silent', drift = true.")
                    error=of("condition")/>
                <TextArea id="rule-clear" name="rule[clear]" label="Ends when" value=draft.clear rows=2 mono=true
                    hint=hint("Empty: when the condition no longer holds. Between both nothing changes.") error=of("clear")/>
                <TextArea id="rule-scope" name="rule[scope]" label="Devices" value=draft.scope rows=2 mono=true
                    hint=hint("A condition as tags.kind = 'cold'; empty for all devices.") error=of("scope")/>
                <div class="rule-times">
                    <TextField id="rule-for" name="rule[for_min]" label="Opens after, in minutes" kind="number"
                        value=minutes(draft.for_s) error=of("for_s")/>
                    <TextField id="rule-clear-for" name="rule[clear_min]" label="Ends after calm, in minutes" kind="number"
                        value=minutes(draft.clear_for_s) error=of("clear_for_s")/>
                    <TextField id="rule-escalate" name="rule[escalate_min]" label="Passed on after, in minutes" kind="number"
                        value=minutes(draft.escalate_after_s) hint=hint("Empty: never.") error=of("escalate_after_s")/>
                </div>
                <div class="rule-times">
                    <TextField id="rule-fold-by" name="rule[fold_by]" label="Folds by tag" value=draft.fold_by mono=true
                        hint=hint("As location.site; empty: each device stands for itself.") error=of("fold_by")/>
                    <TextField id="rule-fold-at" name="rule[fold_at]" label="From so many devices" kind="number"
                        value=fold_at error=of("fold_at")/>
                </div>
                <SelectField id="rule-window" name="rule[mute_window]" label="Quiet while this window is open" choices=windows
                    chosen=window.unwrap_or_default() error=of("mute_window")/>
                <Check name="rule[mute_maintenance]" label="Leave devices in maintenance alone" checked=draft.mute_maintenance/>
                <Check name="rule[enabled]" label="Watches" hint="Off: its alerts end, the rule is kept." checked=draft.enabled/>
                <div aria-live="polite">{dynamic(shown)}</div>
                <div class="row">
                    <span class="js-only"><Button on_press=Callback::new(move |_| previewed(node, preview))>"Preview"</Button></span>
                    <Button submit=true kind=ButtonKind::Primary>"Save the rule"</Button>
                    <LinkButton href=routes::ALERT_RULES kind=ButtonKind::Quiet>"Cancel"</LinkButton>
                </div>
            </div>
        </ActionForm>
        {delete}
    }
    .into_any()
}
