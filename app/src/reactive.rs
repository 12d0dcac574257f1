//! Reactive closures whose machinery the browser loads once.
//!
//! Every closure has a type of its own, and Leptos compiles effects and reactive views anew for each type. Boxed ones
//! share one. The `view!` macro does this itself for closures that are written inside it.

use leptos::prelude::*;

#[cfg(feature = "ssr")]
mod part;

/// A part of a view that is written anew whenever something changes that it reads; on the server once.
#[cfg(feature = "ssr")]
pub fn dynamic<V: IntoAny>(mut view: impl FnMut() -> V + Send + 'static) -> AnyView {
    part::Part::new(move || view().into_any()).into_any()
}

/// A part of a view that is written anew whenever something changes that it reads; on the server once.
#[cfg(not(feature = "ssr"))]
pub fn dynamic<V: IntoAny>(mut view: impl FnMut() -> V + Send + 'static) -> AnyView {
    use std::sync::{Arc, Mutex};

    let view: Arc<Mutex<dyn FnMut() -> AnyView + Send>> =
        Arc::new(Mutex::new(move || view().into_any()));
    view.into_any()
}

/// Does something once the page is there, and again whenever something changes that it reads; in the browser only.
pub fn effect(run: impl FnMut() + 'static) {
    boxed(Box::new(run));
}

/// The same, told whether something changed or this is the beginning.
pub fn effect_of_change(mut run: impl FnMut(bool) + 'static) {
    let mut begun = false;
    effect(move || run(std::mem::replace(&mut begun, true)));
}

fn boxed(run: Box<dyn FnMut()>) {
    Effect::new(run);
}
