//! The management REST through its router, on a real hub in a directory of its own.
#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

#[path = "manage/alerts.rs"]
mod alerts;
#[path = "manage/answers.rs"]
mod answers;
#[path = "manage/configurations.rs"]
mod configurations;
#[path = "manage/firmware.rs"]
mod firmware;
#[path = "manage/operations.rs"]
mod operations;
#[path = "manage/rights.rs"]
mod rights;
#[path = "manage/sheets.rs"]
mod sheets;
#[path = "manage/support.rs"]
mod support;
