//! Every part of the design system in every state: the picture that visual tests compare.

use leptos::prelude::*;

use crate::shell::Page;
use crate::ui::Gallery;

/// The gallery.
#[component]
pub fn GalleryPage() -> impl IntoView {
    view! { <Page title="Gallery"><Gallery/></Page> }
}
