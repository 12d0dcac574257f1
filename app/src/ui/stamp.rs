//! When a value is from.

use leptos::prelude::*;

use super::{Icon, TimeStamp};
use crate::format::TimeStyle;

/// "as of 14:32:08"
#[component]
pub fn Stamp(
    /// When the value was known.
    #[prop(into)]
    ms: Signal<i64>,
    /// How the time is written.
    #[prop(default = TimeStyle::ClockSeconds)]
    style: TimeStyle,
) -> impl IntoView {
    view! { <span class="stamp"><span>"as of "<TimeStamp ms=ms style=style/></span></span> }
        .into_any()
}

/// "old, from 14:02", in amber: the value no longer follows its device.
#[component]
pub fn OldStamp(
    /// When the value was last known.
    #[prop(into)]
    ms: Signal<i64>,
    /// How the time is written.
    #[prop(default = TimeStyle::Clock)]
    style: TimeStyle,
) -> impl IntoView {
    view! {
        <span class="stamp stamp--stale">
            <Icon name="s-stale"/>
            <span>"old, from "<TimeStamp ms=ms style=style/></span>
        </span>
    }
    .into_any()
}
