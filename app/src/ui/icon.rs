//! Icons from the sprite.

use leptos::prelude::*;

/// Where the sprite is served.
pub const SPRITE: &str = "/icons.svg";

/// Edge length of an icon.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum IconSize {
    /// 14 px, beside 12 px text.
    Small,
    /// 16 px.
    #[default]
    Regular,
    /// 20 px, in phone tabs.
    Large,
}

/// One symbol of the sprite in the colour of its text.
#[component]
pub fn Icon(
    /// Its name in the sprite: `i-…` for things, `s-…` for states. All names are in [`super::ICONS`].
    name: &'static str,
    /// Its size.
    #[prop(optional)]
    size: IconSize,
    /// Further classes, such as `glyph--ok`.
    #[prop(optional)]
    class: &'static str,
    /// What it says when it stands alone; without it assistive technology skips the icon.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    let size = match size {
        IconSize::Small => " i--14",
        IconSize::Regular => "",
        IconSize::Large => " i--20",
    };
    let gap = if class.is_empty() { "" } else { " " };
    let role = label.as_ref().map(|_| "img");
    let hidden = label.is_none().then_some("true");
    view! {
        <svg class=format!("i{size}{gap}{class}") role=role aria-label=label aria-hidden=hidden>
            <use href=format!("{SPRITE}#{name}")></use>
        </svg>
    }
    .into_any()
}
