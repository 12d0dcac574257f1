//! Firmware: what devices can install, and who runs it.

mod add;
mod detail;
mod list;
mod send;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::panels::loaded::loaded_page;
use crate::rpc::data::Data;
use crate::rpc::firmware::list_firmware;

/// The address of the form for a new file.
const NEW: &str = "/firmware?new=true";

/// The list; with `?artifact=…` one of it in detail above; with `?new` the form for a new file.
#[component]
pub fn FirmwarePage() -> impl IntoView {
    let query = use_query_map();
    let is_new = Memo::new(move |_| query.with(|query| query.get("new").is_some()));
    move || {
        if is_new.get() {
            let problem = query.with_untracked(|query| query.get("problem"));
            add::form(problem)
        } else {
            let firmware = Data::new(|| (), |()| list_firmware());
            let open = Memo::new(move |_| query.with(|query| query.get("artifact")));
            loaded_page("Firmware", firmware, move |all| list::list(all, open))
        }
    }
}
