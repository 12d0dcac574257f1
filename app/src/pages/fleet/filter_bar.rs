//! The query bar: chips, and a field for one more condition, for text, or for the whole filter. A plain form without
//! script; with it, what is typed is completed, judged and counted at once.

mod field;

use std::sync::Arc;
use std::time::Duration;

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use muster_query::{Condition, QueryError};

use super::address::{FleetAddress, TYPED};
use super::chips::chips;
use super::hints::Hints;
use super::query_string;
use super::suggest::{Suggestions, suggest, taken};
use super::typed::{self, Typed};
use crate::format;
use crate::reactive::{dynamic, effect, effect_of_change};
use crate::routes;
use crate::rpc::fleet::count_fleet;
use crate::ui::{ButtonKind, ButtonSize, IconButton, QueryBar, Suggesting};

/// Id of the field, for the key that leads to it.
pub(super) const FIELD: &str = "fleet-filter";

/// How long typing must rest before the list is counted.
const REST: Duration = Duration::from_millis(200);

/// The bar.
#[component]
pub(crate) fn FilterBar(
    /// The state of the page.
    address: Memo<FleetAddress>,
    /// Paths and values that complete what is written.
    hints: Hints,
    /// The page it stands on, with what its address needs besides; the fleet without.
    #[prop(optional, into)]
    base: Option<String>,
) -> impl IntoView {
    let base = Arc::new(base.unwrap_or_else(|| routes::FLEET.to_owned()));
    let search = use_location().search;
    let refused = Memo::new(move |_| FleetAddress::refused(&search.get()));
    let bar = Bar::new(address);
    // What the address says was typed in vain stays in the field, with the reason; anything else empties it.
    let told = |refused: &Option<(String, QueryError)>| {
        let (text, error) = refused.as_ref()?;
        Some((text.clone(), problem(error)))
    };
    if let Some((typed, why)) = refused.with_untracked(told) {
        bar.text.set(typed);
        bar.error.set(Some(why));
    }
    effect_of_change(move |changed| {
        address.track();
        let (typed, why) = refused.with(told).unzip();
        if changed {
            bar.text.set(typed.unwrap_or_default());
            bar.error.set(why);
            bar.rest();
        }
    });
    let found = use_suggestions(bar, hints);
    let suggesting = Suggesting {
        lines: Signal::derive(move || found.with(|found| found.lines.clone())),
        at: bar.at,
        take: Callback::new(move |line| bar.take(&found.get_untracked(), line)),
    };
    let navigate = use_navigate();
    let (place, kept_base) = (base.clone(), base.clone());
    let (action, _) = query_string::split(&base);
    let action = action.to_owned();
    let submit = move |event: SubmitEvent| {
        let Some(typed) = field::text() else { return };
        event.prevent_default();
        match bar.meant(&typed) {
            Ok(next) => {
                field::set("", 0);
                bar.rest();
                navigate(&rebased(&base, &next.query()), NavigateOptions::default());
            }
            Err(why) => {
                field::point_at(&typed, why.position);
                bar.error.set(Some(problem(&why)));
            }
        }
    };
    let chips = Signal::derive(move || {
        let whole = address.get();
        // The filter stands in the field while it is edited there.
        let mut chips = if bar.editing.get() {
            chips(&whole.with_filter(""))
        } else {
            chips(&whole)
        };
        for chip in &mut chips {
            let (_, query) = query_string::split(&chip.without);
            chip.without = rebased(&place, query);
        }
        chips
    });
    let kept = move || {
        let (_, own) = query_string::split(&kept_base);
        let own: Vec<AnyView> = query_string::pairs(own)
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any())
            .collect();
        view! { {own}{address.with(hidden_fields)} }
    };
    let key = move |event: KeyboardEvent| bar.key(&event, found);
    view! {
        <div on:input=move |_| bar.typed() on:submit=submit on:focusout=move |_| bar.asked.set(None)>
            <QueryBar
                id=FIELD
                label="Filter devices"
                action=action
                name=TYPED
                value=bar.text
                chips=chips
                placeholder="Add a filter such as contact = 'silent', or search ids and tags"
                hint=bar.hint
                error=bar.error
                suggesting=suggesting
                on_key=key
                end=move || edit_button(bar)
            >
                {dynamic(kept)}
            </QueryBar>
        </div>
    }
    .into_any()
}

