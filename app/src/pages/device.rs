//! The device page.
