//! The present, as pages see it: the hub's at first, then the browser's, a little later each time.

use leptos::prelude::*;

use crate::rpc::data::shared;

/// How often ages on the page are written anew, in milliseconds.
#[cfg(feature = "hydrate")]
const TICK_MS: u64 = 15_000;

#[derive(Clone, Copy, Debug)]
struct Now(RwSignal<i64>);

/// Puts the clock in place, once for the whole visit.
pub fn provide_clock() {
    let now = RwSignal::new(shared(present));
    provide_context(Now(now));
    #[cfg(feature = "hydrate")]
    crate::reactive::effect(move || {
        let tick = move || now.set(present());
        tick();
        set_interval(tick, std::time::Duration::from_millis(TICK_MS));
    });
}

/// The present in milliseconds since 1970; moves every few seconds.
pub fn use_now() -> Signal<i64> {
    expect_context::<Now>().0.into()
}

#[cfg(feature = "hydrate")]
fn present() -> i64 {
    js_sys::Date::now() as i64
}

#[cfg(all(feature = "ssr", not(feature = "hydrate")))]
fn present() -> i64 {
    crate::session::hub().map_or(0, |hub| hub.now().millis())
}

#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
fn present() -> i64 {
    0
}
