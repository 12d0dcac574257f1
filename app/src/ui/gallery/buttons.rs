//! Buttons.

use leptos::prelude::*;

use super::show;
use crate::ui::{
    Button, ButtonGroup, ButtonKind, ButtonSize, IconButton, LinkButton, ThemeSwitch, Toolbar,
};

pub(super) fn buttons() -> AnyView {
    let day = RwSignal::new(true);
    let content = view! {
        <div class="row">
            <Button kind=ButtonKind::Primary>"Start for 3,180"</Button>
            <Button>"Send back…"</Button>
            <Button kind=ButtonKind::Quiet>"Decline…"</Button>
            <Button kind=ButtonKind::Danger icon="i-trash">"Decommission…"</Button>
            <Button kind=ButtonKind::Stop icon="i-stop">"Stop rollout"</Button>
            <Button off=true reason="g-why" icon="i-lock">"Approve"</Button>
            <Button off=true icon="s-waiting">"Starting…"</Button>
            <LinkButton href="#g-buttons" icon="i-download">"Export"</LinkButton>
            <IconButton icon="i-dots" label="More actions"/>
        </div>
        <p class="hint mt-2" id="g-why">
            "Approve is off because you asked for this change. Supervisor East or West can approve it."
        </p>
        <div class="row mt-3">
            <Button kind=ButtonKind::Primary size=ButtonSize::Small>"Acknowledge"</Button>
            <Button size=ButtonSize::Small>"Retry 91…"</Button>
            <Button kind=ButtonKind::Quiet size=ButtonSize::Small>
                "Clear "<kbd class="kbd">"Esc"</kbd>
            </Button>
            <ButtonGroup label="Range">
                <Button size=ButtonSize::Small>"6 h"</Button>
                <Button size=ButtonSize::Small pressed=day on_press=move |_| day.update(|d| *d = !*d)>
                    "24 h"
                </Button>
                <Button size=ButtonSize::Small>"7 d"</Button>
            </ButtonGroup>
            <ThemeSwitch/>
        </div>
        <h3 class="mt-6 mb-2">"Above a table"</h3>
        <Toolbar label="Device list">
            <span class="meta">"1–25 of 48,210"</span>
            <span class="end">
                <LinkButton href="#g-buttons" size=ButtonSize::Small icon="i-filter">"Lanes"</LinkButton>
                <LinkButton href="#g-buttons" size=ButtonSize::Small icon="i-columns">"Columns"</LinkButton>
            </span>
        </Toolbar>
    };
    show("g-buttons", "Buttons", content)
}
