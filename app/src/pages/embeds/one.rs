//! One embed: what it shows, how it looks in narrow and wide places, how it is used, and its end.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use muster_core::embed::EmbedId;

use super::{end, looked, within};
use crate::pages::person::FormError;
use crate::panels::loaded::loaded_page;
use crate::reactive::{dynamic, effect};
use crate::routes;
use crate::rpc::data::{Data, shared};
use crate::rpc::embeds::{EmbedState, EmbedView, RevokeEmbed, show_embed};
use crate::rpc::people::Secret;
use crate::shell::Page;
use crate::ui::{
    Breadcrumb, Button, ButtonKind, CodeBlock, Crumb, KeyValue, KeyValues, PageHead, Section,
};

/// The places in which the panel is tried out.
const PLACES: [(&str, &str); 3] = [
    ("emb-frame", "As wide as its place"),
    ("emb-frame emb-frame--480", "480 pixels wide"),
    ("emb-frame emb-frame--240", "240 pixels wide"),
];

/// `/embeds/{id}`
#[component]
pub fn EmbedPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        let id = params.with(|params| params.get("id"));
        EmbedId(id.and_then(|id| id.parse().ok()).unwrap_or_default())
    });
    let data = Data::new(move || id.get(), show_embed);
    loaded_page("Embed", data, body)
}

fn body(embed: EmbedView) -> AnyView {
    let left = shared(move || left(embed.id));
    let once = move || {
        left.clone().map(|secret| {
            view! {
                <div class="once mb-4" role="status">
                    <h2>"Its token or secret"</h2>
                    <CodeBlock text=secret.0 label="Token or secret" wrap=true/>
                    <p class="meta">"It is shown this once, and cannot be read again."</p>
                </div>
            }
        })
    };
    let crumbs = vec![Crumb {
        label: "Embeds".to_owned(),
        href: routes::EMBEDS.to_owned(),
    }];
    let filter = match embed.filter.as_str() {
        "" => "all that its author sees".into_any(),
        filter => view! { <code>{filter.to_owned()}</code> }.into_any(),
    };
    let proof = if embed.signed {
        "A token that the portal signs for each viewer"
    } else {
        "One token, the same for everybody"
    };
    let frames = PLACES.map(|(class, words)| {
        let title = [&embed.name, ", ", words].concat();
        view! {
            <p class="meta mt-3">{words}</p>
            <iframe class=class src=embed.preview.clone() title=title></iframe>
        }
    });
    let frames = frames.collect_view();
    let revoke = (embed.state == EmbedState::Live).then(|| revoke(embed.id));
    let (ends, seen, place) = (end(&embed), looked(&embed), within(&embed));
    let opened = crate::format::count(embed.uses);
    let (name, what, snippet) = (embed.name, embed.what, embed.snippet);
    view! {
        <Page title=name.clone()>
            <Breadcrumb crumbs=crumbs/>
            <PageHead title=name facts=move || what.clone()/>
            {dynamic(once)}
            <div class="stack">
                <Section id="facts" title="What it is">
                    <KeyValues>
                        <KeyValue term="Devices">{filter}</KeyValue>
                        <KeyValue term="In">{place}</KeyValue>
                        <KeyValue term="Viewers show">{proof}</KeyValue>
                        <KeyValue term="Opened">{opened}</KeyValue>
                        <KeyValue term="Last looked at">{seen}</KeyValue>
                        <KeyValue term="Ends">{ends}</KeyValue>
                    </KeyValues>
                    <CodeBlock text=snippet label="Where TOKEN stands for the token" wrap=true/>
                </Section>
                <Section id="look" title="How it looks" rule=true>{frames}</Section>
                {revoke}
            </div>
        </Page>
    }
    .into_any()
}

fn revoke(id: EmbedId) -> AnyView {
    let action = ServerAction::<RevokeEmbed>::new();
    let navigate = use_navigate();
    effect(move || {
        if let Some(Ok(())) = action.value().get() {
            navigate(routes::EMBEDS, NavigateOptions::default());
        }
    });
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    view! {
        <Section id="revoke" title="Revoke" rule=true>
            <FormError error=error/>
            <details>
                <summary class="btn btn--danger">"Revoke…"</summary>
                <div class="box box-p mt-3">
                    <p>"Whoever looks at it sees one sentence from then on. This cannot be undone."</p>
                    <ActionForm action=action>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <div class="row mt-3">
                            <Button submit=true kind=ButtonKind::Danger>"Revoke this embed"</Button>
                        </div>
                    </ActionForm>
                </div>
            </details>
        </Section>
    }
    .into_any()
}

/// What was made without script a moment ago.
#[cfg(feature = "ssr")]
fn left(id: EmbedId) -> Option<Secret> {
    crate::session::take_once(&routes::embed(id)).map(Secret)
}

#[cfg(not(feature = "ssr"))]
fn left(_: EmbedId) -> Option<Secret> {
    None
}