/// The list of a query string on the page of the bar.
fn rebased(base: &str, query: &str) -> String {
    let rest = query.trim_start_matches('?');
    match (base.contains('?'), rest.is_empty()) {
        (_, true) => base.to_owned(),
        (true, false) => [base, "&", rest].concat(),
        (false, false) => [base, "?", rest].concat(),
    }
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

/// Puts the whole filter into the field.
fn edit_button(bar: Bar) -> AnyView {
    let may = move || bar.address.with(|address| !address.filter.is_empty()) && !bar.editing.get();
    let edit = move |_| {
        let filter = bar.address.with_untracked(|address| address.filter.clone());
        bar.editing.set(true);
        field::set(&filter, filter.len());
        field::focus();
        bar.typed();
    };
    let button = move || {
        may().then(|| {
            view! {
                <span class="js-only">
                    <IconButton
                        icon="i-pencil"
                        label="Edit the filter as text"
                        kind=ButtonKind::Quiet
                        size=ButtonSize::Small
                        on_press=edit
                    />
                </span>
            }
        })
    };
    view! { {dynamic(button)} }.into_any()
}

/// What could be written at the cursor; asks for paths and values as they are needed.
fn use_suggestions(bar: Bar, hints: Hints) -> Memo<Suggestions> {
    let found = Memo::new(move |_| {
        bar.asked.with(|asked| match asked {
            None => Suggestions::default(),
            Some((text, cursor)) => {
                let paths = hints.paths.read();
                hints
                    .values
                    .with(|values| suggest(text, *cursor, &paths, values))
            }
        })
    });
    effect(move || {
        if bar.asked.with(Option::is_some) {
            hints.want_paths();
        }
        let values_of = found.with(|found| found.values_of.clone());
        if let Some(path) = values_of {
            hints.want_values(&path);
        }
    });
    found
}

/// The state of the bar.
#[derive(Clone, Copy)]
struct Bar {
    address: Memo<FleetAddress>,
    /// What the field begins with.
    text: RwSignal<String>,
    error: RwSignal<Option<String>>,
    hint: RwSignal<Option<String>>,
    /// The field holds the whole filter instead of an addition.
    editing: RwSignal<bool>,
    /// Text and cursor for which suggestions are shown.
    asked: RwSignal<Option<(String, usize)>>,
    /// The chosen suggestion.
    at: RwSignal<Option<usize>>,
    /// Counts keystrokes, so that answers to old ones are left aside.
    keystroke: StoredValue<u64>,
}

impl Bar {
    fn new(address: Memo<FleetAddress>) -> Self {
        Self {
            address,
            text: RwSignal::new(String::new()),
            error: RwSignal::new(None),
            hint: RwSignal::new(None),
            editing: RwSignal::new(false),
            asked: RwSignal::new(None),
            at: RwSignal::new(None),
            keystroke: StoredValue::new(0),
        }
    }

    /// Nothing is being written.
    fn rest(self) {
        self.keystroke.update_value(|last| *last += 1);
        self.hint.set(None);
        self.asked.set(None);
        self.at.set(None);
        self.editing.set(false);
    }

    /// The list that what was typed asks for.
    fn meant(self, typed: &str) -> Result<FleetAddress, QueryError> {
        let address = self.address.get_untracked();
        if self.editing.get_untracked() {
            return Ok(address.with_filter(Condition::parse(typed)?.to_string()));
        }
        match typed::read(typed) {
            Typed::Refused(why) => Err(why),
            typed => Ok(address.adding(typed)),
        }
    }

    /// After each keystroke: an error at once, suggestions, the number of devices when typing rests.
    fn typed(self) {
        let Some(text) = field::text() else { return };
        self.keystroke.update_value(|last| *last += 1);
        let mine = self.keystroke.get_value();
        self.at.set(None);
        let writes = !text.trim().is_empty();
        self.asked
            .set(writes.then(|| (text.clone(), field::cursor(&text))));
        self.hint.set(None);
        match self.meant(&text) {
            Err(why) => self.error.set(Some(problem(&why))),
            Ok(_) if text.trim().is_empty() => self.error.set(None),
            Ok(next) => {
                self.error.set(None);
                set_timeout(move || self.count(next, text, mine), REST);
            }
        }
    }

    fn count(self, next: FleetAddress, text: String, mine: u64) {
        if self.keystroke.try_get_value() != Some(mine) {
            return;
        }
        let searched =
            !self.editing.get_untracked() && matches!(typed::read(&text), Typed::Text(_));
        leptos::task::spawn_local(async move {
            let found = count_fleet(next.query()).await;
            if self.keystroke.try_get_value() != Some(mine) {
                return;
            }
            match found {
                Ok(devices) => {
                    let text = searched.then_some(text.trim());
                    self.hint.set(Some(would_find(text, devices)));
                }
                // What lists cannot answer, in the hub's words.
                Err(error) if error.is_of_fields() => self.error.set(Some(error.to_string())),
                Err(_) => {}
            }
        });
    }

    /// Arrows choose among the suggestions, Enter and Tab take the chosen one, Escape closes them.
    fn key(self, event: &KeyboardEvent, found: Memo<Suggestions>) {
        let count = found.with_untracked(|found| found.lines.len());
        let at = self.at.get_untracked();
        match (event.key().as_str(), at) {
            ("ArrowDown", _) if count == 0 => {
                if let Some(text) = field::text() {
                    let cursor = field::cursor(&text);
                    self.asked.set(Some((text, cursor)));
                }
            }
            ("ArrowDown", at) => self.at.set(Some(at.map_or(0, |at| (at + 1) % count))),
            ("ArrowUp", at) if count > 0 => {
                self.at
                    .set(Some(at.map_or(count - 1, |at| (at + count - 1) % count)));
            }
            ("Enter" | "Tab", Some(at)) if count > 0 => self.take(&found.get_untracked(), at),
            ("Escape", _) if count > 0 => self.asked.set(None),
            ("Escape", _) if self.editing.get_untracked() => {
                field::set("", 0);
                self.error.set(None);
                self.rest();
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    /// Writes a suggestion.
    fn take(self, found: &Suggestions, line: usize) {
        let (Some(text), Some(suggestion)) = (field::text(), found.lines.get(line)) else {
            return;
        };
        if text.get(found.replace.clone()).is_none() {
            return;
        }
        let (text, cursor) = taken(&text, &found.replace, &suggestion.text);
        field::set(&text, cursor);
        self.typed();
    }
}

/// How many devices the list would have, in words; `searched` is the text it would be searched for.
fn would_find(searched: Option<&str>, devices: u64) -> String {
    let found = format::plural(devices, "device", "devices");
    let verb = if devices == 1 { "matches" } else { "match" };
    match searched {
        Some(text) => format!("{found} {verb} the text “{text}”."),
        None => format!("{found} {verb}."),
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
    fn lists_keep_the_page_they_are_on() {
        let check = |base, query, want: &str| assert_eq!(rebased(base, query), want);
        check("/fleet", "?q=a", "/fleet?q=a");
        check("/fleet", "", "/fleet");
        check(
            "/operations/new?step=who",
            "?q=a",
            "/operations/new?step=who&q=a",
        );
        check("/operations/new?step=who", "", "/operations/new?step=who");
    }

    #[test]
    fn the_hint_says_what_would_be_found() {
        let check = |searched, devices, want: &str| {
            assert_eq!(would_find(searched, devices), want);
        };
        check(Some("hbr"), 1, "1 device matches the text “hbr”.");
        check(None, 1200, "1,200 devices match.");
    }
}
