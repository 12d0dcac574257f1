//! The field of a target condition, completed and judged while it is written.

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;
use muster_query::Condition;

use crate::format;
use crate::pages::fleet::address::FleetAddress;
use crate::pages::fleet::hints::Hints;
use crate::pages::fleet::suggest::{Suggestions, byte_at, suggest, taken, units_at};
use crate::reactive::effect;
use crate::rpc::fleet::count_fleet;
use crate::ui::suggestions::{list_id, suggestion_list};
use crate::ui::{Field, Suggesting, describedby};

/// Id of the field.
const FIELD: &str = "configuration-target";

/// What it says while nothing is typed.
const HELP: &str = "A condition on deviceId, tags and properties.reported, as tags.region = 'north'. * keeps all devices; empty keeps none.";

/// How long typing must rest before devices are counted.
const REST: Duration = Duration::from_millis(300);

/// The field.
#[component]
pub(super) fn TargetField(
    /// What stands there at first.
    value: String,
    /// What is wrong with what was sent.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let field = Target {
        node: NodeRef::new(),
        hints: Hints::new(),
        asked: RwSignal::new(None),
        at: RwSignal::new(None),
        hint: RwSignal::new(Some(HELP.to_owned())),
        wrong: RwSignal::new(None),
        keystroke: StoredValue::new(0),
    };
    let found = field.suggestions();
    let suggesting = Suggesting {
        lines: Signal::derive(move || found.with(|found| found.lines.clone())),
        at: field.at,
        take: Callback::new(move |line| field.take(&found.get_untracked(), line)),
    };
    let error = Signal::derive(move || field.wrong.get().or_else(|| error.get()));
    let node = field.node;
    view! {
        <div on:focusout=move |_| field.asked.set(None)>
            <Field id=FIELD label="Target condition" hint=field.hint error=error>
                <input
                    class="input mono"
                    type="text"
                    node_ref=node
                    id=FIELD
                    name="target"
                    value=value
                    autocomplete="off"
                    spellcheck="false"
                    role="combobox"
                    aria-autocomplete="list"
                    aria-controls=list_id(FIELD)
                    aria-expanded=move || suggesting.is_open().to_string()
                    aria-activedescendant=move || suggesting.chosen(FIELD)
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=move || {
                        describedby(FIELD, field.hint.with(Option::is_some), error.with(Option::is_some))
                    }
                    on:input=move |_| field.typed()
                    on:keydown=move |event| field.key(&event, found)
                />
                {suggestion_list(FIELD, suggesting)}
            </Field>
        </div>
    }
    .into_any()
}

/// The state of the field.
#[derive(Clone, Copy)]
struct Target {
    node: NodeRef<Input>,
    hints: Hints,
    /// Text and cursor for which suggestions are shown.
    asked: RwSignal<Option<(String, usize)>>,
    /// The chosen suggestion.
    at: RwSignal<Option<usize>>,
    hint: RwSignal<Option<String>>,
    /// Why what is typed is no condition.
    wrong: RwSignal<Option<String>>,
    /// Counts keystrokes, so that answers to old ones are left aside.
    keystroke: StoredValue<u64>,
}

impl Target {
    /// What could be written at the cursor; asks for paths and values as they are needed.
    fn suggestions(self) -> Memo<Suggestions> {
        let found = Memo::new(move |_| {
            self.asked.with(|asked| match asked {
                None => Suggestions::default(),
                Some((text, cursor)) => {
                    let paths = self.hints.paths.read();
                    let allowed: Vec<String> =
                        paths.iter().filter(|path| may_ask(path)).cloned().collect();
                    let values = self.hints.values;
                    values.with(|values| suggest(text, *cursor, &allowed, values))
                }
            })
        });
        effect(move || {
            if self.asked.with(Option::is_some) {
                self.hints.want_paths();
            }
            if let Some(path) = found.with(|found| found.values_of.clone()) {
                self.hints.want_values(&path);
            }
        });
        found
    }

    /// The text, and the cursor in it in bytes.
    fn text(self) -> Option<(String, usize)> {
        let node = self.node.get_untracked()?;
        let text = node.value();
        let units = node.selection_start().ok().flatten();
        let cursor = units.map_or(text.len(), |units| byte_at(&text, units as usize));
        Some((text, cursor))
    }

    /// After each keystroke: an error at once, suggestions, the number of devices when typing rests.
    fn typed(self) {
        let Some((text, cursor)) = self.text() else {
            return;
        };
        self.keystroke.update_value(|last| *last += 1);
        let mine = self.keystroke.get_value();
        self.at.set(None);
        let wanted = text.trim().to_owned();
        self.asked
            .set((!wanted.is_empty()).then_some((text, cursor)));
        self.hint.set(Some(HELP.to_owned()));
        self.wrong.set(None);
        // Of modules: the hub judges them.
        let of_modules = wanted.to_lowercase().starts_with("from ");
        if wanted.is_empty() || wanted == "*" || of_modules {
            return;
        }
        match Condition::parse(&wanted) {
            Err(why) => self.wrong.set(Some(format::sentence(&why.to_string()))),
            Ok(condition) => set_timeout(move || self.count(&condition, mine), REST),
        }
    }

    fn count(self, condition: &Condition, mine: u64) {
        if self.keystroke.try_get_value() != Some(mine) {
            return;
        }
        let query = FleetAddress::filtered(condition.to_string()).query();
        leptos::task::spawn_local(async move {
            if let Ok(devices) = count_fleet(query).await
                && self.keystroke.try_get_value() == Some(mine)
            {
                let found = format::plural(devices, "device matches", "devices match");
                self.hint.set(Some([&found, "."].concat()));
            }
        });
    }

    /// Arrows choose among the suggestions, Enter and Tab take the chosen one, Escape closes them.
    fn key(self, event: &KeyboardEvent, found: Memo<Suggestions>) {
        let count = found.with_untracked(|found| found.lines.len());
        let at = self.at.get_untracked();
        match (event.key().as_str(), at) {
            ("ArrowDown", _) if count == 0 => self.asked.set(self.text()),
            ("ArrowDown", at) => self.at.set(Some(at.map_or(0, |at| (at + 1) % count))),
            ("ArrowUp", at) if count > 0 => {
                let before = at.map_or(count - 1, |at| (at + count - 1) % count);
                self.at.set(Some(before));
            }
            ("Enter" | "Tab", Some(at)) if count > 0 => self.take(&found.get_untracked(), at),
            ("Escape", _) if count > 0 => self.asked.set(None),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    /// Writes a suggestion.
    fn take(self, found: &Suggestions, line: usize) {
        let (Some((text, _)), Some(suggestion)) = (self.text(), found.lines.get(line)) else {
            return;
        };
        let Some(node) = self.node.get_untracked() else {
            return;
        };
        if text.get(found.replace.clone()).is_none() {
            return;
        }
        let (text, cursor) = taken(&text, &found.replace, &suggestion.text);
        node.set_value(&text);
        let units = units_at(&text, cursor);
        // Fails only for fields without text.
        let _ = node.set_selection_range(units, units);
        self.typed();
    }
}

/// Whether a target condition may look there.
fn may_ask(path: &str) -> bool {
    path == "deviceId" || path.starts_with("tags.") || path.starts_with("properties.reported.")
}
