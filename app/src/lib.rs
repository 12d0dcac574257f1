//! The dashboard: pages, panels, charts and server functions.

pub mod charts;
pub mod format;
pub mod ui;
