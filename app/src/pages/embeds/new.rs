//! The form for a new embed, with a preview where there is script.

use leptos::form::ActionForm;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{FormData, HtmlFormElement};
use muster_core::embed::{DEFAULT_DAYS, PanelKind, Span, Theme};
use muster_core::policy::Action;

use crate::error::AppError;
use crate::pages::person::FormError;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::embeds::{CreateEmbed, CreatedEmbed};
use crate::session::use_session;
use crate::shell::Page;
use crate::ui::{
    Breadcrumb, Button, ButtonKind, Choice, CodeBlock, Crumb, LinkButton, PageHead, SelectField,
    TextArea, TextField,
};

/// How long an embed can be made to last, in days.
const LASTS: [(u32, &str); 4] = [
    (7, "7 days"),
    (30, "30 days"),
    (DEFAULT_DAYS, "90 days"),
    (365, "a year"),
];

/// The fields that a preview looks at.
const PREVIEWED: [&str; 8] = [
    "name", "kind", "path", "device", "field", "span", "filter", "theme",
];

/// `/embeds/new`
#[component]
pub fn NewEmbedPage() -> impl IntoView {
    if !use_session().with(|me| me.can(Action::KeepEmbeds)) {
        let error = AppError::Forbidden {
            action: Action::KeepEmbeds.in_words().to_owned(),
        };
        return view! { <crate::pages::failure::FailurePage error=error/> }.into_any();
    }
    let action = ServerAction::<CreateEmbed>::new();
    let crumbs = vec![Crumb {
        label: "Embeds".to_owned(),
        href: routes::EMBEDS.to_owned(),
    }];
    // An answer that refuses leaves the form as it is.
    let made = Memo::new(move |_| action.value().get().and_then(Result::ok));
    let content = move || match made.get() {
        Some(created) => done(created),
        None => form(action),
    };
    view! {
        <Page title="New embed">
            <Breadcrumb crumbs=crumbs/>
            <PageHead title="New embed"/>
            {dynamic(content)}
        </Page>
    }
    .into_any()
}

/// What is shown once.
fn done(created: CreatedEmbed) -> AnyView {
    let (label, words) = match (created.embed.signed, created.embed.parents.is_empty()) {
        (true, _) => (
            "Secret",
            "The portal signs a token for each viewer with this secret (HS256, the base64 decoded as the key) and puts it where TOKEN stands. Claims: embed, exp, and filter to narrow it.",
        ),
        (false, true) => (
            "Link",
            "Whoever has this link sees the panel until it ends.",
        ),
        (false, false) => ("Snippet", "Put this into the page of the portal."),
    };
    let secret = created.embed.signed.then(|| {
        view! { <CodeBlock text=created.secret.0.clone() label=label wrap=true/> }
    });
    let number = created.embed.signed.then(|| {
        let number = created.embed.id.to_string();
        view! { <p class="meta">"The claim embed is " <code>{number}</code> "."</p> }
    });
    view! {
        <div class="once" role="status">
            <h2>{created.embed.name.clone()}</h2>
            {secret}
            <CodeBlock text=created.snippet.0 label="Snippet" wrap=true/>
            <p class="meta">{words}</p>
            {number}
            <p class="meta">"What is secret in this is shown this once, and cannot be read again."</p>
        </div>
        <div class="row mt-4">
            <LinkButton href=routes::embed(created.embed.id)>"Try it out"</LinkButton>
        </div>
    }
    .into_any()
}

fn choices<'a>(all: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Choice> {
    let choice = |(value, label): (&str, &str)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
    };
    all.into_iter().map(choice).collect()
}

