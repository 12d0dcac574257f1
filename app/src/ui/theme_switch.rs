//! Light, dark, or as the system has it.

use leptos::prelude::*;

use super::Icon;

use crate::reactive::effect;

/// Where `public/theme.js` looks before the first paint.
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
const KEY: &str = "muster-theme";

/// What a reader chose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

/// Goes round the three themes. Hidden until the page listens.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let theme = RwSignal::new(Theme::default());
    effect(move || theme.set(stored()));
    let label = move || match theme.get() {
        Theme::System => "Theme: follow system",
        Theme::Light => "Theme: light",
        Theme::Dark => "Theme: dark",
    };
    let press = move |_| {
        theme.update(|theme| *theme = theme.next());
        store(theme.get_untracked());
    };
    view! {
        <button
            class="btn btn--quiet btn--icon hide-s theme-switch js-only"
            type="button"
            data-choice=move || theme.get().as_str()
            aria-label=label
            title=label
            on:click=press
        >
            <Icon name="s-running" class="i--system"/>
            <Icon name="i-sun" class="i--light"/>
            <Icon name="i-moon" class="i--dark"/>
        </button>
    }
    .into_any()
}

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
fn stored() -> Theme {
    match storage()
        .and_then(|s| s.get_item(KEY).ok().flatten())
        .as_deref()
    {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
fn store(theme: Theme) {
    let Some(root) = document().document_element() else {
        return;
    };
    // A browser that keeps nothing still changes this page.
    let _ = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        theme => root.set_attribute("data-theme", theme.as_str()),
    };
    if let Some(storage) = storage() {
        let _ = match theme {
            Theme::System => storage.remove_item(KEY),
            theme => storage.set_item(KEY, theme.as_str()),
        };
    }
}

#[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
fn stored() -> Theme {
    Theme::System
}

#[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
fn store(_theme: Theme) {}
