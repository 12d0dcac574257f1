//! Notes and toasts.

use leptos::prelude::*;

use super::show;
use crate::ui::{Button, ButtonSize, Note, Toast, Tone};

fn update() -> impl IntoView {
    view! { <Button size=ButtonSize::Small>"Update"</Button> }
}

fn retry() -> impl IntoView {
    view! { <Button size=ButtonSize::Small>"Retry 91…"</Button> }
}

fn undo() -> impl IntoView {
    view! { <button type="button">"Undo"</button> }
}

pub(super) fn messages() -> AnyView {
    let content = view! {
        <div class="gal-stack">
            <Note action=update>
                "You look at a frozen list from 14:20. "<a class="n" href="/fleet">"12"</a>
                " devices have changed since."
            </Note>
            <Note tone=Tone::Info>
                "This rollout waits for a second person. You asked for it, so you cannot approve it."
            </Note>
            <Note tone=Tone::Ok>"All 12 gateways at Fell End restarted and are back."</Note>
            <Note tone=Tone::Attention>
                <strong>"42 devices would alarm at once"</strong>" with 7.5 °C."
            </Note>
            <Note tone=Tone::Serious action=retry>
                <strong>"91 of 18,100 could not finish the download."</strong>
                " Nothing changed on them. You can try again."
            </Note>
            <Note tone=Tone::Critical>
                <strong>"R-118 stopped by itself:"</strong>
                " 3.2% failed in wave 4, the limit is 3%. 846 devices that had started will finish."
            </Note>
        </div>
        <div class="row row--4 mt-4">
            <Toast action=undo>"Snoozed until tomorrow 08:00"</Toast>
            <Toast icon="i-check" action=undo>"Tag “haccp” added to 48,210"</Toast>
        </div>
    };
    show("g-messages", "Messages", content)
}