fn form(action: ServerAction<CreateEmbed>) -> AnyView {
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let of = move |field: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref()?.of_field(field)))
    };
    let whole = Signal::derive(move || error.get().filter(|error| !error.is_of_fields()));
    let hint = |text: &str| Signal::stored(Some(text.to_owned()));
    let inside = NodeRef::<html::Div>::new();
    let preview = RwSignal::new(None::<String>);
    let look = Callback::new(move |_| preview.set(preview_address(inside)));
    let frame = move || {
        preview.get().map(|src| {
            view! { <iframe class="emb-frame" src=src title="Preview of the panel"></iframe> }
        })
    };
    let themes = Theme::ALL.map(|theme| match theme {
        Theme::Auto => ("auto", "As the viewer's system"),
        Theme::Light => ("light", "Light"),
        Theme::Dark => ("dark", "Dark"),
    });
    let days = LASTS.map(|(days, label)| Choice {
        value: days.to_string(),
        label: label.to_owned(),
    });
    view! {
        <ActionForm action=action>
            <div class="person-form" node_ref=inside>
                <FormError error=whole/>
                <TextField id="embed-name" name="name" label="Title" required=true hint=hint("It stands on the panel.") error=of("name")/>
                <SelectField
                    id="embed-kind"
                    name="kind"
                    label="Panel"
                    choices=choices(PanelKind::ALL.map(|kind| (kind.as_str(), kind.in_words())))
                    error=of("kind")
                />
                <TextField id="embed-path" name="path" label="Property" mono=true hint=hint("For devices by a property, as tags.site.") error=of("path")/>
                <TextField id="embed-device" name="device" label="Device" mono=true hint=hint("For telemetry: the device's id.") error=of("device")/>
                <TextField id="embed-field" name="field" label="Field" mono=true hint=hint("For telemetry, as temperature.") error=of("field")/>
                <SelectField
                    id="embed-span"
                    name="span"
                    label="Looks back"
                    choices=choices(Span::ALL.map(|span| (span.as_str(), span.as_str())))
                    chosen=Span::default().as_str()
                    hint=hint("For telemetry.")
                />
                <TextField
                    id="embed-filter"
                    name="filter"
                    label="Devices"
                    mono=true
                    hint=hint("A condition, as tags.region = 'north'. Empty for all you see.")
                    error=of("filter")
                />
                <TextArea
                    id="embed-parents"
                    name="parents"
                    label="Pages that may frame it"
                    rows=2
                    mono=true
                    hint=hint("As https://portal.example, one per line. Without any it is a share link, opened by itself.")
                    error=of("parents")
                />
                <SelectField
                    id="embed-proof"
                    name="proof"
                    label="Viewers show"
                    choices=choices([
                        ("token", "One token, the same for everybody"),
                        ("portal", "A token that the portal signs for each viewer"),
                    ])
                    error=of("proof")
                />
                <SelectField id="embed-theme" name="theme" label="Theme" choices=choices(themes)/>
                <SelectField
                    id="embed-days"
                    name="days"
                    label="It lasts"
                    choices=days.to_vec()
                    chosen=DEFAULT_DAYS.to_string()
                    error=of("days")
                />
                <div aria-live="polite">{dynamic(frame)}</div>
                <div class="row">
                    <span class="js-only"><Button on_press=look>"Preview"</Button></span>
                    <Button submit=true kind=ButtonKind::Primary>"Make the embed"</Button>
                    <LinkButton href=routes::EMBEDS kind=ButtonKind::Quiet>"Cancel"</LinkButton>
                </div>
            </div>
        </ActionForm>
    }
    .into_any()
}

/// The address that shows what stands in the form around this element.
fn preview_address(inside: NodeRef<html::Div>) -> Option<String> {
    let form = inside.get_untracked()?.closest("form").ok().flatten()?;
    let form = form.dyn_into::<HtmlFormElement>().ok()?;
    let data = FormData::new_with_form(&form).ok()?;
    let fields = PREVIEWED.map(|name| {
        let value = data.get(name).as_string().unwrap_or_default();
        [name, "=", &routes::encode(&value)].concat()
    });
    Some([routes::EMBED_PREVIEW, "?", &fields.join("&")].concat())
}
