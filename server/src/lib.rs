//! The `muster` binary as a library, so that tests can start it in process: configuration, wiring, routes, subcommands.
//!
//! `router` is the HTTP map, `serve` starts and ends everything, `control` carries commands to a running hub. Nobody
//! depends on this package.

pub mod admin;
pub mod cli;
pub mod commands;
pub mod config;
pub mod control;
pub mod data_dir;
pub mod demo;
pub mod failure;
pub mod listen;
pub mod logging;
pub mod metrics_page;
pub mod middleware;
pub mod opening;
pub mod output;
pub mod printed;
pub mod problem_page;
pub mod router;
pub mod serve;
pub mod session;
pub mod site;
pub mod state;
pub mod web;
