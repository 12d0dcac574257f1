//! The fleet page.
