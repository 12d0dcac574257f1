//! The hub through its doors: real sockets, the real command line. One binary, because linking the whole hub once per
//! topic would take longer than all of these tests.
#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

#[path = "doors/support.rs"]
mod support;

#[path = "doors/admin.rs"]
mod admin;
#[path = "doors/answers.rs"]
mod answers;
#[path = "doors/command_line.rs"]
mod command_line;
#[path = "doors/cross_site.rs"]
mod cross_site;
#[path = "doors/demo.rs"]
mod demo;
#[path = "doors/drain.rs"]
mod drain;
#[path = "doors/embeds.rs"]
mod embeds;
#[path = "doors/export.rs"]
mod export;
#[path = "doors/firmware.rs"]
mod firmware;
#[path = "doors/kill9.rs"]
mod kill9;
#[path = "doors/live.rs"]
mod live;
#[path = "doors/operations.rs"]
mod operations;
#[path = "doors/passwords.rs"]
mod passwords;
#[path = "doors/rights_coverage.rs"]
mod rights_coverage;
#[path = "doors/service_api.rs"]
mod service_api;
#[path = "doors/sessions.rs"]
mod sessions;
#[path = "doors/setup.rs"]
mod setup;
#[path = "doors/sign_in.rs"]
mod sign_in;
#[path = "doors/tokens.rs"]
mod tokens;
