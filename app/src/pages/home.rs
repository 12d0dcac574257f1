//! The homes, one per role.
