//! The dashboard: pages, panels, charts and server functions.
//!
//! The server renders each page whole (`ssr`), the browser takes it over (`hydrate`). Where things are:
//! [`routes`] knows every address, [`rpc`] is the only way to data, [`session`] who is asking, [`error`] what can go
//! wrong, [`live`] what changes meanwhile; [`shell`] surrounds the [`pages`], which are made of [`panels`], [`charts`]
//! and the data-less parts of [`ui`].
// Views are nested types; the compiler walks them.
#![recursion_limit = "256"]
#![expect(
    unreachable_pub,
    reason = "the component macro writes `pub` items for private components"
)]

pub mod charts;
pub mod clock;
#[cfg(feature = "ssr")]
pub mod embed;
pub mod error;
pub mod format;
pub mod keys;
pub mod live;
pub mod pages;
pub mod panels;
pub mod reactive;
pub mod routes;
pub mod rpc;
pub mod session;
pub mod shell;
pub mod ui;

mod app;
mod short;

pub use app::App;
pub use shell::document as shell;

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    leptos::mount::hydrate_body(App);
}
