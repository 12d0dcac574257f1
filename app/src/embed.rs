//! Panels as documents of their own, for pages of others: written by the server, without WASM, without links that leave.
//!
//! They are drawn by the parts that the dashboard's panels are made of. `public/embed.js` reads the document anew and
//! puts the new `<main>` in the place of the old one.

mod body;
mod document;

pub use document::{Frame, PREVIEW, REFRESH_S, panel, sentence};
