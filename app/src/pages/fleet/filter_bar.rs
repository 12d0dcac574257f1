//! The query bar: chips, and a field for one more condition or for text. A plain form without script; with it, what is
//! typed is judged and counted at once.

use std::time::Duration;

use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use muster_query::QueryError;

use super::address::{FleetAddress, TYPED};
use super::chips::chips;
use super::typed::{self, Typed};
use crate::format;
use crate::routes;
use crate::rpc::fleet::count_fleet;
use crate::ui::QueryBar;

/// Id of the field, for the key that leads to it.
pub(super) const FIELD: &str = "fleet-filter";

/// How long typing must rest before the list is counted.
const REST: Duration = Duration::from_millis(200);

/// The bar.
#[component]
pub(super) fn FilterBar(
    /// The state of the page.
    address: Memo<FleetAddress>,
) -> impl IntoView {
    let search = use_location().search;
    let refused = Memo::new(move |_| FleetAddress::refused(&search.get()));
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let hint = RwSignal::new(None::<String>);
    // What the address says was typed in vain stays in the field, with the reason; anything else empties it.
    let told = |refused: &Option<(String, QueryError)>| {
        let (text, error) = refused.as_ref()?;
        Some((text.clone(), problem(error)))
    };
    if let Some((typed, why)) = refused.with_untracked(told) {
        text.set(typed);
        error.set(Some(why));
    }
    Effect::new(move |first: Option<()>| {
        address.track();
        let (typed, why) = refused.with(told).unzip();
        if first.is_some() {
            text.set(typed.unwrap_or_default());
            error.set(why);
            hint.set(None);
        }
    });
    let judge = judging(address, error, hint);
    let navigate = use_navigate();
    let submit = move |event: SubmitEvent| {
        let Some(field) = field() else { return };
        event.prevent_default();
        let typed = typed::read(&field.value());
        if let Typed::Refused(why) = &typed {
            error.set(Some(problem(why)));
            return;
        }
        field.set_value("");
        let narrower = address.get_untracked().adding(typed);
        navigate(&narrower.href(), NavigateOptions::default());
    };
    let chips = Signal::derive(move || address.with(chips));
    let kept = move || address.with(hidden_fields);
    view! {
        <div on:input=move |event| judge(&event) on:submit=submit>
            <QueryBar
                id=FIELD
                label="Filter devices"
                action=routes::FLEET
                name=TYPED
                value=text
                chips=chips
                placeholder="Add a filter such as contact = 'silent', or search ids and tags"
                hint=hint
                error=error
            >
                {kept}
            </QueryBar>
        </div>
    }
    .into_any()
}

/// The field, as the page has it.
fn field() -> Option<HtmlInputElement> {
    document().get_element_by_id(FIELD)?.dyn_into().ok()
}

/// The rest of the state, for forms that change a part of it.
pub(super) fn hidden_fields(address: &FleetAddress) -> impl IntoView + use<> {
    address
        .first_page()
        .pairs()
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view()
}

/// Judges what is typed: an error at once, the number of devices when typing rests.
fn judging(
    address: Memo<FleetAddress>,
    error: RwSignal<Option<String>>,
    hint: RwSignal<Option<String>>,
) -> impl Fn(&Event) {
    let keystroke = StoredValue::new(0_u64);
    move |event| {
        let Some(field) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        let typed = typed::read(&field.value());
        let mine = keystroke.with_value(|last| last + 1);
        keystroke.set_value(mine);
        error.set(match &typed {
            Typed::Refused(why) => Some(problem(why)),
            _ => None,
        });
        hint.set(None);
        if matches!(typed, Typed::Nothing | Typed::Refused(_)) {
            return;
        }
        set_timeout(
            move || {
                if keystroke.try_get_value() == Some(mine) {
                    count(
                        address.get_untracked().adding(typed.clone()),
                        typed,
                        hint,
                        keystroke,
                        mine,
                    );
                }
            },
            REST,
        );
    }
}

fn count(
    narrower: FleetAddress,
    typed: Typed,
    hint: RwSignal<Option<String>>,
    keystroke: StoredValue<u64>,
    mine: u64,
) {
    leptos::task::spawn_local(async move {
        let Ok(devices) = count_fleet(narrower.query()).await else {
            return;
        };
        if keystroke.try_get_value() == Some(mine) {
            hint.set(Some(would_find(&typed, devices)));
        }
    });
}

/// How many devices the list would have, in words.
fn would_find(typed: &Typed, devices: u64) -> String {
    let found = format::plural(devices, "device", "devices");
    let verb = if devices == 1 { "matches" } else { "match" };
    match typed {
        Typed::Text(text) => format!("{found} {verb} the text “{text}”."),
        _ => format!("{found} {verb}."),
    }
}

/// Why it cannot be read, and the two ways on.
fn problem(error: &QueryError) -> String {
    let why = format::sentence(&error.to_string());
    format!("{why} To search for this text instead, put it in double quotes.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_says_what_would_be_found() {
        let check = |typed: &str, devices, want: &str| {
            assert_eq!(would_find(&typed::read(typed), devices), want);
        };
        check("hbr", 1, "1 device matches the text “hbr”.");
        check("status = 'enabled'", 1200, "1,200 devices match.");
    }
}
