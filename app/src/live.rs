//! Live updates: one stream of events per page, shared by everything on it.
//!
//! A part of a page says with [`use_live`] which topics it follows and what to do with news. On the server this does
//! nothing; in the browser one client joins the topics of all parts into one stream, reconnects with growing
//! patience, and rests while the page is hidden. [`wire`] has the form of what travels.

#[cfg(feature = "hydrate")]
mod client;
pub mod topic;
pub mod wire;

#[cfg(feature = "ssr")]
mod convert;

use leptos::prelude::*;

pub use topic::Topic;
pub use wire::Item;

#[cfg(feature = "ssr")]
pub use convert::{encode, service_topics};

/// Whether the page follows the hub.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Following {
    /// Nothing on the page changes by itself, or the page has not been taken over yet.
    #[default]
    Off,
    /// The stream is being opened for the first time.
    Connecting,
    /// What is on the page is what the hub knows.
    Live,
    /// The stream broke a moment ago.
    Reconnecting,
    /// The stream has been broken for longer: what is on the page is old.
    Old {
        /// When it was last known to be true, in milliseconds since 1970.
        since: i64,
    },
}

#[derive(Clone, Copy, Debug)]
struct Status(RwSignal<Following>);

/// Puts the client in place, once for the whole visit.
pub fn provide_live() {
    let status = RwSignal::new(Following::Off);
    provide_context(Status(status));
    #[cfg(feature = "hydrate")]
    {
        let position = crate::rpc::data::shared(|| 0_u64);
        client::start(status, crate::session::use_session(), position);
    }
    #[cfg(not(feature = "hydrate"))]
    let _position = crate::rpc::data::shared(position);
}

/// Follows `topics` for as long as the calling component lives. [`Item::Resync`] means: something was missed, read
/// everything again. `on_item` sees what other parts of the page follow too, so it picks what it knows.
pub fn use_live(topics: impl Fn() -> Vec<Topic> + 'static, on_item: impl Fn(&Item) + 'static) {
    #[cfg(feature = "hydrate")]
    client::follow(std::rc::Rc::new(topics), std::rc::Rc::new(on_item));
    #[cfg(not(feature = "hydrate"))]
    drop((topics, on_item));
}

/// Whether the page follows the hub right now.
pub fn use_following() -> Signal<Following> {
    expect_context::<Status>().0.into()
}

/// Since when what is on the page is old, if it is.
pub fn use_old_since() -> Signal<Option<i64>> {
    let state = use_following();
    Signal::derive(move || match state.get() {
        Following::Old { since } => Some(since),
        _ => None,
    })
}

/// The newest event that the page already contains.
#[cfg(all(feature = "ssr", not(feature = "hydrate")))]
fn position() -> u64 {
    convert::position()
}

#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
fn position() -> u64 {
    0
}
