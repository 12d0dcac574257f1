//! Brand, type, icons.

use leptos::prelude::*;

use super::Show;
use crate::ui::{Brand, ICONS, Icon, Mark};

#[component]
pub(super) fn BrandShow() -> impl IntoView {
    view! {
        <Show id="g-brand" title="Brand">
            <div class="row row--4">
                <Brand/>
                <Brand href="/gallery"/>
                <Mark class="mark--x"/>
                <span class="meta">"Devices in formation. One dot is called: the one that needs you."</span>
            </div>
        </Show>
    }
}

#[component]
pub(super) fn TypeShow() -> impl IntoView {
    view! {
        <Show id="g-type" title="Type">
            <div class="types">
                <p class="big">"48,210 "<span class="meta">"28 / figures"</span></p>
                <p class="t-22">"Sensor firmware 4.3.0 "<span class="meta">"22 / page title"</span></p>
                <p class="t-16 strong">"Review before you start "<span class="meta">"16 / dialog title"</span></p>
                <p class="strong">"Why 7,734 devices wait "<span class="meta">"14 strong / section"</span></p>
                <p>"35 other sensors in cold store 3 say the same. "<span class="meta">"14 / body"</span></p>
                <p class="t-13">"Reporting every 5 min "<span class="meta">"13 / tables, controls"</span></p>
                <p class="meta">"as of 14:32:08 "<span class="meta">"12 / stamps, heads"</span></p>
                <p class="mono t-13">
                    "ct-hbr-03-0147 7F21-0A88 "<span class="meta">"mono / serials, properties"</span>
                </p>
            </div>
        </Show>
    }
}

#[component]
pub(super) fn IconShow() -> impl IntoView {
    let icons = ICONS
        .iter()
        .copied()
        .map(|name| view! { <li title=name><Icon name=name/></li> })
        .collect_view();
    view! {
        <Show id="g-icons" title="Icons">
            <ul class="icons">{icons}</ul>
        </Show>
    }
}
