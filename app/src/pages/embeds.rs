//! Embeds and share links: the list, and the pages of one.

mod new;
mod one;

use leptos::prelude::*;
use muster_core::event::EventKind;

pub use new::NewEmbedPage;
pub use one::EmbedPage;

use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded_page;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::embeds::{EmbedState, EmbedView, list_embeds};
use crate::shell::Page;
use crate::ui::{ButtonKind, EmptyState, LinkButton, PageHead, TableWrap, TimeStamp};

/// `/embeds`
#[component]
pub fn EmbedsPage() -> impl IntoView {
    let data = Data::new(|| (), |()| list_embeds());
    loaded_page("Embeds", data, list)
}

fn list(found: Vec<EmbedView>) -> AnyView {
    let (found, refresh) = use_refreshed(found, list_embeds);
    use_live(
        || vec![Topic::Events],
        move |item| {
            let changed = match item {
                Item::Events(events) => events.iter().any(|event| {
                    matches!(
                        event.kind,
                        EventKind::EmbedCreated | EventKind::EmbedRevoked
                    )
                }),
                Item::Resync => true,
                _ => false,
            };
            if changed {
                refresh.ask();
            }
        },
    );
    let facts = move || {
        let live = found.with(|found| {
            let live = found.iter().filter(|embed| embed.state == EmbedState::Live);
            live.count() as u64
        });
        [
            &format::count(live),
            " in use. Each shows one panel as its author sees it, and nothing else.",
        ]
        .concat()
    };
    let body = move || match found.with(Vec::is_empty) {
        true => nothing_yet(),
        false => table(found.get()),
    };
    let actions = || {
        view! {
            <LinkButton href=routes::NEW_EMBED kind=ButtonKind::Primary icon="i-plus">"New embed"</LinkButton>
        }
    };
    view! {
        <Page title="Embeds">
            <PageHead title="Embeds" facts=facts actions=actions/>
            {dynamic(body)}
        </Page>
    }
    .into_any()
}

fn nothing_yet() -> AnyView {
    let action =
        || view! { <LinkButton href=routes::NEW_EMBED icon="i-plus">"New embed"</LinkButton> };
    view! {
        <EmptyState title="No embed yet" first_time=true actions=action>
            "An embed puts a panel into a page that people look at already, such as a portal. A share link is a page of its own."
        </EmptyState>
    }
    .into_any()
}

fn table(embeds: Vec<EmbedView>) -> AnyView {
    let rows = embeds.into_iter().map(row).collect_view();
    view! {
        <TableWrap>
            <table class="table">
                <caption class="sr-only">"Embeds and share links, the newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Embed"</th>
                        <th scope="col">"Shows"</th>
                        <th scope="col">"In"</th>
                        <th scope="col" class="num">"Opened"</th>
                        <th scope="col">"Last looked at"</th>
                        <th scope="col">"Ends"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableWrap>
    }
    .into_any()
}

fn row(embed: EmbedView) -> AnyView {
    let by = embed.by.clone().map(|by| {
        let by = [", of ", &by].concat();
        view! { <span class="dim">{by}</span> }
    });
    view! {
        <tr>
            <th scope="row"><a href=routes::embed(embed.id)>{embed.name.clone()}</a>{by}</th>
            <td class="wrap">{embed.what.clone()}</td>
            <td class="wrap">{within(&embed)}</td>
            <td class="num">{format::count(embed.uses)}</td>
            <td>{looked(&embed)}</td>
            <td>{end(&embed)}</td>
        </tr>
    }
    .into_any()
}

/// The pages that may frame it.
fn within(embed: &EmbedView) -> String {
    match embed.parents.as_slice() {
        [] => "a share link".to_owned(),
        parents => parents.join(", "),
    }
}

/// When it was last looked at, and where.
fn looked(embed: &EmbedView) -> AnyView {
    let Some(ms) = embed.last_used_ms else {
        return view! { <span class="dim">"never"</span> }.into_any();
    };
    let now = use_now();
    let ago = Signal::derive(move || TimeStyle::Ago {
        now: now.get().max(ms),
    });
    let origin = embed
        .last_origin
        .clone()
        .map(|origin| [", in ", &origin].concat());
    view! { <TimeStamp ms=ms style=ago/> {origin} }.into_any()
}

/// When it ends, or that it has.
fn end(embed: &EmbedView) -> AnyView {
    let ms = embed.expires_ms;
    match embed.state {
        EmbedState::Live => view! { <TimeStamp ms=ms style=TimeStyle::Date/> }.into_any(),
        EmbedState::Expired => {
            view! { "ended "<TimeStamp ms=ms style=TimeStyle::Date/> }.into_any()
        }
        EmbedState::Revoked => "revoked".into_any(),
    }
}
