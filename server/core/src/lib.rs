//! Vocabulary and rules of Muster.
//!
//! Everything here is pure: no I/O, no async, no clock, no random numbers; time and entropy are passed in.
//! It compiles for WASM, so the dashboard judges with the same rules as the hub.

pub mod access;
pub mod alert;
pub mod approval;
pub mod configuration;
pub mod contact;
pub mod cursor;
pub mod device;
pub mod embed;
pub mod event;
pub mod firmware;
pub mod gate;
pub mod hash;
pub mod ids;
pub mod job;
pub mod key;
pub mod lifecycle;
pub mod message;
pub mod method;
pub mod module;
pub mod operation;
pub mod person;
pub mod policy;
pub mod rotation;
pub mod sas;
pub mod series;
pub mod time;
pub mod token;
pub mod transfer;
pub mod twin;
pub mod view;
