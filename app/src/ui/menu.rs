//! Menus: a `<details>` that works without a script, and closes by Escape or a press elsewhere with one.

use leptos::children::ViewFnOnce;
use leptos::ev;
use leptos::html::Details;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, Node};

use super::Icon;

use crate::reactive::effect;

/// Which edge of its button a menu keeps to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MenuSide {
    /// The right one, in left-to-right writing.
    #[default]
    End,
    /// The left one.
    Start,
    /// Above, at the left: for menus at the foot of the page.
    Up,
}

/// A button that opens a list.
#[component]
pub fn Menu(
    /// The look of the button: `btn`, `btn btn--quiet btn--icon btn--s`.
    #[prop(default = "btn")]
    class: &'static str,
    /// What it opens, when the button has no words.
    #[prop(optional, into)]
    label: Option<String>,
    /// The words or the icon of the button.
    #[prop(into)]
    button: ViewFnOnce,
    /// Where the list opens.
    #[prop(optional)]
    side: MenuSide,
    /// Further classes of the list.
    #[prop(optional)]
    list: &'static str,
    /// `<ul>`s of [`MenuLink`]s, `<p class="pop-h">` heads, `<hr>`s.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let close = move || {
        if let Some(details) = node.get_untracked() {
            details.set_open(false);
        }
    };
    // What had the focus is gone with the list.
    let focus_button = move || {
        let details = node.get_untracked();
        let button = details.and_then(|details| details.query_selector("summary").ok()?);
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            // Without the focus the button is still there.
            let _ = button.focus();
        }
    };
    effect(move || {
        let handle = window_event_listener(ev::pointerdown, move |event| {
            let target = event.target().and_then(|t| t.dyn_into::<Node>().ok());
            if node
                .get_untracked()
                .is_some_and(|details| !details.contains(target.as_ref()))
            {
                close();
            }
        });
        on_cleanup(move || handle.remove());
    });
    let side = match side {
        MenuSide::End => "",
        MenuSide::Start => " pop--start",
        MenuSide::Up => " pop--start pop--up",
    };
    let gap = if list.is_empty() { "" } else { " " };
    view! {
        <details
            class="menu"
            node_ref=node
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close();
                    focus_button();
                }
            }
        >
            <summary class=class aria-label=label>{button.run()}</summary>
            <div class=format!("pop{side}{gap}{list}")>{children()}</div>
        </details>
    }
    .into_any()
}

/// A line of a menu that leads somewhere.
#[component]
pub fn MenuLink(
    /// Where to.
    #[prop(into)]
    href: String,
    /// A symbol before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// At the end of the line: a count, "needs approval".
    #[prop(optional, into)]
    end: Option<String>,
    /// The one in force.
    #[prop(optional)]
    current: bool,
    /// Saves what it leads to; the answer names the file.
    #[prop(optional, into)]
    download: Option<String>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <li>
            <a href=href download=download aria-current=current.then_some("true") class=current.then_some("is-active")>
                {icon.map(|icon| view! { <Icon name=icon/> })}
                <span>{children()}</span>
                {end.map(|end| view! { <span class="end">{end}</span> })}
            </a>
        </li>
    }
    .into_any()
}
