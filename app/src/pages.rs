//! The pages. Each is one component, named in the table of routes (`app.rs`), and lays itself out with
//! [`crate::shell::Page`].

pub mod account;
pub mod alert_rules;
pub mod alerts;
pub mod approvals;
pub mod configurations;
pub mod device;
pub mod embeds;
pub mod failure;
mod fault;
pub mod firmware;
pub mod fleet;
pub mod forbidden;
mod front;
pub mod gallery;
pub mod health;
pub mod home;
pub mod not_found;
pub mod operation;
pub mod operation_new;
pub mod operations;
pub mod people;
pub mod person;
pub mod places;
mod problem;
pub mod root;
pub mod setup;
pub mod sign_in;
mod tokens;
pub mod windows;
