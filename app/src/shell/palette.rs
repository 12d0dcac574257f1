//! Finding from anywhere: a dialog for pages, saved views and devices, opened by Ctrl/⌘ K or by its button.

mod lines;

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::reactive::{dynamic, effect};
use crate::rpc::fleet::{Found, ViewRow, find_devices, list_views};
use crate::session::Me;
use crate::ui::Icon;
use lines::{Line, fitting, lines};

/// Id of the list that the field controls.
const LIST: &str = "palette-list";

/// How long typing must rest before devices are looked for.
const REST: Duration = Duration::from_millis(150);

/// What the palette knows. One for the whole visit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    open: RwSignal<bool>,
    text: RwSignal<String>,
    /// The line that Enter follows.
    at: RwSignal<usize>,
    devices: RwSignal<Vec<Found>>,
    views: RwSignal<Vec<ViewRow>>,
    /// Counts keystrokes, so that answers to old ones are left aside.
    keystroke: StoredValue<u64>,
}

impl Palette {
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            text: RwSignal::new(String::new()),
            at: RwSignal::new(0),
            devices: RwSignal::new(Vec::new()),
            views: RwSignal::new(Vec::new()),
            keystroke: StoredValue::new(0),
        }
    }

    /// Opens it, empty; the views are read anew each time. Answers to what was typed before are left aside.
    pub(super) fn show(self) {
        self.keystroke.update_value(|last| *last += 1);
        self.text.set(String::new());
        self.at.set(0);
        self.devices.set(Vec::new());
        self.open.set(true);
        leptos::task::spawn_local(async move {
            if let Ok(views) = list_views().await {
                self.views.try_set(views);
            }
        });
    }

    fn typed(self, text: String) {
        let mine = self.keystroke.with_value(|last| last + 1);
        self.keystroke.set_value(mine);
        self.at.set(0);
        // Until the answer to this text is here: what of the last one still fits it. Enter must not open another device.
        let left = self.devices.with_untracked(|found| fitting(&text, found));
        self.devices.set(left);
        if !text.trim().is_empty() {
            let wanted = text.clone();
            set_timeout(move || self.look_for(wanted, mine), REST);
        }
        self.text.set(text);
    }

    fn look_for(self, text: String, mine: u64) {
        if self.keystroke.try_get_value() != Some(mine) {
            return;
        }
        leptos::task::spawn_local(async move {
            let found = find_devices(text).await.unwrap_or_default();
            if self.keystroke.try_get_value() == Some(mine) {
                self.devices.set(found);
            }
        });
    }
}

/// The button in the top bar. It can do nothing before the page listens.
pub(super) fn palette_button(palette: Palette) -> AnyView {
    view! {
        <button
            type="button"
            class="btn btn--quiet btn--s palette-open js-only"
            aria-keyshortcuts="Control+K Meta+K"
            on:click=move |_| palette.show()
        >
            <Icon name="i-search"/>
            <span class="sr-only">"Find a device, view or page "</span>
            <kbd class="kbd">"Ctrl K"</kbd>
        </button>
    }
    .into_any()
}

