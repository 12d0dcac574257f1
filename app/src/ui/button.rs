//! Buttons. A button that touches devices carries their count; an ellipsis means a further step.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::Icon;

/// What pressing it means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ButtonKind {
    /// One of several.
    #[default]
    Default,
    /// The one thing to do here; one per page or dialog.
    Primary,
    /// Off to the side.
    Quiet,
    /// Takes something away.
    Danger,
    /// Stops or destroys.
    Stop,
}

/// How tall it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ButtonSize {
    /// 28 px, in tables and section heads.
    Small,
    /// 32 px.
    #[default]
    Regular,
    /// 40 px, on sign-in.
    Large,
}

fn class(kind: ButtonKind, size: ButtonSize, icon_only: bool) -> String {
    let kind = match kind {
        ButtonKind::Default => "",
        ButtonKind::Primary => " btn--primary",
        ButtonKind::Quiet => " btn--quiet",
        ButtonKind::Danger => " btn--danger",
        ButtonKind::Stop => " btn--stop",
    };
    let size = match size {
        ButtonSize::Small => " btn--s",
        ButtonSize::Regular => "",
        ButtonSize::Large => " btn--l",
    };
    let icon = if icon_only { " btn--icon" } else { "" };
    format!("btn{kind}{size}{icon}")
}

/// Does something here.
#[component]
pub fn Button(
    /// Verb and number: "Retry 91…".
    children: Children,
    /// What pressing it means.
    #[prop(optional)]
    kind: ButtonKind,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// A symbol before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Sends its form.
    #[prop(optional)]
    submit: bool,
    /// Name and value it adds to its form.
    #[prop(optional)]
    name: Option<&'static str>,
    /// Value it adds to its form.
    #[prop(optional, into)]
    value: Option<String>,
    /// Off. Say why in view, and give the id of those words as `reason`.
    #[prop(optional, into)]
    off: Signal<bool>,
    /// Id of the element that says why it is off.
    #[prop(optional, into)]
    reason: Option<String>,
    /// For a button that stays down.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// What it does; not called while it is off.
    #[prop(optional, into)]
    on_press: Option<Callback<MouseEvent>>,
) -> impl IntoView {
    let press = move |event: MouseEvent| {
        if off.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(event);
        }
    };
    view! {
        <button
            class=class(kind, size, false)
            type=move || if submit && !off.get() { "submit" } else { "button" }
            name=name
            value=value
            aria-disabled=move || off.get().then_some("true")
            aria-describedby=reason
            aria-pressed=move || pressed.map(|p| p.get().to_string())
            on:click=press
        >
            {icon.map(|icon| view! { <Icon name=icon/> })}
            {children()}
        </button>
    }
    .into_any()
}

/// A symbol that does something here.
#[component]
pub fn IconButton(
    /// The symbol.
    icon: &'static str,
    /// What it does, in words.
    #[prop(into)]
    label: Signal<String>,
    /// What pressing it means.
    #[prop(optional)]
    kind: ButtonKind,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// What it does.
    #[prop(optional, into)]
    on_press: Option<Callback<MouseEvent>>,
) -> impl IntoView {
    let press = move |event| {
        if let Some(on_press) = on_press {
            on_press.run(event);
        }
    };
    view! {
        <button class=class(kind, size, true) type="button" aria-label=label on:click=press>
            <Icon name=icon/>
        </button>
    }
    .into_any()
}

/// Leads somewhere; looks like a button.
#[component]
pub fn LinkButton(
    /// Where to.
    #[prop(into)]
    href: String,
    /// What one finds there.
    children: Children,
    /// What following it means.
    #[prop(optional)]
    kind: ButtonKind,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// A symbol before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Off: nowhere to go, as "Previous" on the first page.
    #[prop(optional)]
    off: bool,
    /// Saves what it leads to under this name.
    #[prop(optional, into)]
    download: Option<String>,
) -> impl IntoView {
    view! {
        <a
            class=class(kind, size, false)
            href=(!off).then_some(href)
            role=off.then_some("link")
            aria-disabled=off.then_some("true")
            download=download
        >
            {icon.map(|icon| view! { <Icon name=icon/> })}
            {children()}
        </a>
    }
    .into_any()
}
