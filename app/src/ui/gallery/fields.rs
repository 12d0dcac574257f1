//! Fields, the query bar and what it suggests.

use leptos::prelude::*;

use super::show;
use crate::ui::{
    Check, Chip, Choice, Menu, MenuLink, MenuSide, QueryBar, SelectField, TextArea, TextField,
};

fn chips() -> Vec<Chip> {
    let chip = |property: &str, relation: &str, value: &str, negated| Chip {
        property: property.into(),
        relation: relation.into(),
        value: value.into(),
        negated,
        without: "#g-fields".into(),
    };
    vec![
        chip("Site", "is", "Harbour Cold Store", false),
        chip("Firmware", "is not", "4.3.0", true),
    ]
}

pub(super) fn fields() -> AnyView {
    let windows = vec![
        Choice {
            value: "night".into(),
            label: "02:00–05:00 device-local".into(),
        },
        Choice {
            value: "any".into(),
            label: "At any time".into(),
        },
    ];
    let content = view! {
        <div class="gal-3">
            <TextField id="g-f1" name="name" label="Name" value="Report every 5 min"/>
            <TextField
                id="g-f2"
                name="gate"
                label="Gate"
                mono=true
                value="battery >= 40 or power = 'mains'"
                hint="Matches 46,233 of 48,210 devices now"
            />
            <TextField
                id="g-f3"
                name="gate2"
                label="Gate"
                mono=true
                value="battery => 40"
                error="“=>” is not an operator. Did you mean “>=”?"
            />
            <SelectField id="g-f4" name="window" label="Window" choices=windows chosen="night"/>
            <div class="field">
                <span class="label">"New devices"</span>
                <Check
                    name="later"
                    label="Add devices that match later"
                    hint="Off: the list is frozen when you start"
                    checked=true
                />
                <Check name="frozen" label="Include retired devices" hint="Off: they take no changes" off=true/>
            </div>
            <div class="field">
                <span class="label">"Stop by itself"</span>
                <Check name="stop" label="When failures pass 3%" switch=true checked=true/>
                <Check name="then" value="ask" label="Ask me first" radio=true checked=true/>
                <Check name="then" value="back" label="Roll back by itself" radio=true/>
            </div>
            <TextArea
                id="g-f7"
                name="desired"
                label="Desired properties"
                mono=true
                rows=4
                value="{\n  \"interval\": 300\n}"
                hint="null removes a property"
            />
        </div>
        <div class="mt-6 gal-query">
            <QueryBar
                id="g-query"
                label="Filter devices"
                action="/gallery"
                chips=chips()
                value="batt"
                hint="Write text, or property = value, joined by AND"
            />
        </div>
        <div class="row mt-4">
            <Menu button=|| "Columns" side=MenuSide::Start>
                <p class="pop-h">"Columns in this view"</p>
                <ul>
                    <MenuLink href="#g-fields" icon="i-check" current=true>"Contact"</MenuLink>
                    <MenuLink href="#g-fields" icon="i-battery" end="reported, number">"battery.percent"</MenuLink>
                    <MenuLink href="#g-fields" icon="i-lock" end="needs approval">"Decommission…"</MenuLink>
                </ul>
            </Menu>
        </div>
    };
    show("g-fields", "Fields and filters", content)
}