/// The dialog.
pub(super) fn palette_dialog(palette: Palette, me: &Me) -> AnyView {
    let dialog = NodeRef::<html::Dialog>::new();
    let field = NodeRef::<html::Input>::new();
    let path = use_location().pathname;
    let go = RwSignal::new(None::<String>);
    let navigate = use_navigate();
    effect(move || {
        if let Some(href) = go.get() {
            palette.open.set(false);
            navigate(&href, NavigateOptions::default());
        }
    });
    effect(move || {
        path.track();
        palette.open.set(false);
    });
    effect(move || {
        let wanted = palette.open.get();
        let Some(dialog) = dialog.get() else { return };
        match (wanted, dialog.open()) {
            (true, false) => {
                // Only fails when it is open already, or not in the page.
                drop(dialog.show_modal());
                if let Some(field) = field.get_untracked() {
                    field.set_value("");
                }
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    listen(palette);
    let places = lines::places(me);
    let found = Memo::new(move |_| {
        let (views, devices) = (palette.views.get(), palette.devices.get());
        lines(&palette.text.get(), &places, &views, &devices)
    });
    let key = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        let at = palette.at.get_untracked();
        let next = match event.key().as_str() {
            "ArrowDown" => step(at, count, true),
            "ArrowUp" => step(at, count, false),
            "Enter" => {
                event.prevent_default();
                go.set(found.with_untracked(|lines| lines.get(at).map(|line| line.href.clone())));
                return;
            }
            _ => return,
        };
        event.prevent_default();
        palette.at.set(next);
        reveal(next);
    };
    let options = move || {
        found
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, line)| option(index, line, palette.at, go))
            .collect_view()
    };
    let heard = move || {
        let count = found.with(Vec::len);
        if palette.text.with(String::is_empty) {
            String::new()
        } else {
            crate::format::plural(count as u64, "line", "lines")
        }
    };
    view! {
        <dialog
            class="dialog palette"
            node_ref=dialog
            aria-label="Find a device, view or page"
            // Escape: told at once, so that Ctrl K right after it opens again. Its close event comes later.
            on:cancel=move |_: leptos::ev::Event| palette.open.set(false)
            // Comes late, perhaps after Ctrl K has opened it again.
            on:close=move |_| {
                if dialog.get_untracked().is_some_and(|dialog| !dialog.open()) {
                    palette.open.set(false);
                }
            }
        >
            <label class="palette-q">
                <Icon name="i-search"/>
                <input
                    type="text"
                    node_ref=field
                    role="combobox"
                    aria-label="Find a device, view or page"
                    aria-expanded="true"
                    aria-controls=LIST
                    aria-autocomplete="list"
                    aria-activedescendant=move || {
                        found.with(|lines| !lines.is_empty()).then(|| option_id(palette.at.get()))
                    }
                    placeholder="A device, a view, a page"
                    autocomplete="off"
                    spellcheck="false"
                    on:input=move |event| palette.typed(event_target_value(&event))
                    on:keydown=key
                />
            </label>
            <ul class="palette-list" id=LIST role="listbox" aria-label="Found">{dynamic(options)}</ul>
            <p class="sr-only" aria-live="polite">{dynamic(heard)}</p>
            <p class="keys">
                <span><kbd class="kbd">"↑"</kbd><kbd class="kbd">"↓"</kbd>" move"</span>
                <span><kbd class="kbd">"Enter"</kbd>" open"</span>
                <span><kbd class="kbd">"Esc"</kbd>" close"</span>
            </p>
        </dialog>
    }
    .into_any()
}

/// Ctrl/⌘ K opens and closes it, wherever the focus is.
fn listen(palette: Palette) {
    effect(move || {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            let asked = (event.ctrl_key() || event.meta_key())
                && !event.shift_key()
                && !event.alt_key()
                && event.key().eq_ignore_ascii_case("k");
            if !asked {
                return;
            }
            event.prevent_default();
            if palette.open.get_untracked() {
                palette.open.set(false);
            } else {
                palette.show();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// The next line, round the ends.
fn step(at: usize, count: usize, down: bool) -> usize {
    match (count, down) {
        (0, _) => 0,
        (count, true) => (at + 1) % count,
        (count, false) => (at + count - 1) % count,
    }
}

fn option_id(index: usize) -> String {
    format!("palette-{index}")
}

fn reveal(index: usize) {
    if let Some(line) = document().get_element_by_id(&option_id(index)) {
        line.scroll_into_view_with_bool(false);
    }
}

fn option(index: usize, line: Line, at: RwSignal<usize>, go: RwSignal<Option<String>>) -> AnyView {
    let chosen = Memo::new(move |_| at.get() == index);
    let href = line.href;
    view! {
        <li
            id=option_id(index)
            role="option"
            aria-selected=move || chosen.get().to_string()
            on:click=move |_| go.set(Some(href.clone()))
        >
            <Icon name=line.icon/>
            <span class="trunc">{line.label}</span>
            <span class="end">{line.about}</span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_go_round() {
        let check = |at, count, down, want| assert_eq!(step(at, count, down), want);
        check(0, 0, true, 0);
        check(0, 3, true, 1);
        check(2, 3, true, 0);
        check(0, 3, false, 2);
        check(2, 3, false, 1);
    }
}
