//! Devices: lists and single ones.

pub(super) mod columns;
pub(super) mod connection_string;
pub(super) mod count;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod events;
pub(super) mod groups;
pub(super) mod list;
pub(super) mod revisions;
pub(super) mod show;
pub(super) mod telemetry;
pub(super) mod twin;
pub(super) mod update;

const TAG: &str = "Devices";
