//! The mark: eleven dots in formation make an M; the middle dot is the one being called.

use leptos::prelude::*;

use super::SPRITE;

/// The mark alone, from 14 px. Assistive technology skips it.
#[component]
pub fn Mark(
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg class=format!("mark {class}").trim_end().to_owned() aria-hidden="true">
            <use href=format!("{SPRITE}#mark")></use>
        </svg>
    }
    .into_any()
}

/// Mark and wordmark. With `href` it leads home, without it is a heading of sign-in.
#[component]
pub fn Brand(
    /// Home.
    #[prop(optional, into)]
    href: Option<String>,
    /// The mark alone, where there is no room for the word.
    #[prop(optional)]
    mark_only: bool,
) -> impl IntoView {
    let word = move |label: Option<&'static str>| {
        (!mark_only).then(|| {
            view! {
                <svg
                    class="wordmark"
                    role=label.map(|_| "img")
                    aria-label=label
                    aria-hidden=label.is_none().then_some("true")
                >
                    <use href=format!("{SPRITE}#wordmark")></use>
                </svg>
            }
        })
    };
    match href {
        Some(href) => view! {
            <a class="brand" href=href aria-label="Muster, home">
                <Mark/>
                {word(None)}
            </a>
        }
        .into_any(),
        None => view! {
            <span class="brand brand--l">
                <Mark/>
                {word(Some("Muster"))}
            </span>
        }
        .into_any(),
    }
}
