//! Dialogs: the browser's own `<dialog>`, which keeps the focus and closes by Escape.
//!
//! Without a script a dialog cannot open, so whatever opens one also has an address of its own, or has `js-only`.

use leptos::children::ViewFnOnce;
use leptos::html;
use leptos::prelude::*;

use crate::reactive::effect;

/// A question in the way, for what touches devices. The primary button carries the count.
#[component]
pub fn Dialog(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The question: "Restart 12 gateways?"
    #[prop(into)]
    title: String,
    /// Open or not; closing by Escape sets it too.
    #[prop(optional)]
    open: RwSignal<bool>,
    /// Stands in the page instead of in the way, for the gallery.
    #[prop(optional)]
    in_page: bool,
    /// What happens, also to those already started.
    children: Children,
    /// The buttons, the primary one last.
    #[prop(into)]
    actions: ViewFnOnce,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    effect(move || {
        let wanted = open.get();
        let Some(dialog) = node.get().filter(|_| !in_page) else {
            return;
        };
        match (wanted, dialog.open()) {
            // Only fails when it is open already, or not in the page.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let title_id = format!("{id}-title");
    view! {
        <dialog
            class=if in_page { "dialog dialog--static" } else { "dialog" }
            id=id
            open=in_page
            node_ref=node
            aria-labelledby=title_id
            on:close=move |_| open.set(false)
        >
            <div class="dialog-h"><h2 id=title_id.clone()>{title}</h2></div>
            <div class="dialog-b">{children()}</div>
            <div class="dialog-f">{actions.run()}</div>
        </dialog>
    }
    .into_any()
}
