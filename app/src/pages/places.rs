//! Places: the list, and the form with a plane to draw on and the same as numbers.

mod edit;
mod list;
mod plane;
mod projection;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::panels::loaded::{loaded, loaded_page};
use crate::panels::refresh::follow_books;
use crate::rpc::data::Data;
use crate::rpc::places::{list_places, read_place};
use crate::shell::Page;

#[cfg(feature = "ssr")]
pub(crate) use projection::read_point;

/// `/places`
#[component]
pub fn PlacesPage() -> impl IntoView {
    let places = Data::new(|| (), |()| list_places());
    follow_books(places);
    view! {
        <Page title="Places">
            {loaded(places, |places| view! { <list::List places=places/> }.into_any())}
        </Page>
    }
    .into_any()
}

/// `/places/:id`
#[component]
pub fn PlacePage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let form = Data::new(id, read_place);
    loaded_page("New place", form, |form| {
        view! { <edit::EditPage form=form/> }.into_any()
    })
}
