//! Brand, type, icons.

use leptos::prelude::*;

use super::show;
use crate::ui::{Brand, ICONS, Icon, Mark};

pub(super) fn brand() -> AnyView {
    let content = view! {
        <div class="row row--4">
            <Brand/>
            <Brand href="/gallery"/>
            <Mark class="mark--x"/>
            <span class="meta">"Devices in formation. One dot is called: the one that needs you."</span>
        </div>
    };
    show("g-brand", "Brand", content)
}

pub(super) fn type_scale() -> AnyView {
    let content = view! {
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
    };
    show("g-type", "Type", content)
}

pub(super) fn icons() -> AnyView {
    let icons = ICONS
        .iter()
        .copied()
        .map(|name| view! { <li title=name><Icon name=name/></li> })
        .collect_view();
    let content = view! {
        <ul class="icons">{icons}</ul>
    };
    show("g-icons", "Icons", content)
}
