//! Accounts, for administrators.

pub(super) mod create;
pub(super) mod list;
pub(super) mod reset_password;
pub(super) mod show;
pub(super) mod update;

const TAG: &str = "People";
